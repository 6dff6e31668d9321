"""Whose turn it is while platforms rest: their backlog is passed over, and one blocked grade holds up nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.services.outbox import claim, hasten
from tests.unit.lti_tool.services.ward import Ward

COURSES = ("first", "second", "third")


@pytest.fixture
def busy_ward(ward: Ward) -> Ward:
    """Three platforms with one grade each, due one after the other."""
    for number, course in enumerate(COURSES):
        ward.course(course)
        ward.place(f"link-{course}", course)
        ward.learner(f"learner-{course}", course)
        ward.now += timedelta(minutes=number)
        ward.post_test(f"learner-{course}", 3, f"link-{course}")
    return ward


def taken(ward: Ward, *resting: str) -> str:
    """The course whose grade is next, empty if none is; it stays taken."""
    with transaction(ward.sessions) as db:
        job = claim(db, ward.now, frozenset(ward.keys[f"{course}.platform"] for course in resting))
        return next((course for course in COURSES if job and ward.keys[f"link-{course}"] == job.placement_id), "")


def test_the_longest_due_comes_first(busy_ward: Ward) -> None:
    assert [taken(busy_ward) for _ in range(4)] == [*COURSES, ""]


@pytest.mark.parametrize("resting", COURSES)
def test_those_that_rest_are_passed_over(busy_ward: Ward, resting: str) -> None:
    others = [course for course in COURSES if course != resting]
    assert [taken(busy_ward, resting) for _ in range(3)] == [*others, ""]
    assert taken(busy_ward, *COURSES) == "" and taken(busy_ward) == resting


def test_what_is_not_due_waits(busy_ward: Ward) -> None:
    busy_ward.now -= timedelta(minutes=1)
    assert [taken(busy_ward, "first") for _ in range(2)] == ["second", ""]


def test_a_grade_that_cannot_go_now_holds_up_nobody(busy_ward: Ward) -> None:
    """A newer score of a learner whose older one is on its way is due, and blocked."""
    assert taken(busy_ward, "first") == "second"
    (older,) = busy_ward.deliveries("learner-second", "link-second")
    with transaction(busy_ward.sessions) as db:
        db.add(newer(older))
    assert taken(busy_ward, "first") == "third"


def newer(older: models.Delivery) -> models.Delivery:
    """The same grade once more, waiting since before."""
    values = {column.name: getattr(older, column.name) for column in models.Delivery.__table__.columns}
    values |= {"id": "f" * 32, "state": "waiting", "lease": None, "leased_until": None}
    values["stamp"] += timedelta(seconds=1)
    return models.Delivery(**values)


def test_only_what_nobody_heard_is_hastened(busy_ward: Ward) -> None:
    later = busy_ward.now + timedelta(hours=1)
    heard = {"first": None, "second": 503, "third": None}
    rows = {course: busy_ward.deliveries(f"learner-{course}", f"link-{course}")[0] for course in COURSES}
    with transaction(busy_ward.sessions) as db:
        for course, status in heard.items():
            row = db.merge(rows[course])
            row.next_at, row.outcome, row.status = later, "retry", status
    with transaction(busy_ward.sessions) as db:
        for course in ("first", "second"):
            hasten(db, busy_ward.keys[f"{course}.platform"], busy_ward.now)
    assert [taken(busy_ward) for _ in range(2)] == ["first", ""]
