"""The product's Markdown: looking into it, comparing it, and writing words that are read as just these words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable(["table", "strikethrough"])
_WITH_HTML = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_SPECIAL = re.compile(r"([\\`*\[\]<~|]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;))")
_LINE_START = re.compile(r"^(\s*)(#|>|\+|-|=|\d{1,9}(?=[.)]))")
_RAW = frozenset({"html_inline", "html_block"})


def escaped(text: str) -> str:
    """Words as Markdown that shows these words and nothing else, wherever in a line they stand."""
    return _SPECIAL.sub(r"\\\1", text)


def line_start(text: str) -> str:
    """The same for the beginning of a paragraph: no heading, list or quotation."""
    match = _LINE_START.match(text)
    if match is None:
        return text
    head = match.end()
    return (
        f"{text[:head]}\\{text[head:]}"
        if match.group(2)[0].isdigit()
        else f"{match.group(1)}\\{text[match.start(2) :]}"
    )


def _tokens(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *_tokens(token.children or []))]


@lru_cache(maxsize=4096)
def images_in(text: str) -> tuple[tuple[str, str], ...]:
    """Source and alternative text of every image."""
    if "![" not in text:
        return ()
    found = [token for token in _tokens(_MARKDOWN.parse(text)) if token.type == "image"]
    return tuple((str(token.attrs.get("src", "")), token.content) for token in found)


def html_in(text: str) -> str:
    """The first piece that other programs would read as HTML, or ``""``."""
    if "<" not in text:
        return ""
    return next((token.content.strip() for token in _tokens(_WITH_HTML.parse(text)) if token.type in _RAW), "")


def to_xhtml(text: str, *, is_inline: bool = False) -> str:
    """As XHTML without any raw HTML of the author's."""
    environment: dict[str, Any] = {}
    rendered = _MARKDOWN.renderInline(text, environment) if is_inline else _MARKDOWN.render(text, environment)
    return str(rendered)


@lru_cache(maxsize=4096)
def shown(text: str, *, is_inline: bool = False) -> str:
    """What readers see: two texts with the same are the same to them."""
    rendered = re.sub(r"\s+", " ", to_xhtml(text, is_inline=is_inline))
    return re.sub(r" ?(</?(?:p|ul|ol|li|h[1-6]|blockquote|t\w+|pre|br ?/)>) ?", r"\1", rendered).strip()


def words_of(text: str, *, is_inline: bool = False) -> str:
    """The bare words that readers see, and the alternative texts of images."""
    tokens = _MARKDOWN.parseInline(text) if is_inline else _MARKDOWN.parse(text)
    pieces = [_piece(token) for token in _tokens(tokens)]
    return "".join("".join(pieces).split())


def _piece(token: Token) -> str:
    return token.content if token.type in ("text", "code_inline", "fence", "code_block", "text_special") else ""
