"""Files that an activity needs beside it: images and PDFs, named in fields and in Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from lti_tool.domain.fault import Findings
from lti_tool.exchange.markup import images_in
from lti_tool.exchange.picture import MAX_IMAGE_BYTES, is_picture
from lti_tool.services.activity_file.basics import FILE
from lti_tool.services.activity_file.kinds import WHERE, join

MAX_PDF_BYTES = 30_000_000

_LIMITS = {"image": MAX_IMAGE_BYTES, "PDF": MAX_PDF_BYTES}
_WCAG = "WCAG 2.2, 1.1.1"


def _texts(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    items = (data.get("content") or {}).get("items") or []
    for record in [item for item in [*items, *(data.get("questions") or [])] if item]:
        for name in ("body", "vignette", "stem", "rationale"):
            if record.get(name):
                yield join(record[WHERE], name), record[name]


def _named_in_markdown(data: dict[str, Any], findings: Findings) -> Iterator[tuple[str, str, str]]:
    for where, text in _texts(data):
        for source, alt in images_in(text):
            if not alt.strip():
                what = f"the image {source!r} has no alternative text"
                findings.add(where, what, "write it: ![what can be seen](file.png)", _WCAG)
            if re.fullmatch(FILE.pattern, source):
                yield where, "image", source
            else:
                remedy = "put the image beside this file and name it without a folder"
                findings.add(where, f"the image {source[:60]!r} is not a file of this activity", remedy)


def _named_in_fields(data: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for question in filter(None, data.get("questions") or []):
        image = question.get("image")
        if image and image.get("file"):
            yield join(image[WHERE], "file"), "image", image["file"]
    for item in filter(None, (data.get("content") or {}).get("items") or []):
        if item.get("file"):
            yield join(item[WHERE], "file"), "PDF", item["file"]


def _bytes(path: Path, limit: int) -> bytes | None:
    """Up to one byte more than ``limit``; ``None`` if there is no such file in this folder."""
    if path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as stream:
        return stream.read(limit + 1)


def _fault(kind: str, name: str, found: bytes | None) -> tuple[str, str] | None:
    if found is None:
        return f"there is no file {name!r} beside this one", "put it there or correct the name"
    if len(found) > _LIMITS[kind]:
        return f"{name!r} is larger than {_LIMITS[kind] // 1_000_000} MB", "make it smaller"
    if kind == "image" and not is_picture(found):
        return f"{name!r} is not a sound PNG or JPEG of up to 25 megapixels", "save it again as PNG or JPEG"
    if kind == "PDF" and not found.startswith(b"%PDF-"):
        return f"{name!r} is not a PDF", "save it as PDF"
    return None


Reader = Callable[[str, int], bytes | None]
"""File name and limit to up to one byte more than the limit, or ``None`` if there is no such file."""


def folder_reader(folder: Path) -> Reader:
    """Reads files that lie in a folder."""

    def read(name: str, limit: int) -> bytes | None:
        try:
            return _bytes(folder / name, limit)
        except OSError:
            return None

    return read


def check_names(data: dict[str, Any], names: Collection[str], findings: Findings) -> frozenset[str]:
    """The files named in the data; those that are not among ``names``, which were checked before, are noted."""
    named = [*_named_in_fields(data), *_named_in_markdown(data, findings)]
    for where, _kind, name in named:
        if name not in names:
            findings.add(where, f"there is no file {name!r}", "upload it, or correct the name")
    return frozenset(name for _where, _kind, name in named)


def media_fault(name: str, body: bytes) -> str:
    """What is wrong with a file that somebody gives, or ``""``."""
    kind = "PDF" if name.lower().endswith(".pdf") else "image"
    if not re.fullmatch(FILE.pattern, name):
        return "name"
    return "content" if _fault(kind, name, body) else ""


def read_media(data: dict[str, Any], read: Reader, findings: Findings) -> dict[str, bytes]:
    """Every file named in the data, by name. Missing, oversized and wrong files are noted."""
    media: dict[str, bytes] = {}
    for where, kind, name in [*_named_in_fields(data), *_named_in_markdown(data, findings)]:
        found = read(name, _LIMITS[kind])
        fault = _fault(kind, name, found)
        if fault:
            findings.add(where, *fault)
        elif found is not None:
            media[name] = found
    return media
