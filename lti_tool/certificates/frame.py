"""A printed file without what differs between certificates: its objects, ready to be written around other texts."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pydyf
from weasyprint import DEFAULT_OPTIONS
from weasyprint.matrix import Matrix
from weasyprint.pdf import _w3c_date_to_pdf
from weasyprint.pdf.anchors import write_pdf_attachment
from weasyprint.pdf.fonts import build_fonts_dictionary

from lti_tool.certificates.embedding import WrittenObject
from lti_tool.certificates.markup import Markup
from lti_tool.certificates.tagging import mark_accessible

_VERSION = "1.7"
_FONT_OPTIONS = {"hinting": DEFAULT_OPTIONS["hinting"], "pdf_version": _VERSION}
POINTS = 0.75
"""Points in a CSS pixel."""


class Mismatch(Exception):
    """A text does not fit into a page that was laid out for another: that page is then printed as a whole.

    ``place`` and ``shape``: of the paragraph, if it was one.
    """

    def __init__(self, place: int = -1, shape: tuple[Any, ...] = ()) -> None:
        super().__init__("the page is of another shape")
        self.place, self.shape = place, shape


class Numbered:
    """Takes objects for a file as ``pydyf.PDF`` does, from a given number on."""

    def __init__(self, first: int) -> None:
        self.objects: list[Any] = []
        self.catalog: dict[str, Any] = {}
        self._first = first

    def add_object(self, item: Any) -> None:
        """Number and keep it."""
        item.number = self._first + len(self.objects)
        self.objects.append(item)


class Frame:
    """All objects of one file, and which of them say something about this certificate alone."""

    def __init__(self, document: Any, pdf: pydyf.PDF, marker: bytes) -> None:
        page = pdf.objects[pdf.pages["Kids"][0]]
        self._zero, *others = pdf.objects
        self._objects = [one if isinstance(one, WrittenObject) else WrittenObject(one) for one in others]
        self._content = _number(page["Contents"])
        self._fonts = _number(pdf.objects[_number(page["Resources"])]["Font"])
        self._metadata = _number(pdf.catalog["Metadata"])
        self._links = [one for one in others if isinstance(one, dict) and one.get("Type") == "/Annot"]
        self._figures = [one for one in others if isinstance(one, dict) and one.get("S") == "/Figure"]
        self._files = [_number(one["EF"]["F"]) for one in others if isinstance(one, dict) and "EF" in one]
        self._described, self._marker, self._info = document.metadata, marker, dict(pdf.info)
        self._matrix = Matrix(POINTS, 0, 0, -POINTS, 0, document.pages[0].height * POINTS)
        self._font_count = _count(document.fonts)
        self._properties_of = lru_cache(maxsize=4)(self._properties)

    def written(
        self,
        content: Sequence[bytes],
        fonts: dict[Any, Any],
        links: Sequence[tuple[str, tuple[float, ...]]],
        markup: Markup,
        attachments: Sequence[Any],
        identifier: bytes,
    ) -> bytes:
        """The file. Raises :class:`Mismatch` where it needs more or fewer objects."""
        metadata, info = self._properties_of(markup.head)
        changed = [self._stream(content), *self._font_objects(fonts), *self._link_objects(links)]
        changed += self._figure_objects(markup.alternatives) + self._file_objects(attachments)
        objects = [self._zero, *self._objects]
        for item in changed:
            objects[item.number] = WrittenObject(item)
        objects[metadata.number] = metadata
        pdf = pydyf.PDF()
        pdf.objects, pdf.info = objects, pydyf.Dictionary(info)
        output = BytesIO()
        pdf.write(output, _VERSION, identifier, compress=True)
        return output.getvalue()

    def _stream(self, content: Sequence[bytes]) -> pydyf.Stream:
        stream = pydyf.Stream(list(content), compress=True)
        stream.number = self._content
        return stream

    def _font_objects(self, fonts: dict[Any, Any]) -> list[Any]:
        if _count(fonts) != self._font_count or any(font.missing for font in fonts.values()):
            raise Mismatch
        added = Numbered(self._fonts - self._font_count)
        added.add_object(build_fonts_dictionary(added, fonts, True, True, _FONT_OPTIONS))
        return added.objects

    def _link_objects(self, links: Sequence[tuple[str, tuple[float, ...]]]) -> list[Any]:
        if len(links) != len(self._links):
            raise Mismatch
        return [self._link(old, *link) for old, link in zip(self._links, links, strict=True)]

    def _link(self, old: Any, target: str, area: tuple[float, ...]) -> Any:
        corners = (*self._matrix.transform_point(*area[:2]), *self._matrix.transform_point(*area[2:]))
        action = pydyf.Dictionary(old["A"] | {"URI": pydyf.String(target)})
        return _changed(old, Rect=pydyf.Array(corners), Contents=pydyf.String(target), A=action)

    def _figure_objects(self, alternatives: Sequence[str]) -> list[Any]:
        if len(alternatives) != len(self._figures) or not all(alternatives):
            raise Mismatch
        pairs = zip(self._figures, alternatives, strict=True)
        return [_changed(old, Alt=pydyf.String(text)) for old, text in pairs]

    def _file_objects(self, attachments: Sequence[Any]) -> list[Any]:
        if len(attachments) != len(self._files):
            raise Mismatch
        if not attachments:
            return []
        added = Numbered(self._files[0])
        for attachment in attachments:
            file = write_pdf_attachment(added, attachment, True)
            file["AFRelationship"] = f"/{attachment.relationship}"
        return added.objects

    def _properties(self, head: str) -> tuple[WrittenObject, dict[str, Any]]:
        """Metadata stream and information dictionary."""
        described = self._described_by(head)
        return WrittenObject(self._metadata_object(described)), self._info_of(described)

    def _described_by(self, markup: str) -> Any:
        """The document's properties (title, author, subject, days), as they stand in the page's head."""
        head = ET.fromstring(markup)  # noqa: S314 - our own template's output, values escaped, no entities
        named = {meta.get("name"): meta.get("content") for meta in head.iter("meta")}
        described = copy.copy(self._described)
        described.title = head.findtext("head/title")
        described.authors, described.description = [named["author"]], named["description"]
        described.created, described.modified = named["dcterms.created"], named["dcterms.modified"]
        return described

    def _info_of(self, described: Any) -> dict[str, Any]:
        texts = {"Title": described.title, "Author": ", ".join(described.authors), "Subject": described.description}
        days = {"CreationDate": described.created, "ModDate": described.modified}
        texts |= {name: _w3c_date_to_pdf(day, name) for name, day in days.items()}
        return self._info | {name: pydyf.String(text) for name, text in texts.items()}

    def _metadata_object(self, described: Any) -> Any:
        added = Numbered(self._metadata)
        described.include_in_pdf(added, "a", 3, "A", True)
        (metadata,) = added.objects
        mark_accessible(metadata, self._marker)
        return metadata


def _number(reference: bytes) -> int:
    return int(reference.split()[0])


def _count(fonts: dict[Any, Any]) -> int:
    """Objects before the dictionary of all fonts: a file for each face; map, descriptor, and two dictionaries."""
    return len({font.hash for font in fonts.values()}) + 4 * len(fonts)


def _changed(old: Any, **values: Any) -> Any:
    """A dictionary with other values at the places of the old ones."""
    new = pydyf.Dictionary(old | values)
    new.number = old.number
    return new
