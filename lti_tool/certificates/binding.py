"""Papers: looked at before they are kept, and bound behind a review file's own pages, with bookmarks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Pdf

from lti_tool.certificates.dossier import STAMP_SIZE, DossierPrinter, Place
from lti_tool.certificates.render import missing_pango
from lti_tool.domain.dossier import Dossier, DossierSection, Paper
from lti_tool.domain.errors import BadInput
from lti_tool.domain.vault import MAX_PAGES

MAX_OBJECTS = 200_000
DEEPEST = 60
TAIL = 2048
"""A file ends within so many bytes of its end mark; what is behind it would be another file."""
ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/AA", "/XFA", "/EmbeddedFiles", "/RichMediaContent", "/EF"})
ACTIVE_ACTIONS = frozenset(
    {
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"),
        *("/Rendition", "/Movie", "/Sound", "/RichMediaExecute", "/Hide", "/SetOCGState", "/Trans"),
    }
)
"""What a PDF can do by itself or to its reader (ISO 32000-1, 12.6.4); links to pages and addresses remain."""

Numbered = Sequence[tuple[str, Paper]]


def _walk(value: Any, depth: int = 0) -> Iterator[Any]:
    """Dictionaries within one object; other objects are visited for themselves."""
    if depth > DEEPEST:
        raise BadInput("not_what_it_says", "the file is nested too deeply")
    children: list[Any] = []
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        yield value
        children = [value[key] for key in value.keys() if key != "/Parent"]  # noqa: SIM118 - not a Python mapping
    elif isinstance(value, pikepdf.Array):
        children = list(value)
    for child in children:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            yield from _walk(child, depth + 1)


def _is_active(found: Any) -> bool:
    keys = {str(key) for key in found.keys()}  # noqa: SIM118 - not a Python mapping
    return not ACTIVE_KEYS.isdisjoint(keys) or str(found.get("/S")) in ACTIVE_ACTIONS


def _opened(body: bytes) -> Pdf:
    end = body.rfind(b"%%EOF")
    if not body.startswith(b"%PDF-") or end < 0 or len(body) - end > TAIL:
        raise BadInput("not_what_it_says", "the file is not a PDF from its first byte to its last")
    try:
        return Pdf.open(BytesIO(body))
    except pikepdf.PasswordError as error:
        raise BadInput("file_locked", "the file is encrypted") from error
    except (pikepdf.PdfError, ValueError, OverflowError) as error:
        raise BadInput("not_what_it_says", "the file is not a sound PDF") from error


def _inspected(pdf: Pdf) -> int:
    if pdf.is_encrypted:
        raise BadInput("file_locked", "the file is encrypted")
    if len(pdf.pages) > MAX_PAGES or len(pdf.objects) > MAX_OBJECTS:
        raise BadInput("too_many_pages", f"more than {MAX_PAGES} pages")
    for each in [pdf.trailer, *pdf.objects]:
        if any(_is_active(found) for found in _walk(each)):
            raise BadInput("file_active", "the file holds scripts, actions or other files")
    return len(pdf.pages)


def inspect(body: bytes) -> int:
    """Pages of a harmless PDF. Raises ``BadInput``: see :class:`lti_tool.services.ports.Bindery`."""
    with _opened(body) as pdf:
        try:
            found = _inspected(pdf)
        except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError) as error:
            raise BadInput("not_what_it_says", "the file is not a sound PDF") from error
    if not found:
        raise BadInput("not_what_it_says", "the file has no pages")
    return found


class Binder:
    """``lti_tool.services.ports.Bindery``: share one instance per process."""

    def __init__(self) -> None:
        self._printer: DossierPrinter | None = None

    def inspect(self, pdf: bytes) -> int:
        return inspect(pdf)

    def bind(self, dossier: Dossier, only: int | None = None) -> bytes:
        """The whole file, or one numbered section. Raises ``ServiceUnavailable`` where Pango is missing."""
        sections = [
            (number, section)
            for number, section in enumerate(dossier.sections, start=1)
            if only is None or number == only
        ]
        papers = [
            (key, paper)
            for key, paper in dossier.numbered_papers()
            if paper.is_bound and only in (None, int(key.partition(".")[0]))
        ]
        with missing_pango():
            own, places = self._print(dossier, sections, papers)
            if not papers:
                return own
            assert self._printer is not None  # noqa: S101 - it has just printed
            stamps = self._printer.stamps(list(_labels(papers, places)))
        return bound(own, papers, places, stamps)

    def _print(
        self, dossier: Dossier, sections: Sequence[tuple[int, DossierSection]], papers: Numbered
    ) -> tuple[bytes, Mapping[str, Place]]:
        """Printed twice where papers follow: only then is it known on which page each begins."""
        self._printer = self._printer or DossierPrinter()
        counts = {key: inspect(paper.body) for key, paper in papers}
        own, pages = self._printer.print(dossier, sections, _places(counts, 0))
        if not papers:
            return own, {}
        for _ in range(3):
            places = _places(counts, pages)
            own, now = self._printer.print(dossier, sections, places)
            if now == pages:
                break
            pages = now
        return own, _places(counts, pages)


def _places(counts: Mapping[str, int], own_pages: int) -> Mapping[str, Place]:
    places, following = {}, own_pages + 1
    for key, pages in counts.items():
        places[key] = Place(following, pages)
        following += pages
    return places


def _labels(papers: Numbered, places: Mapping[str, Place]) -> Iterator[str]:
    """What is stamped on each bound page."""
    for key, _ in papers:
        start, count = places[key].start, places[key].pages
        yield from (f"{key} – {number + 1} of {count} – Page {start + number}" for number in range(count))


def _stamp(pdf: Pdf, stamps: bytes, first: int) -> None:
    """The number of attachment and page, in the upper right corner of every page from ``first`` on (from 0)."""
    with Pdf.open(BytesIO(stamps)) as source:
        for page, stamp in zip(list(pdf.pages)[first:], source.pages, strict=True):
            _, _, right, top = (float(value) for value in page.trimbox)
            width, height = STAMP_SIZE
            page.add_overlay(stamp, pikepdf.Rectangle(right - width - 8, top - height - 6, right - 8, top - 6))


def bound(own: bytes, papers: Numbered, places: Mapping[str, Place], stamps: bytes) -> bytes:
    """The papers' pages behind our own, numbered, each paper with a bookmark below its section's.

    The claim to PDF/UA goes: nobody knows how accessible other people's pages are.
    """
    with Pdf.open(BytesIO(own)) as pdf:
        own_pages = len(pdf.pages)
        for _, paper in papers:
            with Pdf.open(BytesIO(paper.body)) as source:
                pdf.add_pages_from(source)
        _stamp(pdf, stamps, own_pages)
        with pdf.open_outline() as outline:
            by_number = {item.title.partition(" ")[0]: item for item in outline.root}
            for key, paper in papers:
                section = by_number[key.partition(".")[0]]
                section.children.append(pikepdf.OutlineItem(f"{key} {paper.name}", places[key].start - 1))
        with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
            if "pdfuaid:part" in metadata:
                del metadata["pdfuaid:part"]
        out = BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()
