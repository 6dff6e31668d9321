"""Grades that have not arrived, as the office sees them on the page of a learning platform."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.services.audit import ToolActor, trail
from lti_tool.services.redrive import StuckGrades, redrive_platform, stuck_grades
from tests.functional.office_world import invited
from tests.functional.staff_world import NOW, Person, World, text_of, world

__all__ = ["world"]
OTHER = "Another Medical School"


def owe(world: World, person: Person, **values: Any) -> str:
    """A grade of this person to the link that they came by."""
    with world.db() as db:
        placement = db.get_one(models.Placement, person.visit.placement_id)
        row = models.Delivery(
            learner_id=person.visit.learner_id,
            placement_id=placement.id,
            platform_id=placement.course.deployment.platform_id,
            line_item="https://lms.example/items/1",
            given=80,
            maximum=100,
            **{"stamp": NOW, "next_at": NOW, "created_at": NOW, "queued_at": NOW, "state": "parked"} | values,
        )
        db.add(row)
        db.flush()
        return row.id


def platform_of(world: World, delivery_id: str) -> str:
    with world.db() as db:
        return db.get_one(models.Delivery, delivery_id).platform_id


def test_they_are_counted_by_what_happened_and_sent_again(world: World) -> None:
    one, two, three = (world.enter(subject=name) for name in ("one", "two", "three"))
    earlier = NOW - timedelta(days=3)
    first = owe(world, one, outcome="not_gradable", queued_at=earlier)
    owe(world, two, outcome="not_gradable")
    owe(world, three, outcome="retry", state="waiting")
    platform = platform_of(world, first)
    office = invited(world, Capability.CONFIGURE)
    answer = office.get(f"/connections/{platform}")
    page = text_of(answer)
    assert 'id="grades"' in answer.get_data(as_text=True)
    assert "does not grade this person here" in page and "Needs attention" in page
    assert "tried again by itself" in page and "Send 2 grades again" in page
    assert office.post(f"/connections/{platform}/grades").status_code == 303
    with world.db() as db:
        assert {row.state for row in db.query(models.Delivery)} == {"waiting"}
        provider = db.get_one(models.Delivery, first).learner.provider_id
        assert trail(db, provider)[0].action == "grades.sent_again"
    assert "grades again" not in text_of(office.get(f"/connections/{platform}"))


def test_a_newer_grade_or_one_that_arrived_is_nothing_to_send(world: World) -> None:
    person = world.enter()
    first = owe(world, person, outcome="rejected")
    owe(world, person, outcome="delivered", state="delivered", stamp=NOW + timedelta(seconds=1))
    office = invited(world, Capability.CONFIGURE)
    assert 'id="grades"' not in office.get(f"/connections/{platform_of(world, first)}").get_data(as_text=True)


def test_others_on_a_shared_platform_are_neither_counted_nor_sent(world: World) -> None:
    world.place(provider=OTHER)
    mine, theirs = world.enter(), world.enter(provider=OTHER, deployment="2")
    own, foreign = owe(world, mine, outcome="gone"), owe(world, theirs, outcome="gone")
    platform = platform_of(world, own)
    with world.db() as db:
        provider = db.get_one(models.Delivery, own).learner.provider_id
        db.get_one(models.Delivery, foreign).platform_id = platform
        db.flush()
        assert stuck_grades(db, provider, platform) == [StuckGrades(True, "gone", 1, NOW)]
        assert redrive_platform(db, ToolActor(provider), platform, NOW) == 1
        assert db.get_one(models.Delivery, foreign).state == "parked"


def test_who_may_not_configure_sends_nothing(world: World) -> None:
    parked = owe(world, world.enter(), outcome="rejected")
    office = invited(world, Capability.PLAN)
    assert office.post(f"/connections/{platform_of(world, parked)}/grades").status_code == 403
    stranger = invited(world, Capability.CONFIGURE, provider=OTHER, email="far@example.org")
    assert stranger.post(f"/connections/{platform_of(world, parked)}/grades").status_code == 404
    with world.db() as db:
        assert db.get_one(models.Delivery, parked).state == "parked"


@pytest.mark.parametrize("rule", ["/connections", "/connections/new", "/connections/{}"])
def test_the_bars_say_where_one_is(world: World, rule: str) -> None:
    platform = platform_of(world, owe(world, world.enter()))
    page = invited(world, Capability.CONFIGURE).get(rule.format(platform)).get_data(as_text=True)
    assert page.count("aria-current") == 2
    kind = "page" if rule == "/connections" else "true"
    assert f'/connections" aria-current="{kind}">Learning platforms</a>' in page
