"""A column of credit that is worth other points in the LMS: the amount is shown as it is, or not sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.db.engine import transaction
from lti_tool.domain.grade import Result
from lti_tool.domain.ledger import EntryKind
from lti_tool.services.credit_switch import credit_columns
from lti_tool.services.reconcile import Auditor, LmsSays, reconcile_due, said_of_credit
from lti_tool.services.redrive import redrive
from tests.functional.credit_columns import columns, credit_items, enter, shown, switch
from tests.functional.gradebooks import NURSE, PHYSICIAN, School, opened_school


@pytest.fixture
def family() -> str:
    return "moodle"


@pytest.fixture
def school(family: str, migrated_sqlite_url: str) -> Iterator[School]:
    with opened_school(migrated_sqlite_url, family) as made:
        switch(made, is_on=True)
        yield made


def set_maximum(school: School, maximum: float, *, rescales: bool = False) -> None:
    """What a teacher does in the gradebook, with the grades that are there or without."""
    (item,) = credit_items(school)
    with school.lms.store.change() as state:
        changed = replace(item, score_maximum=float(maximum))
        state.line_items = [changed if one.id == item.id else one for one in state.line_items]
        if rescales:
            factor = maximum / item.score_maximum
            state.results = [
                replace(one, score=one.score * factor) if one.line_item_id == item.id and one.score is not None else one
                for one in state.results
            ]


def compare(school: School) -> None:
    """The nightly comparison, a day later."""
    school.clock.now += timedelta(days=1, hours=2)
    reconcile_due(Auditor(school.ward.sessions, school.courier.gradebook, school.clock))  # type: ignore[arg-type]


def differing(school: School) -> int:
    keys = school.ward.keys
    with transaction(school.ward.sessions) as db:
        return credit_columns(db, keys["provider"], keys["school.platform"])[0].differing


@pytest.mark.parametrize("family", ["moodle", "canvas", "brightspace"])
def test_a_column_with_another_maximum_shows_the_amount(school: School) -> None:
    enter(school, EntryKind.AWARD, "0.5")
    school.deliver()
    assert differing(school) == 0
    set_maximum(school, 4)
    school.clock.pass_by(minutes=1)
    enter(school, EntryKind.AWARD, "0.75", NURSE)
    school.deliver()
    assert shown(school, NURSE)[0] == 0.75 and differing(school) == 1
    assert [row.maximum for row in school.everything()] == [1, 4]


def test_a_column_that_was_there_before_is_found_with_its_maximum(school: School) -> None:
    enter(school, EntryKind.AWARD, "0.5")
    school.deliver()
    set_maximum(school, 10)
    school.ward.keys["column"] = columns(school)[0].id
    school.ward.change("column", line_item=None, lms_maximum=None)
    school.clock.pass_by(minutes=1)
    enter(school, EntryKind.AWARD, "0.75", NURSE)
    school.deliver()
    assert shown(school, NURSE)[0] == 0.75 and len(credit_items(school)) == 1


def test_more_than_a_column_holds_is_not_sent_and_sent_once_it_holds_it(school: School) -> None:
    enter(school, EntryKind.AWARD, "0.25")
    school.deliver()
    set_maximum(school, 0.5)
    school.clock.pass_by(minutes=1)
    enter(school, EntryKind.AWARD, "0.75", NURSE)
    school.deliver()
    last = school.everything()[-1]
    assert (last.state, last.outcome, last.answer) == ("parked", "column_too_small", "0.75 of a column that holds 0.5")
    assert school.lms.grade(NURSE, credit_items(school)[0]) is None
    set_maximum(school, 2)
    with transaction(school.ward.sessions) as db:
        assert redrive(db, school.clock.now) == 1
    school.deliver()
    assert shown(school, NURSE)[0] == 0.75


def test_amounts_that_were_rescaled_with_their_column_are_sent_again(school: School) -> None:
    enter(school, EntryKind.AWARD, "0.5")
    school.deliver()
    set_maximum(school, 4, rescales=True)
    assert shown(school)[0] == 2
    compare(school)
    assert [(row.state, row.lms_says) for row in school.everything()] == [("waiting", "rescaled")]
    school.deliver()
    assert shown(school)[0] == 0.5
    compare(school)
    assert [(row.state, row.lms_says) for row in school.everything()] == [("delivered", "agrees")]


def test_amounts_that_stayed_are_left_alone(school: School) -> None:
    enter(school, EntryKind.AWARD, "0.5")
    school.deliver()
    set_maximum(school, 4)
    compare(school)
    assert [(row.state, row.lms_says) for row in school.everything()] == [("delivered", "agrees")]
    assert differing(school) == 1


def test_a_teachers_own_number_is_left_alone(school: School) -> None:
    enter(school, EntryKind.AWARD, "0.5")
    school.deliver()
    with school.lms.store.change() as state:
        state.results = [replace(one, score=0.25) for one in state.results if one.person == PHYSICIAN]
    compare(school)
    assert [(row.state, row.lms_says) for row in school.everything()] == [("delivered", "differs")]


quarters = st.integers(0, 400).map(lambda number: number / 4)


@given(quarters, st.integers(1, 100), st.integers(1, 100), st.booleans())
def test_the_number_decides(amount: float, sent_by: int, worth: int, is_rescaled: bool) -> None:
    points = amount * worth / sent_by if is_rescaled else amount
    said = said_of_credit(amount, sent_by, Result("u", points, worth))
    assert said is (LmsSays.AGREES if abs(points - amount) <= 0.005 else LmsSays.RESCALED)


@given(quarters, st.integers(1, 100), st.integers(1, 100), st.floats(0.01, 50))
def test_another_number_is_a_teachers(amount: float, sent_by: int, worth: int, more: float) -> None:
    points = amount * worth / sent_by + more * worth
    said = said_of_credit(amount, sent_by, Result("u", points, worth))
    assert said is (LmsSays.AGREES if abs(points - amount) <= 0.005 else LmsSays.DIFFERS)


@given(quarters)
def test_what_is_not_there_is_missing_unless_it_is_nothing(amount: float) -> None:
    assert said_of_credit(amount, 100, None) is (LmsSays.MISSING if amount else LmsSays.AGREES)
