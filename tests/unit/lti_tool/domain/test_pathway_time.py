"""Time limits: what was saved in time counts, more time can be granted, a closed activity earns nothing new."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.assessment import TestKind
from lti_tool.domain.pathway import LATE, attempt_blockers, attempt_ends, has_passed, settled, standing
from lti_tool.domain.record import Accommodation, Record
from lti_tool.domain.standing import StepState
from tests.unit.lti_tool.domain.builders import CLAIM, FINGERPRINT, NOW, POST_TEST, activity, attempt, record

LIMIT = 20
START = NOW - timedelta(hours=1)


def timed() -> Activity:
    return activity(post_test=replace(POST_TEST, time_limit_minutes=LIMIT))


def sitting(right: int = 3, **changes: object) -> Record:
    return record(attempts=(attempt(right=right, is_open=True, at=START),), **changes)


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.mark.parametrize(("minutes", "is_open"), [(0, True), (19.9, True), (20, True), (21.9, True), (22, False)])
def test_an_attempt_is_over_when_its_time_and_the_grace_for_a_dropped_line_are_up(
    minutes: float, is_open: bool
) -> None:
    found = settled(timed(), sitting(), after(minutes)).attempts[0]
    assert found.is_open is is_open
    assert found.submitted_at == (None if is_open else after(LIMIT))


def test_what_was_saved_in_time_is_scored() -> None:
    assert has_passed(timed(), settled(timed(), sitting(right=2), after(60)))
    assert not has_passed(timed(), settled(timed(), sitting(right=1), after(60)))
    assert not has_passed(timed(), sitting(right=2))


def test_more_time_for_one_learner_moves_the_end_even_of_an_attempt_that_was_over() -> None:
    granted = sitting(accommodations=(Accommodation(10, NOW - timedelta(days=1)),))
    assert attempt_ends(timed().post_test or POST_TEST, granted, granted.attempts[0]) == after(30)
    assert settled(timed(), granted, after(25)).attempts[0].is_open
    assert not settled(timed(), sitting(), after(25)).attempts[0].is_open


def test_the_newest_grant_counts() -> None:
    older, newer = Accommodation(30, NOW - timedelta(days=2)), Accommodation(5, NOW - timedelta(days=1))
    assert sitting(accommodations=(newer, older)).extra_minutes == 5
    assert sitting().extra_minutes == 0


def test_without_a_limit_an_attempt_stays_open_for_ever() -> None:
    assert settled(activity(), sitting(), after(10_000)).attempts[0].is_open


def test_an_attempt_that_ran_out_uses_up_an_attempt() -> None:
    once = activity(post_test=replace(POST_TEST, time_limit_minutes=LIMIT, attempts=1))
    over = settled(once, sitting(right=0), after(LIMIT) + LATE)
    assert [blocker.code for blocker in attempt_blockers(once, over, TestKind.POST, after(60))] == ["attempts_used"]


def test_a_closed_activity_can_be_read_but_earns_nothing_new() -> None:
    closed = NOW - timedelta(minutes=1)
    made, facts = activity(), record()
    where = standing(made, facts, FINGERPRINT, NOW, closed)
    assert [blocker.code for blocker in where.of(Step.CLAIM).blockers] == ["closed"]
    assert where.of(Step.INFORMATION).blockers == () and where.of(Step.CONTENT).blockers == ()
    assert standing(made, facts, FINGERPRINT, closed - timedelta(seconds=1), closed).of(Step.CLAIM).blockers == ()


def test_credit_that_was_claimed_before_the_closing_stays() -> None:
    where = standing(activity(), record(claims=(CLAIM,)), FINGERPRINT, NOW, NOW)
    assert where.of(Step.CERTIFICATE).state is StepState.DONE and where.of(Step.CERTIFICATE).blockers == ()
