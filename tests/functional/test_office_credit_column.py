"""The switch for credit in the gradebook, on the page of a learning platform."""

from __future__ import annotations

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.services.line_item import CREDIT_LINK
from tests.functional.office_world import invited
from tests.functional.staff_world import NOW, World, text_of, world_on_sqlite

__all__ = ["world_on_sqlite"]
OTHER = "Another Medical School"


def platform_of(world: World) -> str:
    """Of the only deployment, once somebody has come from it."""
    world.enter()
    with world.db() as db:
        return db.query(models.Deployment).filter_by(deployment_id="1").one().platform_id


def is_on(world: World) -> bool:
    with world.db() as db:
        return db.query(models.Deployment).filter_by(deployment_id="1").one().sends_credit


def test_the_office_switches_it_on_and_off(world: World) -> None:
    platform = platform_of(world)
    office = invited(world, Capability.CONFIGURE)
    page = text_of(office.get(f"/connections/{platform}"))
    assert "Credit is not sent" in page and "does not count towards the course total" in page
    assert office.post(f"/connections/{platform}/credit-columns", deployment="1", on="yes").status_code == 303
    assert is_on(world) and "Send no more credit" in text_of(office.get(f"/connections/{platform}"))
    assert office.post(f"/connections/{platform}/credit-columns", deployment="1", on="no").status_code == 303
    assert not is_on(world)


def test_the_page_says_where_no_column_can_be_made(world: World) -> None:
    platform = platform_of(world)
    with world.db() as db:
        db.query(models.Placement).update({"scopes": ""})
    page = text_of(invited(world, Capability.CONFIGURE).get(f"/connections/{platform}"))
    assert "does not let the tool make columns" in page


def test_the_page_says_what_is_being_done_and_what_differs(world: World) -> None:
    platform = platform_of(world)
    office = invited(world, Capability.CONFIGURE)
    office.post(f"/connections/{platform}/credit-columns", deployment="1", on="yes")
    with world.db() as db:
        link = db.query(models.Placement).filter(models.Placement.activity_id.is_not(None)).first()
        assert link is not None
        column = models.Placement(
            course_id=link.course_id,
            resource_link_id=f"{CREDIT_LINK}{link.activity_id}",
            credit_activity_id=link.activity_id,
            credit_maximum=1,
            lms_maximum=4.0,
            credit_cursor="",
            created_at=NOW,
        )
        db.add(column)
    page = text_of(office.get(f"/connections/{platform}"))
    assert "1 column is still being looked through" in page and "1 column has another maximum" in page
    office.post(f"/connections/{platform}/credit-columns", deployment="1", on="no")
    assert "looked through" not in text_of(office.get(f"/connections/{platform}"))


def test_nobody_else_switches_it(world: World) -> None:
    platform = platform_of(world)
    form = {"deployment": "1", "on": "yes"}
    planner = invited(world, Capability.PLAN)
    assert planner.post(f"/connections/{platform}/credit-columns", **form).status_code == 403
    world.place(provider=OTHER)
    stranger = invited(world, Capability.CONFIGURE, provider=OTHER, email="far@example.org")
    assert stranger.post(f"/connections/{platform}/credit-columns", **form).status_code == 404
    own = invited(world, Capability.CONFIGURE, email="own@example.org")
    unknown = own.post(f"/connections/{platform}/credit-columns", deployment="99", on="yes")
    assert unknown.status_code == 404 and not is_on(world)
