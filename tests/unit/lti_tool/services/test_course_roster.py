"""Whom the LMS lists as a learner, and who is none all the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.launch import PersonName, Role
from lti_tool.domain.roster import Member
from lti_tool.services.course_roster import attendance
from lti_tool.services.session import Visit
from tests.unit.lti_tool.services.claiming import NOW, World, opened_world


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    with opened_world(migrated_sqlite_url) as made:
        yield made


def came(world: World, visit: Visit, *, is_staff: bool) -> Member:
    """Somebody whose last launch carried this role, as an LMS lists them that calls everybody a learner."""
    with transaction(world.sessions) as db:
        values = {"course_id": world.course_id, "is_staff": is_staff, "last_seen_at": NOW}
        db.add(models.CourseMember(learner_id=visit.learner_id, **values))
        subject = db.get_one(models.Learner, visit.learner_id).subject
    return Member(subject, frozenset({Role.LEARNER}), name=PersonName(subject))


def test_whoever_came_as_staff_is_not_missed_as_a_learner(world: World) -> None:
    teacher = world.learner(is_ready=False)
    listed = [
        came(world, teacher, is_staff=True),
        came(world, world.learner(is_ready=False), is_staff=False),
        Member("never-came", frozenset({Role.LEARNER}), name=PersonName("Ben Carter")),
    ]
    with transaction(world.sessions) as db:
        found = attendance(db, replace(teacher, is_staff=True), listed)
    assert [one.user_id for one in found.not_started if one.user_id == listed[0].user_id] == []
    assert found.enrolled == 2
    assert "Ben Carter" in [one.name for one in found.not_started]
