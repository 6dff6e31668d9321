"""Exports hold what the table holds, and nothing in them can run."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from lti_tool.services.export import safe_text
from tests.functional.staff_facts import Did, take_part
from tests.functional.staff_world import Person, World, world
from tests.unit.lti_tool.domain.builders import activity

__all__ = ["world"]
HOSTILE = (
    '=HYPERLINK("https://evil.example","Click")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\0=1+1",
    "  =1+1",
    "\x01=1+1",
    "＝1+1",
    "https://evil.example",
    "12345",
    'Quote " and, comma; \u2028 line',
)
HARMLESS = ("Zoë Škoda", "د. ليلى الحسن", "王小明", "O'Neill", "نازی‌آباد")


@pytest.fixture
def instructor(world: World) -> Person:
    found = world.staff()
    key, course = found.visit.activity_id, found.visit.course_id
    assert key is not None
    with world.db() as db:
        for name in (*HOSTILE, *HARMLESS):
            if "\0" not in name:  # no database keeps it
                take_part(db, activity(), key, course, Did(name, posts=(0,), amount=""))
        take_part(db, activity(), key, course, Did("Cy Cole"))
    return found


def is_dangerous(text: str) -> bool:
    return text.lstrip(" ").startswith(tuple("=+-@\t\r\n\0＝＋－＠"))


def csv_rows(instructor: Person) -> list[list[str]]:
    answer = instructor.get("/staff/results.csv")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    data = answer.get_data()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def workbook(instructor: Person) -> Any:
    answer = instructor.get("/staff/results.xlsx")
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.get_data()))


def test_csv_holds_every_learner_and_no_formula(instructor: Person) -> None:
    heading, *rows = csv_rows(instructor)
    assert len(rows) == len(HOSTILE) - 1 + len(HARMLESS) + 1
    assert {len(row) for row in rows} == {len(heading)}
    assert not [row[0] for row in rows if is_dangerous(row[0])]
    names = {row[0] for row in rows}
    assert names >= {*HARMLESS, "'+1+1", "'＝1+1", "https://evil.example"}
    [cole] = [row for row in rows if row[0] == "Cy Cole"]
    assert cole[2:10] == ["2026-03-02T15:00:00Z", "Completed", "100.0", "100.0", "1", "0.0", "Yes", "1.00"]


def test_xlsx_holds_the_same_as_plain_values(instructor: Person) -> None:
    sheet = workbook(instructor).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not [cell.value for cell in cells if cell.hyperlink is not None]
    assert not [cell.value for cell in cells if isinstance(cell.value, str) and is_dangerous(cell.value)]
    rows = {row[0]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert sheet.max_row == 1 + len(HOSTILE) - 1 + len(HARMLESS) + 1
    assert rows["12345"][0] == "12345"
    assert rows["Cy Cole"][2:10] == (datetime(2026, 3, 2, 15, 0), "Completed", 100, 100, 1, 0, "Yes", 1)  # noqa: DTZ001
    assert rows["'+1+1"][7] == -100


def test_the_file_says_what_it_is_and_from_when(instructor: Person) -> None:
    names = [instructor.get(f"/staff/results.{suffix}").headers["Content-Disposition"] for suffix in ("csv", "xlsx")]
    assert names == [
        f'attachment; filename="hypertension_results_20260302T150000Z.{suffix}"' for suffix in ("csv", "xlsx")
    ]


def test_an_export_is_not_kept_by_caches(instructor: Person) -> None:
    assert instructor.get("/staff/results.csv").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("text", HOSTILE)
def test_text_never_begins_as_a_formula(text: str) -> None:
    made = safe_text(text)
    assert not is_dangerous(made)
    assert not set(made) & {*"\0\t\r\n\x01\u2028"}


@pytest.mark.parametrize("text", HARMLESS)
def test_names_stay_as_they_are(text: str) -> None:
    assert safe_text(text) == text


def test_half_a_surrogate_pair_does_not_break_the_file() -> None:
    assert safe_text("a\ud800b") == "a b"


def test_an_empty_course_gives_headings_only(world: World) -> None:
    empty = world.staff(course="course-2")
    assert len(csv_rows(empty)) == 1
    assert workbook(empty).active.max_row == 1
