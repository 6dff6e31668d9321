"""A review file's own pages: tagged, with a table of contents and bookmarks, from the shipped fonts alone.

Importing this module is cheap; WeasyPrint is loaded by the first print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from lti_tool.certificates.faces import Faces
from lti_tool.certificates.render import PRESS
from lti_tool.certificates.wording import PrintedRun, printed, tidied, unprintable
from lti_tool.domain.dossier import (
    Block,
    Bullets,
    Dossier,
    DossierSection,
    FactList,
    Grid,
    Heading,
    Missing,
    Paper,
    Paragraph,
)
from lti_tool.domain.text import RichText, Run

FOLDER = Path(__file__).parent / "dossier-v1"
STAMP_SIZE = (110, 12)
"""Width and height of a stamp in points."""
STAMP_STYLE = """
@page { size: 110pt 12pt; margin: 0; background: #ffffff; }
html { font: 7pt "Noto Serif"; color: #6d6f75; }
body { margin: 0; }
p { break-after: page; text-align: right; margin: 0; padding-right: 4pt; line-height: 12pt; }
p:last-child { break-after: auto; }
"""
REPLACEMENT = "\N{WHITE SQUARE}"
"""Stands for a character that no shipped face has: a page is never refused for one."""

Runs = tuple[PrintedRun, ...]
Lines = tuple[Runs, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paper's pages begin in the document, and how many they are; 0 for a paper that is not bound."""

    start: int
    pages: int


class Typist:
    """Texts as runs that the shipped faces can print."""

    def __init__(self, faces: Faces, language: str) -> None:
        self._faces, self._language = faces, language
        self.families: set[str] = set()

    def runs(self, text: RichText | str) -> Runs:
        rich = text if isinstance(text, RichText) else RichText.of(text)
        kept = RichText(tuple(Run(self._kept(run.text), run.is_italic) for run in rich.runs))
        self.families |= {self._faces.family_for(one) for one in set(kept.plain)}
        return printed(kept, self._language)

    def lines(self, text: RichText | str) -> Lines:
        """Line ends are kept; within a rich text there are none."""
        if isinstance(text, RichText):
            return (self.runs(text),)
        return tuple(self.runs(line) for line in text.split("\n"))

    def _kept(self, text: str) -> str:
        bad = dict.fromkeys(map(ord, unprintable(tidied(text), self._faces)), REPLACEMENT)
        return text.translate(bad) if bad else text


def _grid(block: Grid, typist: Typist) -> Mapping[str, Any]:
    widths = block.widths or (round(100 / max(1, len(block.columns)), 2),) * len(block.columns)
    columns = [
        {"label": typist.runs(label), "width": width} for label, width in zip(block.columns, widths, strict=True)
    ]
    return {"kind": "grid", "columns": columns, "rows": [[typist.lines(cell) for cell in row] for row in block.rows]}


def _block(block: Block, typist: Typist) -> Mapping[str, Any]:
    match block:
        case Heading(text):
            return {"kind": "heading", "text": typist.runs(text)}
        case Paragraph(rich):
            return {"kind": "paragraph", "text": typist.lines(rich)}
        case Missing(text):
            return {"kind": "missing", "text": typist.runs(text)}
        case Bullets(items):
            return {"kind": "bullets", "items": [typist.lines(item) for item in items]}
        case FactList(rows):
            return {"kind": "facts", "rows": [(typist.runs(term), typist.lines(value)) for term, value in rows]}
        case Grid():
            return _grid(block, typist)


def _where(paper: Paper, place: Place | None) -> str:
    if paper.fault:
        return f"not included: {paper.fault}"
    if place is None or not paper.is_bound:
        return "in the ZIP archive of this file"
    return f"pages {place.start}-{place.start + place.pages - 1}" if place.pages > 1 else f"page {place.start}"


def _section(number: int, section: DossierSection, places: Mapping[str, Place], typist: Typist) -> Mapping[str, Any]:
    papers = []
    for place, paper in enumerate(section.papers, start=1):
        key = f"{number}.{place}"
        found = places.get(key)
        values = {"number": key, "name": typist.runs(paper.name), "note": typist.runs(paper.note)}
        papers.append({**values, "where": _where(paper, found), "start": found.start if found else ""})
    blocks = [_block(block, typist) for block in section.blocks]
    return {"number": number, "title": typist.runs(section.title), "blocks": blocks, "papers": papers}


def view(
    dossier: Dossier, sections: Sequence[tuple[int, DossierSection]], places: Mapping[str, Place], typist: Typist
) -> dict[str, Any]:
    """Everything that the template may use."""
    return {
        "language": dossier.language,
        "document_title": tidied(f"{dossier.title}: {dossier.subject}"),
        "provider_plain": tidied(dossier.provider),
        "dated": dossier.made_on.isoformat(),
        "is_whole": len(sections) == len(dossier.sections),
        "has_contents": dossier.has_contents,
        "kicker": typist.runs(dossier.kicker),
        "title": typist.runs(dossier.title),
        "provider": typist.runs(dossier.provider),
        "facts": [(typist.runs(term), typist.lines(value)) for term, value in dossier.facts],
        "sections": [_section(number, section, places, typist) for number, section in sections],
    }


class DossierPrinter:
    """Prints pages; one document at a time per process, as certificates."""

    def __init__(self) -> None:
        self._faces = Faces.shipped()
        environment = Environment(autoescape=True, undefined=StrictUndefined, auto_reload=False)
        self._markup = environment.from_string((FOLDER / "template.html").read_text(encoding="utf-8"))
        self._style = (FOLDER / "style.css").read_text(encoding="utf-8")

    def stamps(self, labels: Sequence[str]) -> bytes:
        """A PDF with one small page per label, to be laid over the corner of other people's pages."""
        from lti_tool.certificates import closed

        lines = "".join(f"<p>{escape(label)}</p>" for label in labels)
        with PRESS:
            fonts = closed.ShippedFonts(self._faces.attached(frozenset({"Noto Serif"})))
            page = closed.LongPage(f"<html><body>{lines}</body></html>")
            found: bytes = page.printed(fonts, stylesheets=[closed.sheet(STAMP_STYLE)]).write_pdf()
        return found

    def print(
        self, dossier: Dossier, sections: Sequence[tuple[int, DossierSection]], places: Mapping[str, Place]
    ) -> tuple[bytes, int]:
        """The PDF (PDF/UA-1) and the number of its pages."""
        from lti_tool.certificates import closed

        typist = Typist(self._faces, dossier.language)
        markup = self._markup.render(view(dossier, sections, places, typist))
        options = {"pdf_variant": "pdf/ua-1", "pdf_identifier": sha256(markup.encode()).digest()[:16]}
        with PRESS:
            fonts = closed.ShippedFonts(self._faces.attached(frozenset(typist.families) | {"Noto Serif"}))
            page = closed.LongPage(markup)
            document = page.printed(fonts, stylesheets=[closed.sheet(self._style)], **options)
            return document.write_pdf(**options), len(document.pages)
