"""Lists of awards: every fault at its place, never an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.roll import MAX_BYTES, MAX_ROWS, RollFault, all_faults, read_roll

HEAD = "email,credit_type,amount,reason\n"


def faults(text: str) -> list[tuple[int, str, str]]:
    found = read_roll(text.encode())
    return [(fault.line, fault.column, fault.code) for fault in found.faults]


def test_a_good_list() -> None:
    found = read_roll((HEAD + '\n a@b.example ,ama,"1.00","came, saw"\nc@d.example,ama,0.50\n').encode())
    assert found.faults == ()
    assert [(row.line, row.email, row.amount, row.reason) for row in found.rows] == [
        (3, "a@b.example", "1.00", "came, saw"),
        (4, "c@d.example", "0.50", ""),
    ]


def test_semicolons_and_a_byte_order_mark() -> None:
    found = read_roll(("\ufeff" + HEAD.replace(",", ";") + "a@b.example;ama;1\n").encode())
    assert [row.email for row in found.rows] == ["a@b.example"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, "", "empty")]),
        (HEAD, [(1, "", "empty")]),
        ("email,amount\na,1", [(1, "credit_type", "missing_column")]),
        ("amount,credit_type\n1,a", [(1, "email", "missing_column")]),
        ("email,email,credit_type,amount\na,a,b,1", [(1, "email", "doubled_column")]),
        ("email,credit_type,amount,shoes\na,b,1,2", [(1, "shoes", "unknown_column")]),
        (HEAD + ",ama,1", [(2, "email", "missing")]),
        (HEAD + "a@b.example,,", [(2, "credit_type", "missing"), (2, "amount", "missing")]),
        (HEAD + "a@b.example,ama,1\nA@B.example,ama,1", [(3, "email", "doubled_row")]),
        (HEAD + "a@b.example,ama,1,r,extra", [(2, "", "row_unusable")]),
        (HEAD + '"a', [(1, "", "not_csv")]),
        ("learner,email,credit_type,amount\nx,y,ama,1", [(2, "email", "two_names")]),
    ],
)
def test_faults_at_their_places(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert faults(text) == expected


def test_limits() -> None:
    many = "".join(f"{number}@b.example,ama,1\n" for number in range(MAX_ROWS + 1))
    assert faults(HEAD + many) == [(MAX_ROWS + 2, "", "too_many_rows")]
    assert faults(HEAD + ",ama,1\n" + many)[::MAX_ROWS] == [(2, "email", "missing")]
    assert read_roll(b"x" * (MAX_BYTES + 1)).faults == (RollFault(1, "", "too_large"),)
    assert read_roll(b"\xff\xfe").faults == (RollFault(1, "", "not_utf8"),)
    assert read_roll(b"a\0b").faults == (RollFault(1, "", "not_text"),)


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: (HEAD + text).encode()))
def test_anything_is_rows_or_faults(data: bytes) -> None:
    found = read_roll(data)
    assert found.rows or found.faults
    told = all_faults(found, [RollFault(row.line, "amount", "claim_not_a_number") for row in found.rows])
    assert set(found.faults) <= set(told) and [one.line for one in told] == sorted(one.line for one in told)


def test_a_wrong_heading_hides_no_fault_of_the_columns_that_are_right() -> None:
    text = "email,credit_type,ammount\na@b.example,,1.00\n,ama,x\na@b.example,ama,1,1\n"
    assert faults(text) == [
        (1, "ammount", "unknown_column"),
        (1, "amount", "missing_column"),
        (2, "credit_type", "missing"),
        (4, "", "row_unusable"),
    ], "whose row 3 is may stand in the column that is not read"


def test_a_column_that_is_there_twice_is_not_read() -> None:
    found = read_roll(b"email,credit_type,amount,amount\na@b.example,ama,1,2\na@b.example,ama,1,2\n,ama,1,2\n")
    assert [(one.line, one.code) for one in found.faults] == [(1, "doubled_column"), (3, "doubled_row"), (4, "missing")]
    assert [row.amount for row in found.rows] == ["", "", ""] and found.unread == {"amount"}


def test_what_rests_on_a_cell_with_a_fault_is_not_said() -> None:
    read = read_roll((HEAD + "a@b.example,ama,x\nc@d.example,,1\n").encode())
    found = [
        RollFault(2, "amount", "claim_not_a_number"),
        RollFault(2, "email", "award_waiting"),
        RollFault(2, "reason", "missing"),
        RollFault(3, "credit_type", "not_offered"),
        RollFault(3, "email", "email_wrong"),
    ]
    told = [(one.line, one.column, one.code) for one in all_faults(read, found)]
    assert told == [
        (2, "amount", "claim_not_a_number"),
        (2, "reason", "missing"),
        (3, "credit_type", "missing"),
        (3, "email", "email_wrong"),
    ]
