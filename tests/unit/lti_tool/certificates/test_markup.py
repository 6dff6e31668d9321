"""What two pages have in common, and what each says."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from lti_tool.certificates.markup import Markup, plain

PAGE = (
    '<html lang="en"><head><title>{title}</title><meta name="author" content="{author}"/></head><body>'
    '<div class="award"><h1>{title}</h1><p class="name"><span lang="ja">{name}</span></p>{stray}'
    '<p><a href="{link}">{link}</a></p><img src="certificate:qr.svg" alt="{seen}"/></div></body></html>'
)


def page(**texts: str) -> Markup:
    values = {"title": "Credit", "author": "Academy", "name": "Ana", "stray": "", "link": "https://a", "seen": "Code"}
    return Markup(PAGE.format(**(values | texts)))


@pytest.mark.parametrize("field", ["title", "author", "name", "link", "seen"])
def test_pages_that_differ_in_a_text_have_one_skeleton(field: str) -> None:
    assert page(**{field: "B &amp; C &gt; &#34;D&#34; / 'E'"}).skeleton == page().skeleton


@pytest.mark.parametrize(
    ("old", "new"),
    [('lang="ja"', 'lang="ko"'), ('class="name"', 'class="name long"'), ("qr.svg", "seal"), ("<h1>", "<h1 dir='rtl'>")],
)
def test_any_other_difference_is_another_skeleton(old: str, new: str) -> None:
    assert old in page().text
    assert Markup(page().text.replace(old, new)).skeleton != page().skeleton


def test_every_text_is_in_a_paragraph() -> None:
    assert page().paragraphs == ("Credit", '<span lang="ja">Ana</span>', '<a href="https://a">https://a</a>')
    assert [plain(one) for one in page().paragraphs] == ["Credit", "Ana", "https://a"]
    assert not page().has_stray_text
    assert page(stray="<div>never lost</div>").has_stray_text


def test_descriptions_are_read_as_they_are_spoken() -> None:
    assert page(seen="Seal of &#34;A &amp; B&#34;").alternatives == ('Seal of "A & B"',)


def test_the_head_tells_the_documents_properties() -> None:
    head = ET.fromstring(page(title="A &lt; B", author="Ö").head)
    assert head.findtext("head/title") == "A < B"
    assert [meta.get("content") for meta in head.iter("meta")] == ["Ö"]
