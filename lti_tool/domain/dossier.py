"""The review file of one activity: what an accreditor's reviewer asks for, in that order, numbered.

Source: ACCME performance-in-practice, attachments (rules 2.6). Values only; how it is printed and packed is elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from lti_tool.domain.text import RichText

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: RichText


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[RichText, ...]


@dataclass(frozen=True, slots=True)
class FactList:
    """Terms with their values."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; each row has as many cells as there are columns. ``widths`` in percent, empty for even ones."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that a reviewer will ask for and that is not there: said, never passed over."""

    text: str


Block: TypeAlias = Heading | Paragraph | Bullets | FactList | Grid | Missing


@dataclass(frozen=True, slots=True)
class Paper:
    """An attached file. ``fault`` says why its pages are not part of the document (and its bytes are not given on)."""

    name: str
    media_type: str
    body: bytes
    note: str = ""
    fault: str = ""

    @property
    def is_bound(self) -> bool:
        """Its pages become pages of the document."""
        return self.media_type == PDF and not self.fault


@dataclass(frozen=True, slots=True)
class DossierSection:
    title: str
    blocks: tuple[Block, ...]
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """Sections are numbered from 1, papers within them from 1."""

    title: str
    provider: str
    language: str
    made_on: date
    facts: tuple[tuple[str, str], ...]
    sections: tuple[DossierSection, ...]
    kicker: str = "Activity file for accreditation review"
    """What kind of file it is, above its title."""
    subject: str = "activity file"
    """The same within the title of the PDF."""
    has_contents: bool = True
    """A cover and a table of contents; a short document does without and begins on its first page."""

    def numbered_papers(self) -> Iterator[tuple[str, Paper]]:
        for number, section in enumerate(self.sections, start=1):
            for place, paper in enumerate(section.papers, start=1):
                yield f"{number}.{place}", paper


_KEPT = re.compile(r"[^A-Za-z0-9._-]+")


def safe_name(name: str, longest: int = 80) -> str:
    """A file name that means the same everywhere: no folders, no leading dot, ASCII, the ending kept."""
    plain = unicodedata.normalize("NFKD", name.replace("\\", "/").rsplit("/", 1)[-1])
    kept = _KEPT.sub("-", plain.encode("ascii", "ignore").decode()).strip("-.")
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending) > 8:
        return kept[:longest] or "file"
    return f"{stem[: longest - len(ending) - 1].rstrip('-.') or 'file'}.{ending}"
