"""A list of awards as a spreadsheet gives it: checked wholly, so that nothing of a list with a fault is entered."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

COLUMNS = ("learner", "email", "credit_type", "amount", "reason")
"""``learner`` (the key shown in results) or ``email`` names the person; the others say what is awarded and why."""
MAX_ROWS = 5000
MAX_BYTES = 2 * 1024 * 1024
MAX_CELL = 1000


@dataclass(frozen=True, slots=True)
class RollFault:
    """What is wrong with one cell. ``line`` counts from 1 with the heading as line 1; ``column`` may be empty."""

    line: int
    column: str
    code: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class RollRow:
    """One award as typed."""

    line: int
    learner: str
    email: str
    credit_type: str
    amount: str
    reason: str

    @property
    def person(self) -> str:
        return self.learner or self.email.casefold()


@dataclass(frozen=True, slots=True)
class Roll:
    """Rows, or the reasons why not."""

    rows: tuple[RollRow, ...]
    faults: tuple[RollFault, ...] = ()


def _table(data: bytes) -> list[list[str]] | RollFault:
    if len(data) > MAX_BYTES:
        return RollFault(1, "", "too_large")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return RollFault(1, "", "not_utf8")
    if "\0" in text:
        return RollFault(1, "", "not_text")
    head = text.partition("\n")[0]
    try:
        return list(
            csv.reader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",", strict=True)
        )
    except csv.Error:
        return RollFault(1, "", "not_csv")


def roll_text(table: Iterable[Sequence[str]]) -> str:
    """A table of cells as the CSV text that :func:`read_roll` reads back, line by line the same."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(table)
    return text.getvalue()


def read_roll(data: bytes) -> Roll:
    """The rows of a CSV file in UTF-8, commas or semicolons. Faults are in the order of the file."""
    table = _table(data)
    if isinstance(table, RollFault):
        return Roll((), (table,))
    return roll_of(table)


def roll_of(table: Sequence[Sequence[str]]) -> Roll:
    """The rows of a table of cells, its first row the names of the columns."""
    lines = [(line, cells) for line, cells in enumerate(table, 1) if any(cell.strip() for cell in cells)]
    if not lines:
        return Roll((), (RollFault(1, "", "empty"),))
    _, heading = lines[0]
    names = [cell.strip().casefold() for cell in heading]
    faults = tuple(_heading_faults(names))
    if faults:
        return Roll((), faults)
    if len(lines) == 1:
        return Roll((), (RollFault(1, "", "empty"),))
    if len(lines) - 1 > MAX_ROWS:
        return Roll((), (RollFault(lines[MAX_ROWS + 1][0], "", "too_many_rows"),))
    rows, found = _rows(names, lines[1:])
    return Roll(rows, found) if not found else Roll((), found)


def _heading_faults(names: Sequence[str]) -> Iterator[RollFault]:
    for name in dict.fromkeys(names):
        if name not in COLUMNS:
            yield RollFault(1, name[:60], "unknown_column")
        elif names.count(name) > 1:
            yield RollFault(1, name, "doubled_column")
    if not {"learner", "email"} & set(names):
        yield RollFault(1, "email", "missing_column")
    for name in ("credit_type", "amount"):
        if name not in names:
            yield RollFault(1, name, "missing_column")


def _rows(
    names: Sequence[str], lines: Iterable[tuple[int, Sequence[str]]]
) -> tuple[tuple[RollRow, ...], tuple[RollFault, ...]]:
    rows: list[RollRow] = []
    faults: list[RollFault] = []
    seen: dict[tuple[str, str], int] = {}
    for line, cells in lines:
        if len(cells) > len(names) or any(len(cell) > MAX_CELL for cell in cells):
            faults.append(RollFault(line, "", "row_unusable"))
            continue
        given = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        row = RollRow(line, **{name: given.get(name, "") for name in COLUMNS})
        faults += _row_faults(row, seen)
        rows.append(row)
    return tuple(rows), tuple(faults)


def _row_faults(row: RollRow, seen: dict[tuple[str, str], int]) -> Iterator[RollFault]:
    if not row.person:
        yield RollFault(row.line, "email", "missing")
    if row.learner and row.email:
        yield RollFault(row.line, "email", "two_names")
    for name in ("credit_type", "amount"):
        if not getattr(row, name):
            yield RollFault(row.line, name, "missing")
    key = (row.person, row.credit_type)
    if row.person and key in seen:
        yield RollFault(row.line, "email" if row.email else "learner", "doubled_row", str(seen[key]))
    seen.setdefault(key, row.line)
