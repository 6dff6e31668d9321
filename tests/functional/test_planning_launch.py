"""A launch that leads authors from their platform's course builder to their plans in the office."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.domain.capability import Capability, Grant, Powers
from lti_tool.domain.launch import Role
from lti_tool.services.audit import ToolActor
from lti_tool.services.office import Officer
from lti_tool.services.plan.begin import adopt_activity
from lti_tool.services.team import change_role_map
from tests.functional.browsing import Browser
from tests.functional.pages import Page
from tests.functional.world import World

KEY = "hypertension-2026"
PLAN_LINK: dict[str, Any] = {"type": "ltiResourceLink", "title": "Plan", "custom": {"cme_open": "planning"}}


def arrive(world: World, person: str, **custom: str) -> tuple[Browser, Page]:
    """A click in the course builder: the platform's own link, with what it opens."""
    browser = world.enter(person)
    link = {**PLAN_LINK, "custom": {**PLAN_LINK["custom"], **custom}}
    return browser, browser.open(world.lms.add_placement(link), target="window")


def planned(world: World) -> str:
    """The activity has a plan; gives its row key."""
    powers = Powers(frozenset({Grant(Capability.PLAN)}))
    with world.db() as db:
        person = db.scalars(select(models.Learner.id)).first() or ""
        officer = Officer("", world.provider_id, "", person, "Avery", powers, disclosure_months=12)
        return adopt_activity(db, officer, world.activity_ids[KEY], world.clock())


def placements(world: World) -> int:
    with world.db() as db:
        return db.scalars(select(func.count()).select_from(models.Placement)).one()


def test_an_author_comes_to_the_plans(sqlite_world: World) -> None:
    before = placements(sqlite_world)
    browser, page = arrive(sqlite_world, "instructor")
    assert page.status == 200 and page.heading == "Plan activities"
    page = browser.submit(page, "Open the plans in the office")
    assert page.status == 200 and page.url.partition("?")[0].endswith("/plans")
    assert placements(sqlite_world) == before, "nothing is placed in the course, and no grade column is asked for"


def test_an_author_who_named_an_activity_comes_to_its_plan(sqlite_world: World) -> None:
    sqlite_world.enter("instructor").open(sqlite_world.placement(KEY))  # the course shows it by LTI as well
    plan_id = planned(sqlite_world)
    browser, page = arrive(sqlite_world, "instructor", cme_activity=KEY)
    page = browser.submit(page, "Open the plans in the office")
    assert page.status == 200 and f"/plans/{plan_id}/" in page.url


@pytest.mark.parametrize("key", ["no-such-activity", KEY, "x\0y", "é" * 90])
def test_a_plan_out_of_reach_is_not_told_from_none(sqlite_world: World, key: str) -> None:
    with sqlite_world.db() as db:
        other = models.Provider(name="Somebody else", created_at=sqlite_world.clock())
        db.add(other)
        db.flush()
        values = {"title": "Theirs", "state": "draft", "revision": 0, "document": {}, "errors": 0}
        moments = {"created_at": sqlite_world.clock(), "updated_at": sqlite_world.clock()}
        db.add(models.ActivityPlan(provider_id=other.id, key=KEY, **values, **moments))
    browser, page = arrive(sqlite_world, "instructor", cme_activity=key)
    page = browser.submit(page, "Open the plans in the office")
    assert page.status == 200 and page.url.endswith("/plans") and "Theirs" not in page.text


def test_whom_the_office_does_not_know_is_told_as_whom_to_ask(sqlite_world: World) -> None:
    with sqlite_world.db() as db:
        wanted = {Role.TEACHING_ASSISTANT: [Capability.REPORT]}
        change_role_map(db, ToolActor(sqlite_world.provider_id), wanted, sqlite_world.clock())
    _browser, page = arrive(sqlite_world, "instructor")
    assert page.status == 403 and "Ask an administrator of the provider for access" in page.text
    assert "Helen Okafor" in page.text and "Open the plans" not in page.text


def test_a_learner_is_refused(sqlite_world: World) -> None:
    _browser, page = arrive(sqlite_world, "physician-md", cme_activity=KEY)
    assert page.status == 403 and "staff_only" in page.text


@pytest.mark.parametrize("how", ["expired", "wrong-nonce", "foreign-iss", "broken-signature", "unknown-deployment"])
def test_a_message_that_is_too_old_used_or_of_another_platform_opens_nothing(sqlite_world: World, how: str) -> None:
    link = sqlite_world.lms.add_placement(PLAN_LINK)
    page = sqlite_world.launch_as("instructor", link, how)
    assert page.status in (400, 403) and "Plan activities" not in page.text
