"""Time limits on both databases: answers saved in time count, extra time for one learner, a closed activity."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.assessment import TestKind
from lti_tool.domain.errors import BadInput, Conflict, Forbidden, NotFound, Refused
from lti_tool.domain.pathway import has_passed
from lti_tool.services.accommodation import grant_time
from lti_tool.services.assessment import Outcome, Sitting, save_answers, sitting, submit_attempt
from lti_tool.services.overdue import close_all_overdue
from tests.unit.lti_tool.domain.builders import NOW, POST_TEST
from tests.unit.lti_tool.domain.builders import activity as sample
from tests.unit.lti_tool.services.test_assessment import RIGHT, TESTS_ONLY, furnish, sheet, start
from tests.unit.lti_tool.services.ward import Ward

POST = TestKind.POST


@pytest.fixture
def timed(ward: Ward) -> Ward:
    made = furnish(
        ward, sample(requirements=TESTS_ONLY, content=None, post_test=replace(POST_TEST, time_limit_minutes=20))
    )
    made.learner("staff", is_staff=True)
    return made


def save(ward: Ward, attempt_id: str, minutes: float) -> None:
    with transaction(ward.sessions) as db:
        save_answers(db, ward.visit(), POST, attempt_id, sheet(RIGHT), NOW + timedelta(minutes=minutes))


def look(ward: Ward, minutes: float, name: str = "lee") -> Sitting:
    with transaction(ward.sessions) as db:
        return sitting(db, ward.visit(name), POST, NOW + timedelta(minutes=minutes))


def grant(ward: Ward, extra: str = "10", reason: str = "Approved by the office", name: str = "lee") -> None:
    with transaction(ward.sessions) as db:
        key = db.query(models.Participation.id).filter_by(learner_id=ward.keys[name], is_trial=False).scalar()
        grant_time(db, ward.visit("staff", is_staff=True), key, extra, reason, NOW)


def test_the_end_is_known_and_what_was_saved_until_then_counts(timed: Ward) -> None:
    attempt_id = start(timed)
    assert look(timed, 1).ends_at == NOW + timedelta(minutes=20)
    save(timed, attempt_id, 19)
    found = look(timed, 60)
    assert found.attempt is None and found.submitted[0].submitted_at == NOW + timedelta(minutes=20)
    assert has_passed(found.progress.activity, found.progress.record)
    with transaction(timed.sessions) as db:
        assert db.get_one(models.Attempt, attempt_id).submitted_at == NOW + timedelta(minutes=20)
    assert timed.states()


def test_a_line_that_dropped_costs_nothing_within_the_grace(timed: Ward) -> None:
    attempt_id = start(timed)
    save(timed, attempt_id, 21.5)
    with pytest.raises(Conflict) as refused:
        save(timed, attempt_id, 22.5)
    assert refused.value.code == "attempt_closed"
    assert look(timed, 23).submitted[0].answers == RIGHT


def test_the_worker_closes_what_nobody_comes_back_to_and_grades_it(timed: Ward) -> None:
    attempt_id = start(timed)
    save(timed, attempt_id, 5)
    late = NOW + timedelta(minutes=23)
    assert close_all_overdue(timed.sessions, NOW + timedelta(minutes=21)) == 0
    assert close_all_overdue(timed.sessions, late) == 1 and close_all_overdue(timed.sessions, late) == 0
    assert timed.states() == [("waiting", 100.0)]


def test_the_worker_waits_for_the_time_that_was_granted(timed: Ward) -> None:
    start(timed)
    grant(timed, "10")
    assert close_all_overdue(timed.sessions, NOW + timedelta(minutes=30)) == 0
    assert close_all_overdue(timed.sessions, NOW + timedelta(minutes=33)) == 1


def test_submitting_too_late_changes_nothing(timed: Ward) -> None:
    attempt_id = start(timed)
    with transaction(timed.sessions) as db:
        late = NOW + timedelta(minutes=30)
        done = submit_attempt(db, timed.visit(), POST, attempt_id, sheet(RIGHT), late, is_confirmed=True)
    assert done.outcome is Outcome.ALREADY and look(timed, 31).submitted[0].answers == {}


def test_after_the_time_is_up_the_next_attempt_can_begin(timed: Ward) -> None:
    start(timed)
    assert start(timed, minutes=40) and look(timed, 41).attempts_left == 2


def test_more_time_is_for_one_learner_and_reaches_the_attempt_under_way(timed: Ward) -> None:
    attempt_id = start(timed)
    start(timed, "ana")
    grant(timed)
    assert look(timed, 1).ends_at == NOW + timedelta(minutes=30)
    assert look(timed, 1, "ana").ends_at == NOW + timedelta(minutes=20)
    save(timed, attempt_id, 29)
    assert look(timed, 29).attempt is not None and look(timed, 33).attempt is None


@pytest.mark.parametrize(
    ("extra", "reason", "faults"),
    [("-1", "x", {"extra"}), ("1441", "x", {"extra"}), ("", "", {"extra", "reason"}), ("5", " ", {"reason"})],
)
def test_time_needs_minutes_and_a_reason(timed: Ward, extra: str, reason: str, faults: set[str]) -> None:
    start(timed)
    with pytest.raises(BadInput) as refused:
        grant(timed, extra, reason)
    assert set(refused.value.faults) == faults


def test_learners_grant_themselves_nothing_and_staff_only_their_own_learners(timed: Ward) -> None:
    start(timed)
    with transaction(timed.sessions) as db:
        key = db.query(models.Participation.id).filter_by(learner_id=timed.keys["lee"]).scalar()
        with pytest.raises(Forbidden):
            grant_time(db, timed.visit(), key, "5", "x", NOW)
        with pytest.raises(NotFound):
            grant_time(db, timed.visit("staff", is_staff=True), "0" * 32, "5", "x", NOW)


def test_a_closed_activity_starts_no_new_attempt(timed: Ward) -> None:
    with transaction(timed.sessions) as db:
        db.get_one(models.Activity, timed.keys["activity"]).closed_at = NOW
    with pytest.raises(Refused) as refused:
        start(timed)
    assert [blocker.code for blocker in refused.value.facts["blockers"]] == ["closed"]
