"""What a provider's own page must say, and what it may be made of: one test per value left out, one per attack."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.certificates.faces import Faces
from lti_tool.certificates.fit import Ruler, measured
from lti_tool.certificates.look import room_of
from lti_tool.certificates.page_check import CheckedPage, checked_page
from lti_tool.certificates.page_template import PageTemplate
from lti_tool.certificates.page_values import page_values
from lti_tool.certificates.template import Template
from lti_tool.domain.certificate import PrintedCredit
from lti_tool.domain.design import Design
from lti_tool.domain.errors import BadInput
from lti_tool.domain.page_markup import MarkupFault, MarkupRule
from lti_tool.domain.text import RichText
from tests.unit.lti_tool.certificates.conftest import make_certificate
from tests.unit.lti_tool.certificates.own_pages import SHIPPED, without

RULER = Ruler(Faces.shipped())
TEMPLATE = Template.named("modern-v1")
FULL = {
    "location": "Northlake",
    "notes": (RichText.of("Small print."), RichText.of("More of it.")),
    "credits": (
        PrintedCredit("ama-pra-1", RichText.parse("*AMA PRA Category 1 Credit(s)*™"), Decimal("1.25"), True),
        PrintedCredit("ancc", RichText.of("nursing contact hours"), Decimal("1.25"), False, (RichText.of("0.25 rx"),)),
    ),
}


def checked(source: str, **changes: Any) -> CheckedPage:
    values = make_certificate(template="modern-v1", design=Design("modern-v1"), **(FULL | changes))
    sizes = measured(values, RULER, room_of(values, TEMPLATE))
    page = page_values(values, TEMPLATE, sizes)
    return checked_page(PageTemplate(source).filled(page), page)


def faults_of(source: str, **changes: Any) -> list[MarkupFault]:
    with pytest.raises(BadInput) as refused:
        checked(source, **changes)
    assert refused.value.code == "certificate.markup_unusable"
    return list(refused.value.facts["found"])


def rules_of(source: str, **changes: Any) -> set[MarkupRule]:
    return {fault.rule for fault in faults_of(source, **changes)}


def test_the_shipped_page_says_everything() -> None:
    page = checked(SHIPPED)
    assert page.words == ()
    assert "awarded" in page.markup and "designated" in page.markup and "\ue000" not in page.markup


@pytest.mark.parametrize(
    ("value", "missing"),
    [
        ("provider", "provider"),
        ("name", "name"),
        ("degree", "degree"),
        ("sentence", "sentence"),
        ("credit.amount", "credits[1].amount"),
        ("credit.label", "credits[0].label"),
        ("detail", "credits[1].details[0]"),
        ("credit.state", "credits[0].state"),
        ("fact.label", "facts[0].label"),
        ("fact.value", "facts[3].value"),
        ("facts", "facts[0].value"),
        ("statements", "statements[0]"),
        ("notes", "notes[1]"),
        ("signatory.name", "signatory.name"),
        ("signatory.title", "signatory.title"),
        ("signatory.contact", "signatory.contact"),
        ("number.label", "number.label"),
        ("number.value", "number.value"),
        ("issued.value", "issued.value"),
        ("verify.address", "verify.address"),
        ("verify.code", "verify.code"),
    ],
)
def test_what_is_left_out_is_named(value: str, missing: str) -> None:
    found = faults_of(without(value))
    assert missing in {fault.thing for fault in found if fault.rule is MarkupRule.LEFT_OUT}


def test_the_title_is_the_only_first_heading() -> None:
    assert MarkupRule.HEADINGS in rules_of(without("title"))
    assert rules_of(SHIPPED.replace("<h1>{{ title }}</h1>", "<p>{{ title }}</p>")) == {MarkupRule.HEADINGS}
    assert MarkupRule.HEADINGS in rules_of(SHIPPED + "<h1>Again</h1>")
    assert MarkupRule.HEADINGS in rules_of("<h2>First</h2>" + SHIPPED)


@pytest.mark.parametrize(
    "hidden",
    [
        "{% for note in notes %}{% if loop.first %}<p>{{ note }}</p>{% endif %}{% endfor %}",
        "{% if not degree %}{% for note in notes %}<p>{{ note }}</p>{% endfor %}{% endif %}",
    ],
)
def test_a_conditional_part_cannot_be_dropped(hidden: str) -> None:
    assert rules_of(without("notes") + hidden) == {MarkupRule.LEFT_OUT}


def _with_credits(markup: str) -> str:
    """The shipped page with other markup for the credits."""
    start, end = SHIPPED.index("{% for row in credit_rows %}"), SHIPPED.index('<div class="record"')
    return f"{SHIPPED[:start]}{markup}</div>{SHIPPED[end:]}"


def test_one_of_several_credits_cannot_be_left_out() -> None:
    details = "{% for detail in credit.details %}<p>{{ detail }}</p>{% endfor %}"
    one = "<p>{{ credit.amount }} {{ credit.label }}</p>" + details + "<p>{{ credit.state }}</p>"
    assert checked(_with_credits("{% for credit in credits %}" + one + "{% endfor %}")).markup
    first = _with_credits("{% for credit in credits %}{% if loop.first %}" + one + "{% endif %}{% endfor %}")
    assert {fault.thing.partition(".")[0] for fault in faults_of(first)} == {"credits[1]"}
    assert checked(first, credits=FULL["credits"][:1]).markup


@pytest.mark.parametrize("value", ["name", "provider", "number.value", "verify.address", "verify.code"])
def test_nothing_stands_there_twice(value: str) -> None:
    assert rules_of(SHIPPED + f"<p>{{{{ {value} }}}}</p>") >= {MarkupRule.TWICE}


def test_no_credit_is_doubled() -> None:
    again = "{% for credit in credits %}<p>{{ credit.amount }} {{ credit.label }}</p>{% endfor %}"
    assert MarkupRule.TWICE in rules_of(SHIPPED + again)


@pytest.mark.parametrize(
    "markup",
    [
        "{% for credit in credits %}<p>{{ credit.amount }}</p>{% endfor %}"
        "{% for credit in credits %}<p>{{ credit.label }}</p>{% endfor %}",
        "{% for credit in credits %}<p>{{ credit.label }}</p><p>{{ credit.amount }}</p>{% endfor %}",
        "{% for credit in credits %}<p>{{ credit.state }}</p><p>{{ credit.label }}</p>{% endfor %}",
        "{% for c in credits %}<p>{{ c.amount }}</p>{% if loop.first %}<p>{{ logo }}{{ verify.label }}</p>{% endif %}"
        "<p>{{ c.label }}</p>{% endfor %}",
        "<p>{% for credit in credits %}{{ credit.amount }} {{ credit.label }} {% endfor %}</p>",
    ],
)
def test_a_credits_words_stay_together_and_in_order(markup: str) -> None:
    assert MarkupRule.APART in rules_of(_with_credits(markup))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{{ credit.amount }}", "1{{ credit.amount }}"),
        ("{{ credit.amount }}", "-{{ credit.amount }}"),
        ("{{ credit.amount }}", "{{ credit.amount }}0"),
        ("{{ credit.label }}", "no {{ credit.label }}"),
        ("{{ sentence }}", "Not that {{ sentence }}"),
        ("{{ sentence }}", "{{ sentence }} {{ presented_to }}"),
        ("{{ name }}", "Dr. {{ name }}"),
        ("{{ statement }}", "Formerly: {{ statement }}"),
        ("{{ number.value }}", "A{{ number.value }}"),
        ("{{ fact.value }}", "not on {{ fact.value }}"),
        ("{{ verify.code }}", "{{ verify.code }} x"),
    ],
)
def test_no_other_words_stand_beside_a_value(old: str, new: str) -> None:
    assert MarkupRule.OWN_WORDS in rules_of(SHIPPED.replace(old, new))


def test_words_of_its_own_stand_in_paragraphs_of_their_own() -> None:
    page = checked(SHIPPED + "<p>With our <em>warmest</em> thanks.</p><p dir='rtl' lang='ar'>...</p>")
    assert [one.text for one in page.words] == ["With our warmest thanks."]
    assert page.words[0].line == SHIPPED.count("\n") + 1


@pytest.mark.parametrize(
    ("markup", "rule"),
    [
        ("<script>alert(1)</script>", MarkupRule.ELEMENT),
        ("<style>@import 'http://example.org/x.css';</style>", MarkupRule.ELEMENT),
        ("<link rel='stylesheet' href='http://example.org/x.css'/>", MarkupRule.ELEMENT),
        ("<link rel='attachment' href='file:///etc/passwd'/>", MarkupRule.ELEMENT),
        ("<meta name='author' content='x'/>", MarkupRule.ELEMENT),
        ("<base href='http://example.org/'/>", MarkupRule.ELEMENT),
        ("<img src='file:///etc/passwd' alt='x'/>", MarkupRule.ELEMENT),
        ("<img src='certificate:qr.svg' alt='x'/>", MarkupRule.ELEMENT),
        ("<p><img src='data:image/png;base64,AA' alt=''/></p>", MarkupRule.ELEMENT),
        ("<object data='http://example.org/'/>", MarkupRule.ELEMENT),
        ("<embed src='x'/>", MarkupRule.ELEMENT),
        ("<iframe src='http://example.org/'/>", MarkupRule.ELEMENT),
        ("<svg><script/></svg>", MarkupRule.ELEMENT),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", MarkupRule.ELEMENT),
        ("<a href='http://example.org/'>x</a>", MarkupRule.ELEMENT),
        ("<p><a href='javascript:alert(1)'>x</a></p>", MarkupRule.ELEMENT),
        ("<input value='x'/>", MarkupRule.ELEMENT),
        ("<table><tr><td>x</td></tr></table>", MarkupRule.ELEMENT),
        ("<P>x</P>", MarkupRule.ELEMENT),
        ("<own>x</own>", MarkupRule.NESTING),
        ("<p><p>x</p></p>", MarkupRule.NESTING),
        ("<p><div>x</div></p>", MarkupRule.NESTING),
        ("<span>x</span>", MarkupRule.NESTING),
        ("<p onclick='x()'>x</p>", MarkupRule.ATTRIBUTE),
        ("<p id='x'>x</p>", MarkupRule.ATTRIBUTE),
        ("<p data-group='credits[0]'>x</p>", MarkupRule.ATTRIBUTE),
        ("<p data-line='1'>x</p>", MarkupRule.NOT_WELL_FORMED),
        ("<p xml:lang='en'>x</p>", MarkupRule.ATTRIBUTE),
        ("<p href='x' src='y'>x</p>", MarkupRule.ATTRIBUTE),
        ("<p style='background: url(http://example.org/x)'>x</p>", MarkupRule.ATTRIBUTE_VALUE),
        ("<p style='background: URL( file:///etc/passwd )'>x</p>", MarkupRule.ATTRIBUTE_VALUE),
        ("<p style='background: \\75rl(x)'>x</p>", MarkupRule.ATTRIBUTE_VALUE),
        ("<p style='background: image-set(\"x\" 1x)'>x</p>", MarkupRule.ATTRIBUTE_VALUE),
        ("<p style='content: \"awarded\"'>x</p>", MarkupRule.ATTRIBUTE_VALUE),
        ("<p style='width: attr(class)'>x</p>", MarkupRule.ATTRIBUTE_VALUE),
        ("<p style='color: var(--x)'>x</p>", MarkupRule.ATTRIBUTE_VALUE),
        ("<p style='} body { display: none'>x</p>", MarkupRule.ATTRIBUTE_VALUE),
        ("<p style='@import x'>x</p>", MarkupRule.ATTRIBUTE_VALUE),
        ("<p class='\"'>x</p>", MarkupRule.ATTRIBUTE_VALUE),
        ("<p lang='en\" x'>x</p>", MarkupRule.ATTRIBUTE_VALUE),
        ("<p dir='auto'>x</p>", MarkupRule.ATTRIBUTE_VALUE),
        ("<div dir='rtl'><p>x</p></div>", MarkupRule.ATTRIBUTE_VALUE),
        ("<p dir='rtl'>{{ verify.label }}</p>", MarkupRule.ATTRIBUTE_VALUE),
        ("<p><span dir='rtl'>{{ verify.label }}</span></p>", MarkupRule.ATTRIBUTE_VALUE),
        ("<p style='display: flex'>x</p>", MarkupRule.ATTRIBUTE_VALUE),
        ('<p class="{{ presented_to }}">x</p>', MarkupRule.ATTRIBUTE_VALUE),
        ('<p style="color: {{ presented_to }}">x</p>', MarkupRule.ATTRIBUTE_VALUE),
        ("<p {{ presented_to }}>x</p>", MarkupRule.NOT_WELL_FORMED),
        ("<p {{ language }}='x'>x</p>", MarkupRule.NOT_WELL_FORMED),
        ("<{{ language }}>x</{{ language }}>", MarkupRule.NOT_WELL_FORMED),
        ("<{% if name %}script{% endif %}>x</script>", MarkupRule.ELEMENT),
        ("<{# #}p onclick='x()'>x</p>", MarkupRule.ELEMENT),
        ("<{# #}!-- x -->", MarkupRule.DECLARATION),
        ("<p>&{# #}lol;</p>", MarkupRule.DECLARATION),
        ("<p>&#xE000;</p>", MarkupRule.DECLARATION),
        ("<p>&nbsp;</p>", MarkupRule.DECLARATION),
        ("<p>{{ language }}</p>", MarkupRule.NOT_TO_PRINT),
        ("words", MarkupRule.STRAY_TEXT),
        ("<div>words</div>", MarkupRule.STRAY_TEXT),
        ("<div>{{ logo }}words</div>", MarkupRule.STRAY_TEXT),
        ("<p>x", MarkupRule.NOT_WELL_FORMED),
        ("</own><own>", MarkupRule.NOT_WELL_FORMED),
        ("</body></html><html>", MarkupRule.NOT_WELL_FORMED),
        ("<p class=x>x</p>", MarkupRule.NOT_WELL_FORMED),
        ("<p>a < b & c</p>", MarkupRule.DECLARATION),
        ("<div>" * 40 + "</div>" * 40, MarkupRule.TOO_DEEP),
        ("<div></div>" * 2000, MarkupRule.TOO_MANY),
    ],
)
def test_each_attack_is_refused(markup: str, rule: MarkupRule) -> None:
    found = faults_of(SHIPPED + markup)
    assert rule in {fault.rule for fault in found}
    assert all(fault.line <= SHIPPED.count("\n") + 1 for fault in found)


def test_a_hostile_value_stays_a_text() -> None:
    name = "</p><script>alert('\"{{ number }}')</script> & Sons"
    markup = checked(SHIPPED, learner_name=name, sentence=RichText.of(f"{name} took part.")).markup
    assert "<script>" not in markup
    assert "&lt;/p&gt;&lt;script&gt;" in markup and "{{ number }}" in markup


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet=st.characters(exclude_categories=["C"]), min_size=1, max_size=40).filter(
        lambda text: any(map(str.isalnum, text))
    ),
    st.integers(0, 8),
    st.booleans(),
)
def test_whatever_is_issued_the_shipped_page_says_it(name: str, count: int, is_awarded: bool) -> None:
    line = PrintedCredit("x", RichText.parse("*a*™"), Decimal("0.25"), is_awarded)
    changes: dict[str, Any] = {"credits": (line,) * count, "activity_title": name, "notes": (), "degree": ""}
    changes["completed_on"] = date(2026, 1, 1)
    markup = checked(SHIPPED, learner_name=name, sentence=RichText.of(name), **changes).markup
    assert markup.count('class="amount"') == count
