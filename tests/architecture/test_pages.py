"""Templates and static files: nothing unescaped, nothing inline, nothing from outside."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import text_of, tracked_files

TEMPLATES = [
    p for p in tracked_files() if p.suffix in {".html", ".jinja", ".j2"} and p.parts[0] in {"lti_tool", "xblock_cme"}
]
# A certificate's template is printed, not sent to a browser: its style sheet may stand in it.
BROWSER_TEMPLATES = [p for p in TEMPLATES if "certificates" not in p.parts]
STATIC = [p for p in tracked_files() if p.suffix in {".css", ".js"} and p.parts[0] in {"lti_tool", "xblock_cme"}]

UNESCAPED = re.compile(r"\|\s*safe\b|\{%-?\s*autoescape\s+false")
INLINE_SCRIPT = re.compile(
    r"<script(?![^>]*\bsrc\s*=)(?![^>]*type=[\"']application/(?:ld\+)?json[\"'])[^>]*>", re.IGNORECASE
)
INLINE_STYLE = re.compile(r"<style\b|<[^>]*\sstyle\s*=", re.IGNORECASE)
INLINE_HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=|href\s*=\s*[\"']\s*javascript:", re.IGNORECASE)
# What a browser loads by itself; a link that a person follows may lead anywhere.
LOADS_FROM_OUTSIDE = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed|object|track)\b[^>]*\b(?:src|data|poster)\s*=\s*[\"'](?:https?:)?//"
    r"|<link\b[^>]*\bhref\s*=\s*[\"'](?:https?:)?//",
    re.IGNORECASE,
)
STATIC_FROM_OUTSIDE = re.compile(
    r"url\(\s*[\"']?(?:https?:)?//|@import|\bimport\s*\(?[\"']https?://|fetch\([\"']https?://"
)


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_nothing_is_printed_unescaped(path: Path) -> None:
    assert UNESCAPED.findall(text_of(path)) == []


@pytest.mark.parametrize("path", BROWSER_TEMPLATES, ids=str)
def test_no_script_or_style_stands_in_the_page(path: Path) -> None:
    for pattern in (INLINE_SCRIPT, INLINE_STYLE, INLINE_HANDLER):
        assert pattern.findall(text_of(path)) == []


def test_what_is_to_take_focus_does_so_in_a_frame_as_well() -> None:
    """Browsers ignore ``autofocus`` in a frame of another origin; a script sees to it."""
    found = [text_of(path) for path in BROWSER_TEMPLATES if re.search(r"<\w[^>]*\sautofocus\b", text_of(path))]
    assert len(found) > 1 and all("takes_focus()" in text for text in found)


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_a_page_loads_nothing_from_outside(path: Path) -> None:
    assert LOADS_FROM_OUTSIDE.findall(text_of(path)) == []


@pytest.mark.parametrize("path", STATIC, ids=str)
def test_static_files_load_nothing_from_outside(path: Path) -> None:
    assert STATIC_FROM_OUTSIDE.findall(text_of(path)) == []


@pytest.mark.parametrize(
    ("pattern", "bad"),
    [
        (UNESCAPED, "{{ text | safe }}"),
        (INLINE_SCRIPT, "<script>go()</script>"),
        (INLINE_STYLE, '<p style="color: red">'),
        (INLINE_HANDLER, '<a onclick="go()">'),
        (LOADS_FROM_OUTSIDE, '<img alt="" src="//cdn.example/x.png">'),
        (LOADS_FROM_OUTSIDE, '<link rel="stylesheet" href="https://cdn.example/x.css">'),
        (STATIC_FROM_OUTSIDE, "background: url(https://cdn.example/x.png)"),
    ],
)
def test_a_fault_would_be_found(pattern: re.Pattern[str], bad: str) -> None:
    assert pattern.search(bad)


def test_harmless_pages_pass() -> None:
    fine = '<script src="/static/x.js" defer></script><a href="https://example.org">read</a><p class="only">'
    assert not any(p.search(fine) for p in (INLINE_SCRIPT, INLINE_STYLE, INLINE_HANDLER, LOADS_FROM_OUTSIDE))
