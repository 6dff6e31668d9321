"""A provider's own page on paper: the shipped one prints the same file; what cannot be read is refused."""

from __future__ import annotations

import socket
from hashlib import sha256
from time import monotonic

import pytest

from lti_tool.certificates.render import CertificateRenderer
from lti_tool.domain.design import Design
from lti_tool.domain.errors import BadInput
from lti_tool.domain.page_markup import MarkupRule
from lti_tool.domain.text import RichText
from tests.unit.lti_tool.certificates.designs import DESIGNS, named, picture
from tests.unit.lti_tool.certificates.own_pages import SHIPPED, Make, design_of, printed, refused
from tests.unit.lti_tool.certificates.test_designs import SIX
from tests.unit.lti_tool.certificates.test_render import JOINT, LONG_NAME, NAMES, opened

OTHER = """
<div class="award">
<h1>{{ title }}</h1>
<p class="name">{{ name }}{% if degree %}, {{ degree }}{% endif %}</p>
<p>{{ sentence }}</p>
{% for credit in credits %}
<p>{{ credit.amount }} {{ credit.label }}</p>
{% for detail in credit.details %}<p>{{ detail }}</p>{% endfor %}
<p class="state">{{ credit.state }}</p>
{% endfor %}
{% for fact in facts %}<p>{{ fact.label }}: {{ fact.value }}</p>{% endfor %}
{% for statement in statements %}<p>{{ statement }}</p>{% endfor %}
{% for note in notes %}<p>{{ note }}</p>{% endfor %}
<p>{{ provider }}</p>
<p>{{ signatory.name }}</p><p>{{ signatory.title }}</p><p>{{ signatory.contact }}</p>
<p>{{ number.label }} {{ number.value }} · {{ issued.label }} {{ issued.value }}</p>
<p>{{ verify.label }} <span class="where">{{ verify.address }}</span></p>
<p class="qr">{{ verify.code }}</p>
<p class="thanks">Thank you for learning with us.</p>
</div>
"""
LAYOUT = """
.ground::before, .ground::after { display: none }
.award { position: static; margin: 30pt 60pt; width: auto }
h1 { position: static; color: #14181f; width: auto; font-size: 24pt }
.qr, .qr img { position: static; width: 60pt; height: 60pt; margin: 4pt 0 }
"""


@pytest.mark.parametrize("design", DESIGNS[::3], ids=named)
def test_the_shipped_page_as_ones_own_prints_the_same_file(
    design: Design, whole: CertificateRenderer, make: Make
) -> None:
    own, kept = design_of(SHIPPED, template=design.template)
    logo = picture()
    kept |= {logo.sha256: logo.png}
    changes = {"logo": logo.sha256, "seal": logo.sha256, "signature": logo.sha256}
    pair = [
        whole.render(make(template=design.template, design=one, credits=SIX[:2]), kept).pdf
        for one in (
            Design(design.template, design.paper, design.orientation, **changes),
            Design(design.template, design.paper, design.orientation, **changes, markup=own.markup),
        )
    ]
    assert pair[0] == pair[1]


@pytest.mark.parametrize("template", sorted({design.template for design in DESIGNS}))
def test_the_shipped_page_as_ones_own_holds_six_credits_and_a_long_name(
    template: str, whole: CertificateRenderer, make: Make
) -> None:
    pdf = printed(SHIPPED, whole, make, template=template, learner_name=LONG_NAME, credits=SIX, statements=(JOINT,))
    assert len(opened(pdf).pages) == 1


def test_every_script_prints_on_an_own_page_and_elsewhere_the_same(whole: CertificateRenderer, make: Make) -> None:
    for name, _ in NAMES.values():
        design, kept = design_of(OTHER, LAYOUT)
        values = make(name, template="modern-v1", design=design, statements=(JOINT,))
        first = whole.render(values, kept)
        assert len(opened(first).pages) == 1
        assert [one.text for one in first.own_words] == ["Thank you for learning with us."]
    assert CertificateRenderer().render(values, kept).pdf == first.pdf


def test_a_page_of_quite_another_making_prints(whole: CertificateRenderer, make: Make) -> None:
    assert printed(OTHER, whole, make, LAYOUT, credits=SIX, notes=(RichText.of("Small print."),)).pdf
    assert printed(OTHER, whole, make, LAYOUT, credits=(), degree="", statements=(), is_specimen=True).pdf


