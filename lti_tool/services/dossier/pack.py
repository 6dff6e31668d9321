"""Finishing a review file outside any transaction: specimens printed, papers looked at, all of it packed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import IO

from lti_tool.domain.dossier import PDF, Dossier, DossierSection, Missing, Paper, safe_name
from lti_tool.domain.errors import BadInput
from lti_tool.services.dossier.build import SPECIMENS, Gathered
from lti_tool.services.ports import Bindery, CertificatePrinter

IN_MEMORY = 8 * 1024 * 1024
CHUNK = 64 * 1024
FAULTS = {
    "not_what_it_says": "not a sound PDF",
    "file_active": "it holds scripts, actions or other files",
    "file_locked": "it is encrypted",
    "too_many_pages": "it has too many pages",
}


def _looked_at(paper: Paper, bindery: Bindery) -> Paper:
    """A PDF that could do something, or cannot be read, is named and left out."""
    if paper.media_type != PDF:
        return paper
    try:
        bindery.inspect(paper.body)
    except BadInput as error:
        return replace(paper, body=b"", fault=FAULTS.get(error.code, error.code))
    return paper


def _specimen_papers(gathered: Gathered, printer: CertificatePrinter) -> tuple[tuple[Paper, ...], tuple[Missing, ...]]:
    papers, faults = [], []
    for title, certificate in gathered.specimens:
        try:
            body = printer.render(certificate).pdf
        except BadInput as error:
            faults.append(Missing(f"{title}: cannot be printed ({error.code})."))
        else:
            papers.append(Paper(f"{title}.pdf", PDF, body, note=certificate.title))
    if not gathered.specimens:
        faults.append(Missing("The activity gives no credit; no certificate is issued."))
    return tuple(papers), tuple(faults)


def finished(gathered: Gathered, printer: CertificatePrinter, bindery: Bindery) -> Dossier:
    """The whole review file. Raises ``ServiceUnavailable`` while nothing can be printed."""
    papers, faults = _specimen_papers(gathered, printer)

    def finish(section: DossierSection) -> DossierSection:
        if section.title == SPECIMENS:
            return replace(section, blocks=(*section.blocks, *faults), papers=papers)
        return replace(section, papers=tuple(_looked_at(paper, bindery) for paper in section.papers))

    return replace(gathered.dossier, sections=tuple(map(finish, gathered.dossier.sections)))


def _entries(dossier: Dossier, bindery: Bindery) -> Iterator[tuple[str, bytes]]:
    yield "00-activity-file.pdf", bindery.bind(dossier)
    for number, section in enumerate(dossier.sections, start=1):
        alone = replace(dossier, sections=tuple(replace(one, papers=()) for one in dossier.sections))
        yield f"{number:02d}-{safe_name(section.title).lower()}.pdf", bindery.bind(alone, number)
    for key, paper in dossier.numbered_papers():
        if not paper.fault:
            section_number, _, place = key.partition(".")
            yield f"{int(section_number):02d}.{place}-{safe_name(paper.name)}", paper.body


def packed(dossier: Dossier, bindery: Bindery) -> IO[bytes]:
    """The ZIP, with the same numbers as in the PDF; large ones lie on disk. Whoever reads it closes it."""
    day = dossier.made_on
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - handed on
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in _entries(dossier, bindery):
            entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, body, zipfile.ZIP_DEFLATED)
    file.seek(0)
    return file


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """All of it, then closed."""
    with file:
        while piece := file.read(CHUNK):
            yield piece
