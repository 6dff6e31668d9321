"""Comparing gradebooks with what was delivered, and sending again what was parked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.errors import ServiceUnavailable
from lti_tool.domain.grade import Delivery, Result, ScoreOutcome
from lti_tool.domain.launch import Platform
from lti_tool.services.delivery import deliver_due
from lti_tool.services.reconcile import Auditor, LmsSays, reconcile_due, said_of
from lti_tool.services.redrive import parked, redrive
from tests.unit.lti_tool.domain.builders import NOW
from tests.unit.lti_tool.services.strict_gradebook import REFUSED, Clock, StrictGradebook, courier_of
from tests.unit.lti_tool.services.ward import LMS, Ward

LATER = timedelta(hours=2)


@dataclass
class Held:
    """What the LMS lists; ``None``: it does not answer."""

    results: list[Result] | None
    asked: list[str] = field(default_factory=list)

    def get_results(self, platform: Platform, line_item_url: str, now: datetime) -> Sequence[Result]:
        self.asked.append(line_item_url)
        if self.results is None:
            raise ServiceUnavailable("timeout", "lms.example did not answer in time")
        return self.results


@dataclass
class Scene:
    ward: Ward
    clock: Clock
    book: StrictGradebook = field(default_factory=StrictGradebook)

    def deliver(self, *before: ScoreOutcome) -> None:
        self.book.before = list(before)
        deliver_due(courier_of(self.ward, self.book, self.clock))

    def compare(self, held: Held) -> int:
        return reconcile_due(Auditor(self.ward.sessions, held, self.clock))

    def row(self) -> models.Delivery:
        with transaction(self.ward.sessions) as db:
            return db.scalars(select(models.Delivery).order_by(models.Delivery.stamp.desc())).first()  # type: ignore[return-value]


@pytest.fixture
def scene(ward: Ward) -> Scene:
    """One grade of 2 out of 3, delivered two hours ago."""
    ward.learner("kim")
    ward.post_test("kim", 2)
    made = Scene(ward, Clock(ward.now))
    made.deliver()
    made.clock.now += LATER
    assert made.row().state == "delivered"
    return made


def test_a_grade_that_is_there_is_left_alone(scene: Scene) -> None:
    assert scene.compare(Held([Result("kim", 6.667, 10)])) == 1
    assert (scene.row().state, scene.row().lms_says) == ("delivered", "agrees")


def test_one_that_is_gone_is_sent_again_with_a_later_time(scene: Scene) -> None:
    before = scene.row().stamp
    scene.compare(Held([]))
    row = scene.row()
    assert (row.state, row.lms_says) == ("waiting", "missing") and row.stamp > before
    scene.book.grades.clear()
    scene.deliver()
    assert scene.row().state == "delivered" and len(scene.book.grades) == 1


def test_but_once_only(scene: Scene) -> None:
    held = Held([])
    for _ in range(4):
        scene.compare(held)
        scene.deliver()
        scene.clock.now += timedelta(days=1, hours=1)
    assert len(scene.book.posts) == 2
    assert (scene.row().state, scene.row().lms_says) == ("delivered", "missing")


def test_a_teachers_grade_counts(scene: Scene) -> None:
    scene.compare(Held([Result("kim", 100, 100)]))
    assert (scene.row().state, scene.row().lms_says) == ("delivered", "differs")
    assert len(scene.book.posts) == 1


def test_a_column_is_read_once_a_day_whoever_asks(scene: Scene) -> None:
    held = Held([Result("kim", 66.67, 100)])
    assert [scene.compare(held) for _ in range(3)] == [1, 0, 0]
    scene.clock.now += timedelta(days=1)
    assert scene.compare(held) == 1
    assert held.asked == [f"{LMS}/link/lineitem"] * 2


def test_an_lms_that_is_down_changes_nothing(scene: Scene) -> None:
    assert scene.compare(Held(None)) == 1
    assert (scene.row().state, scene.row().lms_says) == ("delivered", "")


def test_a_grade_of_just_now_is_not_missed(ward: Ward) -> None:
    ward.learner("kim")
    ward.post_test("kim", 2)
    scene = Scene(ward, Clock(ward.now))
    scene.deliver()
    assert scene.compare(Held([])) == 0


def test_without_the_scope_nothing_is_read(ward: Ward) -> None:
    ward.learner("kim")
    ward.post_test("kim", 2)
    with transaction(ward.sessions) as db:
        for row in db.scalars(select(models.Placement)):
            row.scopes = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
    scene = Scene(ward, Clock(ward.now))
    scene.deliver()
    scene.clock.now += LATER
    assert scene.compare(Held([])) == 0


@given(
    given_=st.floats(0, 100),
    maximum=st.sampled_from([1.0, 10.0, 100.0]),
    rescaled=st.sampled_from([1.0, 10.0, 20.0, 100.0]),
)
def test_a_rescaled_grade_agrees_whatever_the_maximum(given_: float, maximum: float, rescaled: float) -> None:
    points = given_ / 100 * maximum
    held = Result("kim", round(points / maximum * rescaled, 5), rescaled)
    assert said_of(points, maximum, held) is LmsSays.AGREES
    assert said_of(points, maximum, None) is (LmsSays.AGREES if points == 0 else LmsSays.MISSING)
    other = Result("kim", rescaled if points < maximum / 2 else 0.0, rescaled)
    assert said_of(points, maximum, other) is LmsSays.DIFFERS


def test_parked_grades_are_listed_and_sent_again(ward: Ward) -> None:
    ward.learner("kim")
    ward.post_test("kim", 2)
    scene = Scene(ward, Clock(ward.now))
    scene.deliver(REFUSED)
    with transaction(ward.sessions) as db:
        (one,) = parked(db)
        assert (one.outcome, one.status, one.answer) == (Delivery.NOT_GRADABLE, 400, "Incorrect score received")
        assert redrive(db, NOW, issuer="https://elsewhere.example") == redrive(db, NOW, outcome="gone") == 0
        assert redrive(db, scene.clock.now, issuer=one.issuer, outcome=one.outcome) == 1
        assert parked(db) == []
    scene.deliver()
    assert scene.row().state == "delivered"


def test_a_deleted_column_is_looked_for_anew(ward: Ward) -> None:
    ward.learner("kim")
    ward.post_test("kim", 2)
    scene = Scene(ward, Clock(ward.now))
    scene.deliver(ScoreOutcome(Delivery.GONE, 404, "Grade item doesn't exist"))
    with transaction(ward.sessions) as db:
        assert redrive(db, scene.clock.now) == 1
        assert db.scalars(select(models.Placement.line_item).where(models.Placement.title == "link")).one() is None
