"""Authors' Markdown as HTML that can do no harm: no raw HTML is read, and what comes out is filtered once more."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping, Sequence
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup, escape

MediaUrl = Callable[[str], str]
"""From the name of an activity's file to its address in this session."""

LONGEST_KEPT = 2000
"""Characters: HTML of shorter texts is kept in the process."""
FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
TAGS = frozenset(
    [
        "a",
        "abbr",
        "blockquote",
        "br",
        "code",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
ATTRIBUTES = {
    "a": {"href", "target", "title"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "table": {"class"},
    "td": {"class"},
    "th": {"class", "scope"},
}
CLASSES = {"div": {"table-wrap"}, "table": {"prose-table"}, "td": {"number"}, "th": {"number"}}
SCHEMES = {"https", "http", "mailto"}
TOP_HEADING = 2
"""The page has its one ``h1`` already."""


class _Renderer(RendererHTML):
    """Pictures of the activity as figures; links in a window of their own; tables that scroll on a phone."""

    def image(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[index]
        name, words = str(token.attrs.get("src", "")), token.content
        if not FILE_NAME.fullmatch(name):
            return str(escape(words))
        address = env["media_url"](name)
        picture = Markup('<img src="{}" alt="{}">').format(address, words)
        if not token.meta.get("is_figure"):
            return str(picture)
        caption = Markup("<figcaption>{}</figcaption>").format(token.attrs.get("title", ""))
        opened = Markup('<a href="{}" target="_blank">{}</a>').format(address, picture)
        return str(opened + caption) if token.attrs.get("title") else str(opened)

    def link_open(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        token = tokens[index]
        target = str(token.attrs.get("href", ""))
        if FILE_NAME.fullmatch(target):
            token.attrs["href"] = env["media_url"](target)
        token.attrs["target"] = "_blank"
        return self.renderToken(tokens, index, options, env)

    def table_open(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        return '<div class="table-wrap" tabindex="0" role="group"><table class="prose-table">'

    def table_close(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        return "</table></div>"


_MARKDOWN = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable(["table", "strikethrough"])


def _is_lone_picture(token: Token) -> bool:
    return token.type == "inline" and [child.type for child in token.children or []] == ["image"]


def _arrange(tokens: list[Token]) -> list[Token]:
    """A picture that is a paragraph of its own becomes a figure; headings start below the page's own."""
    for index, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{max(TOP_HEADING, int(token.tag[1]))}"
        if _is_lone_picture(token) and token.children and tokens[index - 1].type == "paragraph_open":
            tokens[index - 1].tag = tokens[index + 1].tag = "figure"
            token.children[0].meta["is_figure"] = True
    return tokens


def _clean(html: str) -> Markup:
    attributes = {tag: names - {"class"} for tag, names in ATTRIBUTES.items()}
    cleaned = nh3.clean(
        html,
        tags=set(TAGS),
        attributes=attributes,
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    return Markup(cleaned)  # noqa: S704 - this is the filter's own output


def markdown(text: str, media_url: MediaUrl) -> Markup:
    """Blocks: paragraphs, headings, lists, tables, figures."""
    return _blocks(text, media_url) if _names_something(text) else _blocks_alone(text)


def inline_markdown(text: str, media_url: MediaUrl) -> Markup:
    """One line: emphasis, links, sub- and superscript characters; no blocks."""
    return _inline(text, media_url) if _names_something(text) else _inline_alone(text)


def _names_something(text: str) -> bool:
    """Whether there may be a link or a picture, whose address is each visitor's own; long texts are taken for such."""
    return len(text) > LONGEST_KEPT or "[" in text or "<" in text


def _blocks(text: str, media_url: MediaUrl) -> Markup:
    environment = {"media_url": media_url}
    tokens = _arrange(_MARKDOWN.parse(text, environment))
    return _clean(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, environment))


def _inline(text: str, media_url: MediaUrl) -> Markup:
    return _clean(_MARKDOWN.renderInline(text, {"media_url": media_url}))


@lru_cache(maxsize=2048)
def _blocks_alone(text: str) -> Markup:
    return _blocks(text, str)


@lru_cache(maxsize=2048)
def _inline_alone(text: str) -> Markup:
    """Questions and options: every learner of an activity is shown the same, often a dozen on one page."""
    return _inline(text, str)
