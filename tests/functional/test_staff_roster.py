"""Who has not started, by the LMS's list; nobody gets an account for being listed."""

from __future__ import annotations

import pytest

from lti_tool.db import models
from tests.functional.browsing import Browser
from tests.functional.test_access import dump
from tests.functional.world import World


@pytest.fixture
def staff(world: World) -> tuple[Browser, str]:
    instructor = world.enter("instructor")
    return instructor, instructor.open(world.placement()).session_id


def test_those_who_came_are_told_from_those_who_did_not(world: World, staff: tuple[Browser, str]) -> None:
    learner = world.enter("physician-md")
    assert learner.open(world.placement()).status == 200
    instructor, session_id = staff
    page = instructor.get(f"/s/{session_id}/staff/roster")
    assert page.status == 200 and "not kept" in page.text
    before = dump(world)
    shown = instructor.submit(page, button="Ask the learning platform")
    assert shown.status == 200, shown
    assert "have started 1" in shown.text
    with world.db() as db:
        own = db.query(models.Learner).join(models.Participation).filter_by(is_trial=False).one().lms_name
    assert own and own not in shown.text
    after = dump(world)
    for table in ("learner", "course_member", "participation"):
        assert after[table] == before[table]


@pytest.mark.parametrize("is_shared", [True, False])
def test_addresses_have_a_column_only_where_the_lms_shares_them(sqlite_world: World, is_shared: bool) -> None:
    sqlite_world.lms.share_names(is_shared)
    instructor = sqlite_world.enter("instructor")
    session_id = instructor.open(sqlite_world.placement()).session_id
    page = instructor.get(f"/s/{session_id}/staff/roster")
    shown = instructor.submit(page, button="Ask the learning platform")
    assert "learners have not started" in shown.text
    assert ("E-mail" in shown.text) is is_shared


def test_learners_may_not_see_it(world: World) -> None:
    learner = world.enter("physician-md")
    session_id = learner.open(world.placement()).session_id
    assert learner.get(f"/s/{session_id}/staff/roster").status == 403


def test_an_lms_that_shares_no_list_is_told_so(world: World, staff: tuple[Browser, str]) -> None:
    with world.db() as db:
        for row in db.query(models.Course):
            row.roster_url = None
    page = staff[0].get(f"/s/{staff[1]}/staff/roster")
    assert page.status == 404 and "roster_absent" in page.text


def test_an_lms_that_fails_is_told_so(world: World, staff: tuple[Browser, str]) -> None:
    instructor, session_id = staff
    page = instructor.get(f"/s/{session_id}/staff/roster")
    world.lms.fail_next("500", service="members")
    refused = instructor.submit(page, button="Ask the learning platform")
    assert refused.status == 503
    assert instructor.submit(page, button="Ask the learning platform").status == 200