@pytest.mark.parametrize(
    ("css", "rule"),
    [
        (".sentence { display: none }", MarkupRule.HIDDEN),
        (".sentence { visibility: hidden }", MarkupRule.HIDDEN),
        (".name { color: transparent }", MarkupRule.HIDDEN),
        (".number { font-size: 1pt }", MarkupRule.HIDDEN),
        (".verify { left: 2000pt }", MarkupRule.HIDDEN),
        (".statements { height: 0; overflow: hidden }", MarkupRule.HIDDEN),
        (".statements { position: absolute; clip: rect(0, 1pt, 1pt, 0) }", MarkupRule.HIDDEN),
        (".kind { text-transform: uppercase }", MarkupRule.HIDDEN),
        (".sentence em { float: left }", MarkupRule.HIDDEN),
        (".sentence em { position: relative; left: -80pt }", MarkupRule.HIDDEN),
        (".amount, .kind { display: inline }", MarkupRule.HIDDEN),
        (".kind { display: list-item; list-style: '1' inside }", MarkupRule.GENERATED),
        ("h2 { bookmark-level: 1; bookmark-label: 'AMA PRA' }", MarkupRule.DISTORTED),
        (".sentence { direction: rtl }", MarkupRule.HIDDEN),
        (".qr { display: none }", MarkupRule.HIDDEN),
        (".sentence em { font-style: normal }", MarkupRule.NOT_ITALIC),
        (".name { color: #fffff0 }", MarkupRule.FAINT),
        (".name { color: #888; background: #777 }", MarkupRule.FAINT),
        (".name { background: linear-gradient(#000, #fff) }", MarkupRule.FAINT),
        (".qr { background: #333 }", MarkupRule.FAINT),
        (".qr img { width: 20pt; height: 20pt }", MarkupRule.DISTORTED),
        (".qr img { width: 140pt; height: 72pt }", MarkupRule.DISTORTED),
        (".sentence { letter-spacing: -0.5em }", MarkupRule.DISTORTED),
        (".sentence { word-spacing: -0.3em }", MarkupRule.DISTORTED),
        (".sentence { text-decoration: line-through }", MarkupRule.DISTORTED),
        (".name { transform: rotate(180deg) }", MarkupRule.DISTORTED),
        (".amount { font-feature-settings: 'frac' }", MarkupRule.DISTORTED),
        (".amount { font-variant-numeric: diagonal-fractions }", MarkupRule.DISTORTED),
        (".name { outline: 40pt solid #fff; outline-offset: -40pt }", MarkupRule.DISTORTED),
        (".to { box-shadow: 0 0 0 400pt #fff }", MarkupRule.DISTORTED),
        (".sentence { line-height: 0.3 }", MarkupRule.COVERED),
        (".to { position: relative; top: 30pt }", MarkupRule.COVERED),
        (".ground { z-index: 5; background: #fff }", MarkupRule.COVERED),
        (
            ".signatory { position: absolute; left: 0; bottom: 0; width: 800pt; height: 600pt; background: #fff }",
            MarkupRule.COVERED,
        ),
        (".state::before { content: 'not ' }", MarkupRule.GENERATED),
        ("@page { @top-center { content: 'AMA PRA Category 1 Credit' } }", MarkupRule.GENERATED),
        ("@page { size: 20in 20in }", MarkupRule.PAGE_SIZE),
    ],
)
def test_what_cannot_be_read_is_refused(css: str, rule: MarkupRule, whole: CertificateRenderer, make: Make) -> None:
    found = refused(SHIPPED, whole, make, css)
    assert rule in {fault.rule for fault in found}


def test_amounts_cannot_change_places(whole: CertificateRenderer, make: Make) -> None:
    css = (
        ".cell { position: relative } .first .amount { position: relative; left: 150pt }"
        ".first .cell + .cell .amount { left: -150pt }"
    )
    found = refused(SHIPPED, whole, make, css, credits=SIX[:2])
    assert MarkupRule.MINGLED in {fault.rule for fault in found}


def test_no_figure_of_the_pages_own_stands_right_before_an_amount(whole: CertificateRenderer, make: Make) -> None:
    amount = '<p class="amount">{{ credit.amount }}</p>'
    source = SHIPPED.replace(amount, f'<p class="before">1</p>{amount}')
    css = (
        ".before { font-size: 2.6em; line-height: 1 } .kind { clear: left } .credits .cell p { border: 0; padding: 0 }"
        ".credits .before, .credits .amount { float: left }"
    )
    assert MarkupRule.MINGLED in {fault.rule for fault in refused(source, whole, make, css)}


@pytest.mark.parametrize(
    "css",
    [
        ".award { display: flex }",
        "* { columns: 999 }",
        "* { display: grid; grid-template-columns: repeat(99999, 1fr) }",
        ".award { display: t\\61 ble }",
        "* { margin: 1e30pt }",
        "* { margin: 100000000pt }",
        "p { float: footnote }",
    ],
)
def test_a_layout_that_would_not_end_is_not_begun(css: str, whole: CertificateRenderer, make: Make) -> None:
    begun = monotonic()
    with pytest.raises(BadInput) as error:
        printed(OTHER, whole, make, LAYOUT + css)
    assert error.value.code == "certificate.style_unusable"
    assert monotonic() - begun < 5


@pytest.mark.parametrize(
    "css", ["body { background: url(file:///etc/passwd) }", "h1 { background: url(http://127.0.0.1/x.png) }"]
)
def test_nothing_outside_can_be_reached(
    css: str, whole: CertificateRenderer, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("a page reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(BadInput) as error:
        printed(SHIPPED, whole, make, css)
    assert error.value.code == "certificate.address_refused"


def test_a_missing_or_changed_page_refuses_the_print(whole: CertificateRenderer, make: Make) -> None:
    name = sha256(SHIPPED.encode()).hexdigest()
    values = make(template="modern-v1", design=Design("modern-v1", markup=name))
    for assets in ({}, {name: OTHER.encode()}):
        with pytest.raises(BadInput) as error:
            whole.render(values, assets)
        assert error.value.code == "certificate.markup_missing"


def test_a_character_that_no_font_has_is_refused_with_its_line(whole: CertificateRenderer, make: Make) -> None:
    (fault,) = refused("<p>\n\u0f00</p>", whole, make)
    assert (fault.rule, fault.thing) == (MarkupRule.UNPRINTABLE, "\u0f00")


def test_a_page_that_can_be_read_at_no_size_is_refused_for_what_was_wrong_at_first(
    whole: CertificateRenderer, make: Make
) -> None:
    found = refused(SHIPPED, whole, make, ".record { bottom: 400pt }")
    assert MarkupRule.COVERED in {fault.rule for fault in found}
    assert all(fault.line for fault in found)
