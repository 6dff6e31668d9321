"""The one door to openpyxl: the cells of a workbook's first sheet as texts."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from lti_tool.domain.fault import Findings, Place, said
from lti_tool.exchange.archive import is_zip, unpack
from lti_tool.exchange.reading import MAX_QUESTIONS, Reading
from lti_tool.exchange.table_read import read_rows

MAX_COLUMNS = 120
_UNSOUND = (
    InvalidFileException,
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    EOFError,
    SyntaxError,
    AssertionError,
    OverflowError,
)
"""What openpyxl raises for workbooks that are none."""
_DECLARED = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_TOP = Place(1, 1)


def is_workbook(files: Mapping[str, bytes]) -> bool:
    """Has the parts of an Office Open XML spreadsheet."""
    return "[Content_Types].xml" in files and any(name.startswith("xl/") for name in files)


def _is_harmless(files: Mapping[str, bytes]) -> bool:
    """No part declares entities, in whatever encoding."""
    parts = (body for name, body in files.items() if name.endswith((".xml", ".rels", ".vml")))
    return not any(_DECLARED.search(body.replace(b"\x00", b"")) for body in parts)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def read_cells(data: bytes, most_rows: int) -> list[list[str]] | None:
    """The first sheet of a workbook as texts, row by row from the top, empty rows as they stand; so many rows at most,
    and one more where the sheet goes on.

    ``None`` for what is no workbook, is damaged or encrypted, declares entities or unpacks beyond all measure.
    """
    reading = Reading(Findings(""), Findings(""))
    files = unpack(data, reading) if is_zip(data) else None
    if files is None or not is_workbook(files) or not _is_harmless(files):
        return None
    rows = [cells for _, cells in _rows(data, reading, most_rows + 1)]
    return None if reading.findings.faults else rows


def _rows(data: bytes, reading: Reading, most_rows: int = MAX_QUESTIONS + 2) -> Iterator[tuple[int, list[str]]]:
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        if len(book.worksheets) > 1:
            reading.remark(_TOP, "", said("only the first sheet ({title!r}) is read", title=sheet.title[:40]))
        rows = sheet.iter_rows(max_row=most_rows, max_col=MAX_COLUMNS, values_only=True)
        for number, row in enumerate(rows, 1):
            yield number, [_cell(value) for value in row]
    except _UNSOUND:
        reading.fault(_TOP, "", "a damaged workbook", "save it again as .xlsx")


def read_xlsx(data: bytes, files: Mapping[str, bytes], reading: Reading, media: Mapping[str, bytes]) -> None:
    """``files``: what the workbook unpacks to; ``media``: images by name, from the zip file around it."""
    if not _is_harmless(files):
        reading.fault(_TOP, "", "a DOCTYPE in the workbook is not read", "save it again as .xlsx")
        return
    if any(name.startswith("xl/media/") for name in files):
        reading.remark(_TOP, "", "pictures that lie on the sheet are left out: name files in the column image")
    read_rows(_rows(data, reading), reading, media)
