"""When an attempt may start, when the key is shown, and what a gradebook holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.domain.activity import Requirement, Step
from lti_tool.domain.assessment import Reveal, TestKind
from lti_tool.domain.pathway import (
    attempt_blockers,
    attempts_left,
    best_result,
    cool_down_ends,
    grade_fraction,
    may_reveal,
    standing,
)
from lti_tool.domain.record import Record
from tests.unit.lti_tool.domain.builders import (
    CLAIM,
    FINGERPRINT,
    NOW,
    POST_TEST,
    PRE_TEST,
    activity,
    attempt,
    record,
)


def starts(kind: TestKind, *attempts: Any, now: datetime = NOW, studied: bool = True, **test: Any) -> list[str]:
    facts = record(attempts=attempts, content_finished_at=NOW if studied else None)
    post = replace(POST_TEST, **test)
    return [blocker.code for blocker in attempt_blockers(activity(post_test=post), facts, kind, now)]


def test_a_first_attempt_may_start() -> None:
    assert starts(TestKind.POST) == []
    assert starts(TestKind.PRE, studied=False) == []


@pytest.mark.parametrize("kind", list(TestKind))
def test_an_open_attempt_is_resumed(kind: TestKind) -> None:
    used = [attempt(kind, right=0, number=number) for number in (1, 2, 3)]
    assert starts(kind, *used, attempt(kind, right=0, number=4, is_open=True)) == []


def test_no_attempt_after_a_pass() -> None:
    assert starts(TestKind.POST, attempt(right=0), attempt(right=2, number=2)) == ["already_passed"]


@pytest.mark.parametrize(("used", "expected"), [(2, []), (3, ["attempts_used"]), (4, ["attempts_used"])])
def test_the_number_of_attempts(used: int, expected: list[str]) -> None:
    """AMA PRA: completion requirements, so also the number of tries, are told in advance (rules 1.3)."""
    tries = [attempt(right=1, number=number + 1) for number in range(used)]
    assert starts(TestKind.POST, *tries) == expected
    assert starts(TestKind.POST, *tries, attempts=None) == []
    assert attempts_left(POST_TEST, record(attempts=tuple(tries))) == max(0, 3 - used)


def test_attempts_without_limit() -> None:
    assert attempts_left(replace(POST_TEST, attempts=None), record()) is None


@pytest.mark.parametrize(
    ("after", "expected"), [(timedelta(minutes=60, seconds=-1), ["cool_down"]), (timedelta(minutes=60), [])]
)
def test_the_cool_down_runs_from_the_last_submission(after: timedelta, expected: list[str]) -> None:
    first, last = NOW - timedelta(minutes=90), NOW
    tries = (attempt(right=0, at=last), attempt(right=0, number=2, at=first))
    assert starts(TestKind.POST, *tries, now=last + after, cool_down_minutes=60) == expected


def test_no_cool_down_without_attempt_or_setting() -> None:
    waiting = replace(POST_TEST, cool_down_minutes=60)
    assert cool_down_ends(waiting, record(attempts=())) is None
    assert cool_down_ends(waiting, record(attempts=(attempt(is_open=True),))) is None
    assert cool_down_ends(POST_TEST, record()) is None


@pytest.mark.parametrize(
    ("attempts", "studied", "expected"),
    [
        ((attempt(TestKind.PRE),), False, ["already_taken"]),
        ((attempt(TestKind.POST, right=0),), False, ["pre_test_over"]),
        ((attempt(TestKind.POST, is_open=True),), False, ["pre_test_over"]),
        ((), True, ["pre_test_over"]),
    ],
)
def test_a_pre_test_is_taken_once_and_before(attempts: Any, studied: bool, expected: list[str]) -> None:
    assert starts(TestKind.PRE, *attempts, studied=studied) == expected


def test_a_test_that_is_not_there_cannot_start() -> None:
    bare = activity(pre_test=None, post_test=None)
    for kind in TestKind:
        assert [blocker.code for blocker in attempt_blockers(bare, record(), kind, NOW)] == ["step_absent"]


FAILED = (attempt(right=0), attempt(right=1, number=2))
USED_UP = (*FAILED, attempt(right=1, number=3))
PASSED = (attempt(right=2),)
STARTED = (*FAILED, attempt(right=2, number=3, is_open=True))


@pytest.mark.parametrize(
    ("reveal", "attempts", "expected"),
    [
        (Reveal.AFTER_PASSING, (), False),
        (Reveal.AFTER_PASSING, FAILED, False),
        (Reveal.AFTER_PASSING, STARTED, False),
        (Reveal.AFTER_PASSING, PASSED, True),
        (Reveal.AFTER_PASSING, USED_UP, True),
        (Reveal.NEVER, PASSED, False),
        (Reveal.NEVER, USED_UP, False),
        (Reveal.AFTER_PASSING, (*PASSED, attempt(number=2, is_open=True)), False),
    ],
)
def test_when_the_key_is_shown(reveal: Reveal, attempts: Any, expected: bool) -> None:
    """The assessment measures achievement (AMA PRA core requirement 6): no key while tries are left."""
    found = activity(post_test=replace(POST_TEST, reveal=reveal))
    assert may_reveal(found, record(attempts=attempts)) is expected


def test_nothing_to_reveal_without_a_post_test() -> None:
    assert not may_reveal(activity(post_test=None), record())


def graded(step: Step | None, facts: Record, **changes: Any) -> Decimal | None:
    made = activity(**changes)
    return grade_fraction(made, standing(made, facts, FINGERPRINT, NOW), facts, step)


def test_a_gradebook_holds_the_best_score() -> None:
    facts = record(attempts=(attempt(right=2), attempt(right=1, number=2), attempt(number=3, is_open=True)))
    assert graded(Step.POST_TEST, facts) == graded(None, facts) == Decimal(2) / 3


@pytest.mark.parametrize("step", [None, Step.POST_TEST])
def test_no_grade_before_the_first_attempt(step: Step | None) -> None:
    assert graded(step, record(attempts=(attempt(TestKind.PRE), attempt(is_open=True)))) is None


def test_other_steps_are_graded_when_done() -> None:
    assert graded(Step.EVALUATION, record()) == 1
    assert graded(Step.EVALUATION, record(evaluated_at=None)) is None
    assert graded(Step.CLAIM, record()) is None


def test_an_activity_without_post_test_is_graded_when_complete() -> None:
    bare = {"post_test": None, "requirements": {Step.INFORMATION: Requirement.REQUIRED}}
    assert graded(None, record(), **bare) is None
    assert graded(None, record(claims=(CLAIM,)), **bare) == 1


def test_the_best_of_nothing_is_nothing() -> None:
    assert best_result(None, (attempt(),)) is None
    assert best_result(POST_TEST, ()) is None
    found = best_result(PRE_TEST, (attempt(TestKind.PRE),))
    assert found is not None
    assert found.has_passed
