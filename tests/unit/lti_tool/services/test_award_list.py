"""Lists of awards as files: workbooks read like CSV, line by line; what is no list is refused and never half read."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from lti_tool.domain.roll import AWARDS, read_roll, roll_of, roll_text
from lti_tool.services.award_list import DEEPEST, read_list

HEAD = ["email", "credit_type", "amount"]


def sheet_of(made: Workbook) -> Worksheet:
    assert isinstance(made.active, Worksheet)
    return made.active


def book(*rows: Sequence[object]) -> bytes:
    made = Workbook()
    for row in rows:
        sheet_of(made).append(list(row))
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def test_numbers_gaps_and_the_cells_beside_the_table() -> None:
    roll, text = read_list(
        book(HEAD, [], ["a@example.org", "ama", 0.75, "", ""], ["b@example.org", "ama", 1.0]), AWARDS
    )
    assert [(row.line, row.email, row.amount) for row in roll.rows] == [
        (3, "a@example.org", "0.75"),
        (4, "b@example.org", "1"),
    ]
    assert read_roll(text.encode()) == roll


def test_faults_name_row_and_column() -> None:
    roll, _ = read_list(book(HEAD, ["a@example.org", "ama", None], [None, "ama", 1]), AWARDS)
    assert [(fault.line, fault.column, fault.code) for fault in roll.faults] == [
        (2, "amount", "missing"),
        (3, "email", "missing"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04 and then nothing", "not_a_workbook"),
        (book(HEAD, ["a@example.org", "ama", 1])[:-100], "not_a_workbook"),
        (b"", "empty"),
        (b"\x00" * (3 * 1024 * 1024), "too_large"),
        (book(), "empty"),
    ],
    ids=["rubbish", "cut off", "nothing", "large", "an empty sheet"],
)
def test_what_is_no_list(data: bytes, code: str) -> None:
    roll, _ = read_list(data, AWARDS)
    assert roll.rows == () and [fault.code for fault in roll.faults] == [code]


def test_entities_in_a_workbook_are_not_read() -> None:
    out = BytesIO()
    with ZipFile(BytesIO(book(HEAD, ["a@example.org", "ama", 1]))) as old, ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            declared = b'<!DOCTYPE x [<!ENTITY e "x">]>' if name.endswith("sheet1.xml") else b""
            new.writestr(name, declared + body)
    roll, _ = read_list(out.getvalue(), AWARDS)
    assert [fault.code for fault in roll.faults] == ["not_a_workbook"]


def test_rows_far_below_are_not_passed_over() -> None:
    made = Workbook()
    sheet = sheet_of(made)
    sheet.append(HEAD)
    sheet.append(["a@example.org", "ama", 1])
    sheet.cell(DEEPEST + 5, 1, "b@example.org")
    file = BytesIO()
    made.save(file)
    roll, _ = read_list(file.getvalue(), AWARDS)
    assert [fault.code for fault in roll.faults] == ["too_many_rows"]


CELLS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9), max_size=4)


@given(st.lists(CELLS, max_size=6))
def test_the_text_of_a_table_reads_back_line_by_line_the_same(rows: list[list[str]]) -> None:
    table = [HEAD, *rows]
    assert read_roll(roll_text(table).encode()) == roll_of(table, AWARDS)
