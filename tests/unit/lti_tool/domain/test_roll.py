"""Lists of awards: every fault at its place, never an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.roll import MAX_BYTES, MAX_ROWS, RollFault, read_roll

HEAD = "email,credit_type,amount,reason\n"


def faults(text: str) -> list[tuple[int, str, str]]:
    found = read_roll(text.encode())
    assert not found.rows
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
    assert faults(HEAD + "a,b,1\n" * (MAX_ROWS + 1))[0][2] == "too_many_rows"
    assert read_roll(b"x" * (MAX_BYTES + 1)).faults == (RollFault(1, "", "too_large"),)
    assert read_roll(b"\xff\xfe").faults == (RollFault(1, "", "not_utf8"),)
    assert read_roll(b"a\0b").faults == (RollFault(1, "", "not_text"),)


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: (HEAD + text).encode()))
def test_anything_is_rows_or_faults(data: bytes) -> None:
    found = read_roll(data)
    assert bool(found.rows) != bool(found.faults)
