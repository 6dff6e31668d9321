"""A page's markup taken apart: what two certificates have in common, and the texts in which they differ."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from html import unescape

_PARAGRAPH = re.compile(r"<(p|h1|h2)\b[^>]*>(.*?)</\1>", re.DOTALL)
"""Templates put every text in one of these and none into another."""
_VARIABLE = re.compile(r'(?<=>)[^<]+|(?<= href=")[^"]*|(?<= alt=")[^"]*|(?<= content=")[^"]*')
_TAG = re.compile(r"<[^>]*>")
_ALTERNATIVE = re.compile(r' alt="([^"]*)"')
_HEAD_END = "</head>"


@dataclass(frozen=True)
class Markup:
    """Well-formed markup of one page, as a template gives it: values are escaped, so brackets are those of tags."""

    text: str

    @cached_property
    def skeleton(self) -> str:
        """All that stays when texts, addresses of links, descriptions of pictures and metadata are left out."""
        return _VARIABLE.sub("", self.text)

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        """What stands inside each paragraph and heading, as markup."""
        return tuple(match[2] for match in _PARAGRAPH.finditer(self.text))

    @cached_property
    def alternatives(self) -> tuple[str, ...]:
        """What is read aloud for each picture."""
        return tuple(map(unescape, _ALTERNATIVE.findall(self.text)))

    @property
    def head(self) -> str:
        """The document element with the head only."""
        return self.text[: self.text.index(_HEAD_END) + len(_HEAD_END)] + "</html>"

    @property
    def has_stray_text(self) -> bool:
        """Whether a text stands outside of all paragraphs."""
        body = self.text[self.text.index(_HEAD_END) :]
        return bool(plain(_PARAGRAPH.sub("", body)).strip())


def plain(markup: str) -> str:
    """The text alone, still escaped."""
    return _TAG.sub("", markup)
