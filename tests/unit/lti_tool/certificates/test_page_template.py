"""What a provider's own page may be written with: next to nothing, in a sandbox, within bounds."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lti_tool.certificates import page_template as page_template_module
from lti_tool.certificates.page_template import LONGEST_MARKUP, PageTemplate
from lti_tool.certificates.page_values import PageValues, Text
from lti_tool.domain.errors import BadInput
from lti_tool.domain.page_markup import MarkupFault, MarkupRule
from tests.unit.lti_tool.certificates.own_pages import SHIPPED

QUICK = 2.0
"""Seconds, on a busy machine."""


def faults_of(source: str) -> list[MarkupFault]:
    with pytest.raises(BadInput) as refused:
        PageTemplate(source)
    assert refused.value.code == "certificate.markup_unusable"
    return list(refused.value.facts["found"])


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ name.__class__ }}",
        "{{ name|attr('__class__') }}",
        "{{ name['__class__'] }}",
        "{{ name.__init__.__globals__ }}",
        "{{ name.html }}",
        "{{ name.place }}",
        "{{ loop.__init__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ lipsum.__globals__ }}",
        "{{ joiner }}",
        "{{ namespace() }}",
        "{{ range(1000000) }}",
        "{{ dict(a=1) }}",
        "{{ config }}",
        "{{ request.application.__globals__ }}",
        "{{ get_flashed_messages.__globals__ }}",
        "{{ '%s'.format_map }}",
        "{{ '{0.__class__}'.format(name) }}",
        "{{ name.format() }}",
        "{{ ('a' * 99999999) }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 1 }}",
        "{{ 'AMA PRA Category 1' }}",
        "{{ name ~ name }}",
        "{{ name|upper }}",
        "{{ name if name else degree }}",
        "{{ credits[0].amount }}",
        "{{ [name] }}",
        "{{ {'a': name} }}",
        "{% if name is string %}{% endif %}",
        "{% if 'a' in name %}{% endif %}",
        "{% if name == 'Ada' %}{% endif %}",
        "{% if language < 'x' %}{% endif %}",
        "{% if language == 1 %}{% endif %}",
        "{% if language == 'en' == 'en' %}{% endif %}",
        "{% if name == degree %}{% endif %}",
        "{% if ''.__class__ %}{% endif %}",
    ],
)
def test_no_expression_but_a_name_gets_in(source: str) -> None:
    (fault,) = faults_of("<p>\n" + source + "</p>")
    assert fault.line == 2
    assert fault.rule in (MarkupRule.EXPRESSION, MarkupRule.UNKNOWN_VALUE)


@pytest.mark.parametrize(
    "source",
    [
        "{% set x = name %}",
        "{% set x %}a{% endset %}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% from 'os' import system %}",
        "{% extends 'base' %}",
        "{% block a %}{% endblock %}",
        "{% macro a() %}{% endmacro %}",
        "{% call a() %}{% endcall %}",
        "{% filter upper %}{% endfilter %}",
        "{% with x = name %}{% endwith %}",
        "{% autoescape false %}{% endautoescape %}",
        "{% for a, b in credits %}{% endfor %}",
        "{% for a in credits if a.state %}{% endfor %}",
        "{% for a in credits recursive %}{% endfor %}",
        "{% for name in credits %}{% endfor %}",
    ],
)
def test_no_statement_but_if_and_for_gets_in(source: str) -> None:
    assert MarkupRule.STATEMENT in {fault.rule for fault in faults_of(source)}


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("{% for a in credits %}{% for b in credits %}{% endfor %}{% endfor %}", MarkupRule.NESTED_LIST),
        ("{% for a in notes %}{% for b in statements %}{% endfor %}{% endfor %}", MarkupRule.NESTED_LIST),
        ("{% for a in range(9) %}{% endfor %}", MarkupRule.EXPRESSION),
        ("{% for a in name %}{% endfor %}", MarkupRule.NOT_A_LIST),
        ("{% for a in verify %}{% endfor %}", MarkupRule.NOT_A_LIST),
        ("{{ credits }}", MarkupRule.NOT_TO_PRINT),
        ("{{ has_location }}", MarkupRule.NOT_TO_PRINT),
        ("{{ credit.amount }}", MarkupRule.UNKNOWN_VALUE),
        ("{% for credit in credits %}{% endfor %}{{ credit.amount }}", MarkupRule.UNKNOWN_VALUE),
        ("{{ nmae }}", MarkupRule.UNKNOWN_VALUE),
        ("{{ name", MarkupRule.NOT_A_TEMPLATE),
        ("{% if name %}", MarkupRule.NOT_A_TEMPLATE),
        ("{% do name %}", MarkupRule.NOT_A_TEMPLATE),
        ("{% if name %}" * 20 + "{% endif %}" * 20, MarkupRule.TOO_DEEP),
        ("{% if " + "not " * 20 + "name %}{% endif %}", MarkupRule.TOO_DEEP),
        ("{{ " + "(" * 9000 + "1" + ")" * 9000 + " }}", MarkupRule.TOO_DEEP),
        ("{% if " + "not " * 9000 + "name %}{% endif %}", MarkupRule.TOO_DEEP),
        ("{{ " + "9" * 9000 + " }}", MarkupRule.TOO_DEEP),
        ("{{ " + "a." * 9000 + "b }}", MarkupRule.EXPRESSION),
        ("{% if name %}{% endif %}" * 1000, MarkupRule.TOO_MANY),
        ("x" * (LONGEST_MARKUP + 1), MarkupRule.TOO_LONG),
        ("<!DOCTYPE own [<!ENTITY a 'aaaa'>]>&a;", MarkupRule.DECLARATION),
        ("<?xml version='1.0'?>", MarkupRule.DECLARATION),
        ("<!-- remark -->", MarkupRule.DECLARATION),
        ("\ue000\ue100", MarkupRule.UNPRINTABLE),
    ],
)
def test_each_other_way_out_is_closed(source: str, rule: MarkupRule) -> None:
    begun = time.monotonic()
    assert rule in {fault.rule for fault in faults_of(source)}
    assert time.monotonic() - begun < QUICK


def test_the_sandbox_is_a_wall_of_its_own() -> None:
    environment = page_template_module._ENVIRONMENT
    assert isinstance(environment, ImmutableSandboxedEnvironment)
    assert not (environment.globals or environment.filters or environment.tests or environment.extensions)
    assert not environment.is_safe_attribute(Text(0, "name", "x"), "__class__", object)


def test_every_line_has_its_own_fault() -> None:
    found = faults_of("<p>{{ a }}</p>\n{#- two\nlines -#}\n<p>{{ b }}</p>\n{% if c %}{% endif %}")
    assert [(fault.line, fault.thing) for fault in found] == [(1, "a"), (4, "b"), (5, "c")]


def test_a_value_that_is_missing_refuses_the_page() -> None:
    with pytest.raises(BadInput) as refused:
        PageTemplate("<p>{{ name }}</p>").filled(PageValues({}, (), {}))
    assert refused.value.facts["found"][0].rule is MarkupRule.UNKNOWN_VALUE


def test_a_page_that_grows_too_long_ends() -> None:
    rows = [Text(at, f"notes[{at}]", "word " * 40) for at in range(2000)]
    with pytest.raises(BadInput) as refused:
        PageTemplate("{% for note in notes %}{{ note }}{% endfor %}").filled(PageValues({"notes": rows}, (), {}))
    assert refused.value.facts["found"][0].rule is MarkupRule.TOO_LONG


def test_the_pages_own_words_are_read_in_every_branch_and_outside_of_tags() -> None:
    source = '<p class="credit{% if degree %} x{% endif %}">A&#77;A {% if name %}PRA{% else %}or{% endif %}</p>'
    assert [" ".join(one.text.split()) for one in PageTemplate(source).words] == ["AMA PRAor"]


def test_the_shipped_page_passes() -> None:
    assert PageTemplate(SHIPPED).words == ()


_PIECES = st.sampled_from(
    [
        *("{{", "}}", "{%", "%}", "{#", "#}", "if ", "for ", "in ", "else", "endif", "endfor", "not ", "and ", "=="),
        *("name", "credits", "credit", ".amount", ".__class__", "(", ")", "[0]", "|upper", "loop.first", "set x=", "~"),
        *("<p>", "</p>", "<h1>", "<", ">", "&", "\n", " ", "word", "\ue000", "-"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=25).map("".join))
def test_whatever_is_written_is_read_or_refused(source: str) -> None:
    with suppress(BadInput):
        PageTemplate(source)
