"""Grades reach a strict LMS over real HTTP, in each family's shape and through every fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from lti_tool.demo.behaviours import BEHAVIOURS
from lti_tool.demo.course import Result
from lti_tool.domain.activity import Step
from lti_tool.lti.addresses import AddressRules
from lti_tool.lti.http import GuardedSession
from lti_tool.services.delivery import deliver_due
from tests.functional.gradebooks import NURSE, PHYSICIAN, School, new_courier, opened_school
from tests.unit.lti_tool.services.side_by_side import in_parallel

MAKES_ITS_OWN = [name for name, behaviour in BEHAVIOURS.items() if behaviour.creates_link_item]


@pytest.fixture
def school(migrated_database_url: str) -> Iterator[School]:
    with opened_school(migrated_database_url, "moodle") as made:
        yield made


@pytest.mark.parametrize("family", MAKES_ITS_OWN)
def test_each_family_shows_the_grade(family: str, migrated_sqlite_url: str) -> None:
    with opened_school(migrated_sqlite_url, family) as school:
        school.place("gate", step=Step.INFORMATION, maximum=1)
        school.ward.acknowledge(PHYSICIAN, "gate")
        school.ward.post_test(PHYSICIAN, 2, "test")
        assert school.deliver() == 2
        assert (school.points(), school.points(link="gate")) == (66.67, 1)
        assert {row.state for row in school.everything()} == {"delivered"}


def test_zero_is_shown(school: School) -> None:
    school.ward.post_test(PHYSICIAN, 0, "test")
    school.deliver()
    assert school.points() == 0


def test_a_better_attempt_replaces_the_grade_even_within_one_second(school: School) -> None:
    for right in (1, 2, 3):
        school.ward.post_test(PHYSICIAN, right, "test")
        school.deliver()
    assert school.points() == 100
    assert [row.state for row in school.everything()] == ["delivered"] * 3


def test_only_the_newest_of_several_waiting_is_sent(school: School) -> None:
    for right in (1, 2, 3):
        school.ward.post_test(PHYSICIAN, right, "test")
    assert school.deliver() == 1
    assert (school.points(), len(school.lms.scores_received())) == (100, 1)


TWICE_AT_SCORES: dict[str, Any] = {"times": 2, "service": "scores"}
FAULTS: dict[str, dict[str, Any]] = {
    "401": {"kind": "401"},
    "token refused": {"kind": "401", "service": "token"},
    "429": {"kind": "429", "seconds": 30},
    "500": {"kind": "500"},
    "html": {"kind": "html"},
    "token html": {"kind": "html", "service": "token"},
    "dropped before": {"kind": "dropped"},
    "dropped after": {"kind": "dropped-after"},
    "token dropped": {"kind": "dropped", "service": "token"},
    "keys unreachable": {"kind": "500", "service": "jwks"},
    "409 for no reason": {"kind": "409"},
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("family", ["moodle", "canvas", "openedx"])
def test_a_passing_fault_only_delays(fault: str, family: str, migrated_sqlite_url: str) -> None:
    with opened_school(migrated_sqlite_url, family) as school:
        school.lms.fail_next(**TWICE_AT_SCORES | FAULTS[fault])
        school.ward.post_test(PHYSICIAN, 2, "test")
        school.deliver_until_done()
        assert school.points() == 66.67
        assert [row.state for row in school.everything()] == ["delivered"]


def test_the_lms_says_when_to_come_back(school: School) -> None:
    school.lms.fail_next("429", service="scores", seconds=90)
    school.ward.post_test(PHYSICIAN, 3, "test")
    school.deliver()
    (row,) = school.everything()
    assert (row.state, row.outcome, row.status) == ("waiting", "retry", 429)
    assert row.next_at >= school.clock() + timedelta(seconds=90)
    school.clock.pass_by(seconds=60)
    assert school.deliver() == 0
    school.clock.pass_by(seconds=30)
    assert school.deliver() == 1
    assert school.points() == 100


def test_an_lms_that_is_too_slow_is_asked_again(migrated_sqlite_url: str) -> None:
    with opened_school(migrated_sqlite_url, "moodle", read_seconds=0.3) as school:
        school.lms.fail_next("slow", service="scores", seconds=1)
        school.ward.post_test(PHYSICIAN, 3, "test")
        school.deliver()
        (row,) = school.everything()
        assert (row.state, row.is_doubtful) == ("waiting", True)
        school.deliver_until_done()
        assert school.points() == 100


def test_a_score_that_arrived_unheard_is_not_sent_as_another(school: School) -> None:
    school.lms.fail_next("dropped-after", service="scores")
    school.ward.post_test(PHYSICIAN, 3, "test")
    school.deliver_until_done()
    bodies = {score.raw for score in school.lms.scores_received()}
    assert len(bodies) == 1
    assert [score.status for score in school.lms.scores_received()] == [200, 409]
    (row,) = school.everything()
    assert (row.state, row.outcome, row.status) == ("delivered", "stale", 409)


def test_an_lms_that_holds_a_later_timestamp_of_its_own_gets_a_new_one(school: School) -> None:
    school.clock.pass_by(hours=1)
    school.ward.now = school.clock()
    school.ward.post_test(PHYSICIAN, 1, "test")
    school.deliver()
    school.clock.pass_by(minutes=-30)
    school.ward.now = school.clock()
    with school.lms.store.change() as state:
        state.results[0] = _later(state.results[0], hours=2)
    school.ward.post_test(PHYSICIAN, 3, "test")
    school.deliver_until_done()
    assert school.points() == 100


def _later(result: Result, *, hours: int) -> Result:
    stamp = datetime.fromisoformat(result.timestamp) + timedelta(hours=hours)
    return replace(result, timestamp=stamp.isoformat())


@pytest.mark.parametrize("family", ["moodle", "canvas", "brightspace", "blackboard", "sakai"])
def test_each_lms_s_way_to_say_that_somebody_is_not_graded_there_is_understood(
    family: str, migrated_sqlite_url: str
) -> None:
    with opened_school(migrated_sqlite_url, family) as school:
        school.ward.learner("stranger", "school", subject="999")
        school.ward.post_test("stranger", 3, "test")
        school.deliver()
        (row,) = school.everything()
        refusal = BEHAVIOURS[family].not_gradable
        assert (row.state, row.outcome, row.status) == ("parked", "not_gradable", refusal.status)
        assert refusal.reason in row.answer


def test_tokens_that_a_server_has_forgotten_cost_no_grade(migrated_sqlite_url: str) -> None:
    """Sakai signs them with a key that is made anew at its start, and answers 403."""
    with opened_school(migrated_sqlite_url, "sakai") as school:
        for right in (1, 2):
            school.ward.post_test(PHYSICIAN, right, "test")
            school.deliver()
            school.lms.tokens.forget_all()
        assert school.points() == 66.67
        assert [row.state for row in school.everything()] == ["delivered"] * 2


def test_somebody_who_is_not_graded_there_is_parked_with_the_lms_s_words(school: School) -> None:
    school.ward.learner("stranger", "school", subject="999")
    school.ward.post_test("stranger", 3, "test")
    school.deliver()
    (row,) = school.everything()
    assert (row.state, row.outcome, row.status) == ("parked", "not_gradable", 400)
    assert "Incorrect score received" in row.answer


def test_a_deleted_column_parks_the_grade(school: School) -> None:
    with school.lms.store.change() as state:
        state.line_items = []
    school.ward.post_test(PHYSICIAN, 3, "test")
    school.deliver()
    (row,) = school.everything()
    assert (row.state, row.outcome, row.status) == ("parked", "gone", 404)
    assert "doesn't exist" in row.answer


def test_a_column_that_the_lms_made_anew_is_found(school: School) -> None:
    with school.lms.store.change() as state:
        state.line_items = [replace(one, id=one.id + 1000) for one in state.line_items]
    school.ward.post_test(PHYSICIAN, 2, "test")
    school.deliver()
    assert school.points() == 66.67
    assert [row.state for row in school.everything()] == ["delivered"]


def test_an_outage_longer_than_the_period_parks_the_grade(school: School) -> None:
    school.lms.fail_next("500", None, service="scores")
    school.ward.post_test(PHYSICIAN, 3, "test")
    school.deliver_until_done()
    (row,) = school.everything()
    assert (row.state, row.outcome) == ("parked", "retry")
    lasted = school.clock() - row.queued_at
    assert timedelta(days=14) <= lasted <= timedelta(days=14, hours=12)


def test_a_dead_lms_does_not_hold_up_the_others(school: School) -> None:
    ward = school.ward
    for number in range(10):
        ward.learner(f"lee{number}")
        ward.post_test(f"lee{number}", 3, "link")
    ward.post_test(PHYSICIAN, 3, "test")
    ward.post_test(NURSE, 3, "test")
    school.deliver()
    assert (school.points(), school.points(NURSE)) == (100, 100)
    tried = [row.tries for row in school.everything() if row.state == "waiting"]
    assert (len(tried), sum(tried)) == (10, 3)
    school.clock.pass_by(minutes=1)
    assert school.deliver() > 0


def test_a_column_is_made_once_where_the_lms_makes_none(migrated_database_url: str) -> None:
    with opened_school(migrated_database_url, "openedx-programmatic") as school:
        school.ward.post_test(PHYSICIAN, 3, "test")
        school.ward.post_test(NURSE, 1, "test")
        school.deliver_until_done()
        column = school.column()
        assert (school.points(), school.points(NURSE)) == (100, 33.33)
        assert (column.resource_id, column.tag, column.label) == ("hypertension", "activity", "test")
        assert column.score_maximum == 100
        assert len(school.lms.requests_received("lineitems")) == 3


def test_a_column_that_was_made_unheard_is_found_again(migrated_sqlite_url: str) -> None:
    with opened_school(migrated_sqlite_url, "openedx-programmatic") as school:
        school.ward.post_test(PHYSICIAN, 3, "test")
        for fault in ("slow", "slow", "dropped-after"):
            school.lms.fail_next(fault, service="lineitems", seconds=0)
        school.deliver_until_done()
        assert school.points() == 100


def test_where_the_lms_lets_tools_make_no_column_it_is_found_or_the_grade_is_parked(migrated_sqlite_url: str) -> None:
    with opened_school(migrated_sqlite_url, "openedx") as school:
        school.place("untold", told=False)
        school.ward.post_test(PHYSICIAN, 3, "test")
        school.deliver()
        assert school.points(link="untold") == 100
        with school.lms.store.change() as state:
            state.line_items = []
        school.place("bare", told=False)
        with school.lms.store.change() as state:
            state.line_items = []
        school.ward.arrive(PHYSICIAN, "bare")
        school.deliver()
        assert [(row.state, row.outcome) for row in school.ward.deliveries(PHYSICIAN, "bare")] == [
            ("parked", "no_line_item")
        ]


@pytest.mark.parametrize("family", ["moodle", "openedx-programmatic"])
def test_workers_side_by_side_deliver_each_grade_once(family: str, migrated_database_url: str) -> None:
    with opened_school(migrated_database_url, family) as school:
        people = [person.key for person in school.lms.people if not person.is_staff]
        for key in people:
            if key not in school.ward.keys:
                school.ward.learner(key, "school", subject=school.lms.subject(school.lms.person(key)))
            school.ward.post_test(key, 3, "test")
        rules = AddressRules.parse([school.lms.issuer.removeprefix("http://")])
        with closing(GuardedSession(rules)) as session:
            couriers = [new_courier(school.ward, session, school.clock) for _ in range(3)]
            for _ in range(10):
                in_parallel(*(lambda courier=courier: deliver_due(courier) for courier in couriers))
        assert [school.points(key) for key in people] == [100] * len(people)
        assert len(school.lms.scores_received()) == len(people)
        assert [row.tries for row in school.everything()] == [1] * len(people)
