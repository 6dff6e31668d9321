"""Lists of people as a spreadsheet gives them, for awards and attendance: checked wholly, so that nothing of a list
with a fault is entered."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

COLUMNS = ("learner", "email", "credit_type", "amount", "reason", "beyond", "rule", "count", "presenter")
"""``learner`` (the key shown in results) or ``email`` names the person; the others say what is awarded and why.
``beyond`` says why an amount is more than the attendance at sessions gives.

Instead of an amount: ``rule`` (``domain.award_rule``), ``count`` (minutes taught, stages …) and for teaching
``presenter``."""
ATTENDANCE_COLUMNS = ("learner", "email", "session", "minutes")
"""The same persons; at which session they were, and for how long: nothing for all of it, 0 for not at all."""
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
    beyond: str = ""
    rule: str = ""
    count: str = ""
    presenter: str = ""


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """One attendance as typed."""

    line: int
    learner: str
    email: str
    session: str
    minutes: str


Row = TypeVar("Row", RollRow, AttendanceRow)


@dataclass(frozen=True, slots=True)
class ReadList(Generic[Row]):
    """The rows that could be read, and what is wrong with the list: nothing of one with faults is entered, but its rows
    are looked at all the same, so that all that can be known of it is told together."""

    rows: tuple[Row, ...]
    faults: tuple[RollFault, ...] = ()
    unread: frozenset[str] = frozenset()
    """Columns of which nothing is known: there twice, missing, or perhaps behind a name that is none."""


Roll = ReadList[RollRow]
AttendanceRoll = ReadList[AttendanceRow]


@dataclass(frozen=True, slots=True)
class Form(Generic[Row]):
    """What one kind of list looks like. ``needed``: columns without which nothing can be read."""

    columns: tuple[str, ...]
    needed: tuple[str, ...]
    row: Callable[..., Row]
    topic: str
    """The column of what a person can stand in the list for once."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """Column to the one that may be filled in its place, though not both."""


_PERSON = frozenset({"learner", "email"})
_AWARD = _PERSON | {"credit_type", "amount", "rule", "count", "presenter"}
_RESTS_ON: Mapping[str, frozenset[str]] = {
    "award_live": _AWARD,
    "award_waiting": _AWARD,
    "profile_unconfirmed": _PERSON,
    "credit_not_for_learner": _PERSON | {"credit_type"},
    "award_needs_rule": frozenset({"credit_type"}),
}
"""What a fault says about a row as it would be entered: only where these columns are known and right."""


def all_faults(read: ReadList[Row], found: Iterable[RollFault]) -> tuple[RollFault, ...]:
    """Those of the list itself with those that were ``found`` in its rows, line by line; without what is said about a
    cell that was not read, or rests on one with a fault of its own."""
    bad: dict[int, set[str]] = {}
    for fault in read.faults:
        bad.setdefault(fault.line, set()).add(fault.column)
    further = list(found)
    own = {line: columns | read.unread for line, columns in bad.items()}
    sure = [one for one in further if one.column not in own.get(one.line, read.unread)]
    for one in sure:
        bad.setdefault(one.line, set()).add(one.column)
    kept = [one for one in sure if not _rests_on(one) & ((bad[one.line] - {one.column}) | read.unread)]
    return _by_line(read.faults, kept)


def _by_line(first: Iterable[RollFault], second: Iterable[RollFault]) -> tuple[RollFault, ...]:
    return tuple(sorted((*first, *second), key=lambda fault: fault.line))


def _rests_on(fault: RollFault) -> frozenset[str]:
    if fault.column == "beyond":
        return _AWARD
    return _RESTS_ON.get(fault.code, frozenset())


AWARDS = Form(COLUMNS, ("credit_type", "amount"), RollRow, "credit_type", {"amount": "rule"})
ATTENDANCE = Form(ATTENDANCE_COLUMNS, ("session",), AttendanceRow, "session")


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
    """A table of cells as the CSV text that :func:`read_form` reads back, line by line the same."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(table)
    return text.getvalue()


def read_roll(data: bytes) -> Roll:
    """A list of awards: :func:`read_form`."""
    return read_form(data, AWARDS)


