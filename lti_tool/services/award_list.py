"""The file that a list of people comes in: read from CSV or a workbook, and an empty one to begin with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.domain.roll import COLUMNS, MAX_BYTES, MAX_ROWS, Form, ReadList, RollFault, Row, read_form, roll_text
from lti_tool.exchange.archive import is_zip
from lti_tool.exchange.spreadsheet import read_cells
from lti_tool.services.credit_office import office_activity
from lti_tool.services.export import csv_file, xlsx_file
from lti_tool.services.office import Officer

DEEPEST = 4 * MAX_ROWS
"""Rows of a sheet that are looked at: a list may have gaps, but not whole pages of them."""


def read_list(data: bytes, form: Form[Row]) -> tuple[ReadList[Row], str]:
    """The list of a CSV file in UTF-8 or of a workbook's first sheet, and its text for reading it again."""
    if len(data) > MAX_BYTES or not is_zip(data):
        return read_form(data, form), data.decode("utf-8-sig", errors="replace")
    table = read_cells(data, DEEPEST)
    if table is None:
        return ReadList((), (RollFault(1, "", "not_a_workbook"),)), ""
    if len(table) > DEEPEST:
        return ReadList((), (RollFault(DEEPEST + 1, "", "too_many_rows"),)), ""
    width = max((place for row in table for place, cell in enumerate(row, 1) if cell.strip()), default=0)
    text = roll_text([_trimmed(row, width) for row in table])
    return read_form(text.encode(), form), text


def _trimmed(row: list[str], width: int) -> list[str]:
    """Without the empty cells that a sheet keeps to the right of the table."""
    cells = row[:width]
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def list_template(session: Session, officer: Officer, activity_id: str, form: str, now: datetime) -> Iterator[bytes]:
    """An empty list with its headings: ``form`` is ``csv`` or ``xlsx``. Raises ``NotFound("activity_unknown")``,
    ``Forbidden``."""
    activity, _ = office_activity(session, officer, activity_id)
    return empty_list(COLUMNS, activity.title, form, now)


def empty_list(columns: Sequence[str], title: str, form: str, now: datetime) -> Iterator[bytes]:
    """Only headings, as ``csv`` or ``xlsx``."""
    return csv_file(columns, ()) if form == "csv" else xlsx_file(columns, (), title, now)
