"""Attempts on both databases: started once, saved from several tabs, submitted once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.activity import Activity, Requirement, Step
from lti_tool.domain.assessment import Answer, FormItem, Test, TestKind
from lti_tool.domain.errors import Conflict, NotFound, Refused
from lti_tool.services.answers import TABS, Saved, Sheet, SheetReader
from lti_tool.services.assessment import (
    Outcome,
    Sitting,
    Submission,
    save_answers,
    sitting,
    start_attempt,
    submit_attempt,
)
from tests.unit.lti_tool.domain.builders import ALL_REQUIRED, NOW, POST_TEST, PRE_TEST
from tests.unit.lti_tool.domain.builders import activity as sample
from tests.unit.lti_tool.services.learning import pass_the_gate, redefine
from tests.unit.lti_tool.services.ward import Ward

TESTS_ONLY = {
    **ALL_REQUIRED,
    Step.PRE_TEST: Requirement.OPTIONAL,
    Step.CONTENT: Requirement.ABSENT,
    Step.EVALUATION: Requirement.ABSENT,
}
RIGHT: dict[str, Answer] = {"q1": "a", "q2": "a", "q3": "a"}
WRONG: dict[str, Answer] = {"q1": "b", "q2": "b", "q3": "b"}


def furnish(ward: Ward, value: Activity | None = None) -> Ward:
    redefine(ward, value or sample(requirements=TESTS_ONLY, content=None))
    ward.learner("ana")
    pass_the_gate(ward)
    pass_the_gate(ward, "ana")
    return ward


@pytest.fixture
def clinic(ward: Ward) -> Ward:
    return furnish(ward)


def sheet(answers: dict[str, Answer], revision: int = 0, tab: int = 1) -> SheetReader:
    def read(test: Test, form: tuple[FormItem, ...]) -> Sheet:
        return Sheet(answers, {}, revision, tab)

    return read


def start(ward: Ward, name: str = "lee", kind: TestKind = TestKind.POST, **later: float) -> str:
    now = NOW + timedelta(**later)
    with transaction(ward.sessions) as db:
        start_attempt(db, ward.visit(name), kind, now)
        attempt = sitting(db, ward.visit(name), kind, now).attempt
    assert attempt is not None
    return attempt.id


def save(ward: Ward, attempt: str, answers: dict[str, Answer], revision: int = 0, tab: int = 1) -> Saved:
    with transaction(ward.sessions) as db:
        return save_answers(db, ward.visit(), TestKind.POST, attempt, sheet(answers, revision, tab), NOW)


def submit(
    ward: Ward, attempt: str, answers: dict[str, Answer], revision: int = 0, tab: int = 1, **more: Any
) -> Submission:
    now = more.pop("now", NOW)
    with transaction(ward.sessions) as db:
        read = sheet(answers, revision, tab)
        return submit_attempt(db, ward.visit(), more.pop("kind", TestKind.POST), attempt, read, now, **more)


def look(ward: Ward, kind: TestKind = TestKind.POST, **later: float) -> Sitting:
    with transaction(ward.sessions) as db:
        return sitting(db, ward.visit(), kind, NOW + timedelta(**later))


def test_starting_twice_gives_one_attempt(clinic: Ward) -> None:
    assert start(clinic) == start(clinic)
    found = look(clinic)
    assert found.attempt is not None and found.attempt.number == 1
    assert {item.question for item in found.attempt.form} == {"q1", "q2", "q3"}


def test_forms_are_drawn_by_chance(ward: Ward) -> None:
    furnish(
        ward,
        sample(requirements=TESTS_ONLY, content=None, post_test=replace(POST_TEST, draw=1, pass_mark=1, attempts=None)),
    )
    drawn: set[str] = set()
    attempts = 0
    while len(drawn) < 3 and attempts < 40:
        attempts += 1
        submit(ward, start(ward), WRONG)
        form = look(ward).submitted[-1].form
        assert len(form) == 1
        drawn.add(form[0].question)
    assert drawn == {"q1", "q2", "q3"}


def test_answers_are_kept_as_given(clinic: Ward) -> None:
    attempt = start(clinic)
    first = save(clinic, attempt, {"q1": "a"})
    assert first.answers == {"q1": "a"} and not first.stale
    second = save(clinic, attempt, {"q1": "b", "q2": "c"}, first.revision)
    assert second.answers == {"q1": "b", "q2": "c"} and second.revision > first.revision
    found = look(clinic)
    assert found.attempt is not None and found.attempt.answers == second.answers
    assert found.revision == second.revision


def test_the_same_again_changes_nothing(clinic: Ward) -> None:
    attempt = start(clinic)
    first = save(clinic, attempt, {"q1": "a"})
    assert save(clinic, attempt, {"q1": "a"}, first.revision).revision == first.revision
    assert save(clinic, attempt, {"q1": "a"}, 0, tab=2).stale == ()


def test_an_answer_can_be_taken_back(clinic: Ward) -> None:
    attempt = start(clinic)
    first = save(clinic, attempt, {"q1": "a"})
    assert save(clinic, attempt, {}, first.revision).answers == {"q1": ""}


def test_a_stale_tab_overwrites_nothing_and_loses_nothing(clinic: Ward) -> None:
    attempt = start(clinic)
    save(clinic, attempt, {"q1": "a"}, tab=1)
    behind = save(clinic, attempt, {"q1": "c", "q2": "b"}, 0, tab=2)
    assert behind.stale == ("q1",)
    assert behind.answers == {"q1": "a", "q2": "b"}
    blank = save(clinic, attempt, {}, 0, tab=3)
    assert set(blank.stale) == {"q1", "q2"} and blank.answers == behind.answers


def test_a_tab_whose_acknowledgement_was_lost_goes_on(clinic: Ward) -> None:
    attempt = start(clinic)
    save(clinic, attempt, {"q1": "a"}, tab=7)
    again = save(clinic, attempt, {"q1": "b"}, 0, tab=7)
    assert again.stale == () and again.answers == {"q1": "b"}


def test_stamps_stay_within_the_column(clinic: Ward) -> None:
    attempt = start(clinic)
    saved = save(clinic, attempt, {"q1": "a"}, tab=TABS - 1)
    with transaction(clinic.sessions) as db:
        db.scalars(select(models.Answer)).one().revision = 2**31 - 1
    saved = save(clinic, attempt, {"q1": "b"}, 2**31 - 1, tab=TABS - 1)
    assert saved.revision <= 2**31 - 1 and saved.answers == {"q1": "b"}


@pytest.mark.parametrize("answer", ["z", ("a",), {"a": "b"}, "a\0", "\ud800"])
def test_an_impossible_answer_is_not_kept_and_hinders_no_other(clinic: Ward, answer: Answer) -> None:
    attempt = start(clinic)
    saved = save(clinic, attempt, {"q1": answer, "q2": "a"})
    assert saved.faults == {"q1": "answer_not_possible"} and saved.answers == {"q2": "a"}
    assert submit(clinic, attempt, {"q1": answer}, saved.revision, is_confirmed=True).outcome is Outcome.FAULTY
    assert look(clinic).attempt is not None


def test_submitting_twice_counts_once(clinic: Ward) -> None:
    attempt = start(clinic)
    assert submit(clinic, attempt, RIGHT).outcome is Outcome.SUBMITTED
    assert submit(clinic, attempt, WRONG, now=NOW + timedelta(hours=1)).outcome is Outcome.ALREADY
    found = look(clinic)
    assert [found.result(each).points for each in found.submitted] == [3]
    assert found.submitted[0].submitted_at == NOW
    assert found.progress.standing.is_done(Step.POST_TEST) and found.may_reveal


def test_open_questions_need_a_word(clinic: Ward) -> None:
    attempt = start(clinic)
    first = submit(clinic, attempt, {"q2": "a"})
    assert first.outcome is Outcome.UNANSWERED and first.unanswered == ("q1", "q3")
    assert first.saved is not None and first.saved.answers == {"q2": "a"}
    assert submit(clinic, attempt, {"q2": "a"}, is_confirmed=True).outcome is Outcome.SUBMITTED
    assert not look(clinic).result(look(clinic).submitted[0]).has_passed


def test_a_stale_submit_submits_nothing(clinic: Ward) -> None:
    attempt = start(clinic)
    save(clinic, attempt, RIGHT, tab=1)
    assert submit(clinic, attempt, WRONG, 0, tab=2, is_confirmed=True).outcome is Outcome.STALE
    assert look(clinic).attempt is not None


def test_a_submitted_attempt_takes_no_more_answers(clinic: Ward) -> None:
    attempt = start(clinic)
    submit(clinic, attempt, RIGHT)
    with pytest.raises(Conflict, match="submitted"):
        save(clinic, attempt, WRONG)


@pytest.mark.parametrize("act", [save, submit])
def test_another_learners_attempt_does_not_exist(clinic: Ward, act: Callable[..., object]) -> None:
    theirs = start(clinic, "ana")
    with pytest.raises(NotFound, match="attempt_unknown"):
        act(clinic, theirs, RIGHT)
    with pytest.raises(NotFound, match="attempt_unknown"):
        act(clinic, "x" * 500, RIGHT)


def test_an_attempt_of_the_other_test_does_not_exist(clinic: Ward) -> None:
    pre = start(clinic, kind=TestKind.PRE)
    with pytest.raises(NotFound, match="attempt_unknown"):
        submit(clinic, pre, RIGHT)


def test_limit_cool_down_and_reveal(ward: Ward) -> None:
    furnish(
        ward,
        sample(requirements=TESTS_ONLY, content=None, post_test=replace(POST_TEST, attempts=2, cool_down_minutes=30)),
    )
    submit(ward, start(ward), WRONG)
    found = look(ward, minutes=29)
    assert [blocker.code for blocker in found.blockers] == ["cool_down"] and not found.may_reveal
    assert found.attempts_left == 1
    with pytest.raises(Refused, match="attempt_refused"):
        start(ward, minutes=29)
    submit(ward, start(ward, minutes=30), WRONG, now=NOW + timedelta(minutes=31))
    found = look(ward, days=1)
    assert [blocker.code for blocker in found.blockers] == ["attempts_used"] and found.may_reveal
    with pytest.raises(Refused, match="attempt_refused"):
        start(ward, days=1)


def test_passed_is_passed(clinic: Ward) -> None:
    submit(clinic, start(clinic), RIGHT)
    with pytest.raises(Refused, match="attempt_refused"):
        start(clinic)


def test_the_pre_test_is_taken_once_and_tells_no_key(clinic: Ward) -> None:
    attempt = start(clinic, kind=TestKind.PRE)
    assert submit(clinic, attempt, {PRE_TEST.questions[0].key: "b"}, kind=TestKind.PRE).outcome is Outcome.SUBMITTED
    found = look(clinic, TestKind.PRE)
    assert [blocker.code for blocker in found.blockers] == ["already_taken"] and not found.may_reveal
    with pytest.raises(Refused, match="attempt_refused"):
        start(clinic, kind=TestKind.PRE)


def locked(ward: Ward) -> None:
    """Everything that a locked post-test refuses."""
    for act in (lambda: start(ward), lambda: look(ward)):
        with pytest.raises(Refused, match="locked"):
            act()


def test_a_locked_step_is_locked_by_every_way(ward: Ward) -> None:
    furnish(ward, sample(requirements={**TESTS_ONLY, Step.PRE_TEST: Requirement.REQUIRED}, content=None))
    locked(ward)


def test_expiry_closes_an_open_attempt_and_keeps_results(ward: Ward) -> None:
    furnish(ward, sample(requirements=TESTS_ONLY, content=None))
    submit(ward, start(ward), WRONG)
    attempt = start(ward)
    after = NOW + timedelta(days=365)
    with pytest.raises(Refused, match="locked"):
        submit(ward, attempt, RIGHT, now=after)
    found = look(ward, days=365)
    assert found.attempt is None and len(found.submitted) == 1
    assert [blocker.code for blocker in found.blockers] == ["expired"]
    with pytest.raises(Refused, match="locked"):
        start(ward, days=365)


def test_before_release(ward: Ward) -> None:
    furnish(ward)
    with pytest.raises(Refused, match="not_released"):
        look(ward, days=-200)


def test_an_activity_without_this_test(ward: Ward) -> None:
    absent = {**TESTS_ONLY, Step.PRE_TEST: Requirement.ABSENT}
    furnish(ward, sample(requirements=absent, content=None, pre_test=None))
    with pytest.raises(Refused, match="step_absent"):
        look(ward, TestKind.PRE)