def read_form(data: bytes, form: Form[Row]) -> ReadList[Row]:
    """The rows of a CSV file in UTF-8, commas or semicolons. Faults are in the order of the file."""
    table = _table(data)
    if isinstance(table, RollFault):
        return ReadList((), (table,))
    return roll_of(table, form)


def roll_of(table: Sequence[Sequence[str]], form: Form[Row]) -> ReadList[Row]:
    """The rows of a table of cells, its first row the names of the columns."""
    lines = [(line, cells) for line, cells in enumerate(table, 1) if any(cell.strip() for cell in cells)]
    if not lines:
        return ReadList((), (RollFault(1, "", "empty"),))
    _, heading = lines[0]
    names: list[str] = [cell.strip().casefold() for cell in heading]
    faults = [*_heading_faults(names, form)]
    body = lines[1 : MAX_ROWS + 1]
    if not body:
        faults.append(RollFault(1, "", "empty"))
    if len(lines) - 1 > MAX_ROWS:
        faults.append(RollFault(lines[MAX_ROWS + 1][0], "", "too_many_rows"))
    unread = _unread(names, form)
    rows, found = _rows(names, body, form, unread)
    return ReadList(rows, _by_line(faults, found), unread)


def _unread(names: Sequence[str], form: Form[Row]) -> frozenset[str]:
    """A name that is none may stand for any column that is not there."""
    absent = {name for name in form.columns if name not in names}
    doubled = {name for name in names if names.count(name) > 1}
    if set(names) - set(form.columns):
        return frozenset(doubled | absent)
    needed = {name for name in form.needed if form.instead.get(name) not in names}
    return frozenset(doubled | (absent & needed) | (_PERSON if absent >= _PERSON else set()))


def _heading_faults(names: Sequence[str], form: Form[Row]) -> Iterator[RollFault]:
    for name in dict.fromkeys(names):
        if name not in form.columns:
            yield RollFault(1, name[:60], "unknown_column")
        elif names.count(name) > 1:
            yield RollFault(1, name, "doubled_column")
    if not {"learner", "email"} & set(names):
        yield RollFault(1, "email", "missing_column")
    for name in form.needed:
        if name not in names and form.instead.get(name) not in names:
            yield RollFault(1, name, "missing_column")


def _rows(
    names: Sequence[str], lines: Iterable[tuple[int, Sequence[str]]], form: Form[Row], unread: frozenset[str]
) -> tuple[tuple[Row, ...], tuple[RollFault, ...]]:
    rows: list[Row] = []
    faults: list[RollFault] = []
    seen: dict[tuple[str, str], int] = {}
    for line, cells in lines:
        if len(cells) > len(names) or any(len(cell) > MAX_CELL for cell in cells):
            faults.append(RollFault(line, "", "row_unusable"))
            continue
        found = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        given = {name: "" if name in unread else found.get(name, "") for name in form.columns}
        faults += _row_faults(line, given, form, unread)
        faults += _doubled(line, given, form, seen) if not unread & {*_PERSON, form.topic} else ()
        rows.append(form.row(line, **given))
    return tuple(rows), tuple(faults)


def _row_faults(line: int, given: Mapping[str, str], form: Form[Row], unread: frozenset[str]) -> Iterator[RollFault]:
    if not (given["learner"] or given["email"] or unread & _PERSON):
        yield RollFault(line, "email", "missing")
    if given["learner"] and given["email"]:
        yield RollFault(line, "email", "two_names")
    for name in form.needed:
        beside = form.instead.get(name, "")
        other = given.get(beside, "")
        if not (given[name] or other or unread & {name, beside}):
            yield RollFault(line, name, "missing")
        if given[name] and other:
            yield RollFault(line, name, "two_amounts")


def _doubled(
    line: int, given: Mapping[str, str], form: Form[Row], seen: dict[tuple[str, str], int]
) -> Iterator[RollFault]:
    person = given["learner"] or given["email"].casefold()
    key = (person, given[form.topic])
    if person and key in seen:
        yield RollFault(line, "email" if given["email"] else "learner", "doubled_row", str(seen[key]))
    seen.setdefault(key, line)
