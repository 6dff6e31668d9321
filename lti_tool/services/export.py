"""Results as a spreadsheet or CSV file in which nothing can run: text never begins as a formula does.

Source of the characters: OWASP, "CSV Injection". Numbers stay numbers; they come from our own arithmetic.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, TypeAlias

import xlsxwriter

from lti_tool.services.results import LearnerRow
from lti_tool.services.results_facts import Earned

Cell: TypeAlias = str | int | Decimal | datetime | None
DANGEROUS = tuple("=+-@\t\r\n\0＝＋－＠")
"""A cell that begins with one of these is read as a formula by some spreadsheet."""
UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories: controls, halves of surrogate pairs, line and paragraph separators."""
IN_MEMORY = 1024 * 1024
CHUNK = 64 * 1024
COLUMN_WIDTH = 18
COLUMNS = (
    "learner",
    "learner_id",
    "started_at",
    "step",
    "pre_test",
    "post_test",
    "attempts",
    "change",
    "evaluated",
    "credit",
    "certificate",
    "certificate_status",
    "grade",
)
"""What ``export_rows`` gives, in order. Scores are percentages; times are UTC."""


def safe_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula, without control characters inside."""
    clean = "".join(" " if unicodedata.category(character) in UNPRINTABLE else character for character in text)
    is_dangerous = text.startswith(DANGEROUS) or clean.lstrip().startswith(DANGEROUS)
    return f"'{clean}" if is_dangerous else clean


def export_rows(rows: Iterable[LearnerRow], words: dict[str, str]) -> Iterator[tuple[Cell, ...]]:
    """One tuple per learner, as ``COLUMNS``. ``words`` has ``completed``, ``yes``, ``participation``, each step's
    value, and ``delivery.<state>`` and ``certificate.<status>``."""
    return (_cells(row, words) for row in rows)


def _cells(row: LearnerRow, words: dict[str, str]) -> tuple[Cell, ...]:
    return (
        row.name,
        row.short_id,
        row.started_at,
        words["completed"] if row.is_complete else words[row.step.value],
        _rounded(row.pre.percent if row.pre else None),
        _rounded(row.best.percent if row.best else None),
        len(row.sheets.posts),
        _rounded(row.change),
        words["yes"] if row.is_evaluated else "",
        _credit(row.earned, words["participation"]),
        ", ".join(one.number for one in row.certificates),
        ", ".join(words[f"certificate.{one.status}"] for one in row.certificates),
        words[f"delivery.{row.delivery}"] if row.delivery else "",
    )


def _credit(earned: Sequence[Earned], participation: str) -> Cell:
    """A number, to be reckoned with; of several bodies words, for their credits are never added up."""
    amounts = [one.amount if one.is_awarded else participation for one in earned]
    if len(earned) < 2:
        return amounts[0] if amounts else None
    return "; ".join(f"{one.name}: {amount}" for one, amount in zip(earned, amounts, strict=True))


def _rounded(percent: Decimal | None) -> Decimal | None:
    return None if percent is None else percent.quantize(Decimal("0.1"))


def csv_file(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """UTF-8 with byte order mark, every cell quoted, lines ended with CR LF (RFC 4180), row by row."""
    yield b"\xef\xbb\xbf"
    yield _csv_line(headings)
    for cells in rows:
        yield _csv_line(cells)


def _csv_line(cells: Sequence[Cell]) -> bytes:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([_csv_cell(cell) for cell in cells])
    return line.getvalue().encode("utf-8", "replace")


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return safe_text(cell) if isinstance(cell, str) else str(cell)


def xlsx_file(headings: Sequence[str], rows: Iterable[Sequence[Cell]], title: str, now: datetime) -> Iterator[bytes]:
    """An Excel workbook with one sheet, in pieces. Rows are written as they come; large files go to disk on the way."""
    file: IO[bytes]
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        _write_workbook(file, headings, rows, title, now)
        file.seek(0)
        while piece := file.read(CHUNK):
            yield piece


def _write_workbook(
    file: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Cell]], title: str, now: datetime
) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {**options, "strings_to_numbers": False, "remove_timezone": True}) as book:
        book.set_properties({"title": safe_text(title)[:255], "created": now.astimezone(UTC).replace(tzinfo=None)})
        sheet = book.add_worksheet()
        heading = book.add_format({"bold": True, "text_wrap": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.set_column(0, len(headings) - 1, COLUMN_WIDTH)
        sheet.freeze_panes(1, 1)
        for column, text in enumerate(headings):
            sheet.write_string(0, column, safe_text(text), heading)
        for number, cells in enumerate(rows, start=1):
            for column, cell in enumerate(cells):
                _write_cell(sheet, (number, column), cell, moment)


def _write_cell(sheet: xlsxwriter.worksheet.Worksheet, place: tuple[int, int], cell: Cell, moment: object) -> None:
    match cell:
        case None | "":
            return
        case datetime():
            sheet.write_datetime(*place, cell.astimezone(UTC).replace(tzinfo=None), moment)
        case str():
            sheet.write_string(*place, safe_text(cell))
        case _:
            sheet.write_number(*place, float(cell))


def file_name(activity_key: str, now: datetime, suffix: str) -> str:
    """Says what it holds and from when, e.g. ``hypertension-2026_results_20260302T150000Z.csv``."""
    return f"{activity_key}_results_{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.{suffix}"
