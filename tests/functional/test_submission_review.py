"""A grade that is opened in the gradebook (LTI Submission Review 1.0): staff see that learner, learners their own."""

from __future__ import annotations

import pytest

from lti_tool.db import models
from tests.functional.browsing import Browser
from tests.functional.world import World


@pytest.fixture
def began(world: World) -> str:
    """Key of what the nurse began; the physician of the same course began too."""
    for person in ("physician-md", "nurse"):
        assert world.enter(person).open(world.placement()).status == 200
    with world.db() as db:
        subject = world.lms.subject(world.lms.person("nurse"))
        row = db.query(models.Participation).join(models.Learner).filter(models.Learner.subject == subject).one()
        return row.id


def test_staff_are_led_to_the_learner_whose_grade_it_is(world: World, began: str) -> None:
    instructor = world.enter("instructor")
    page = instructor.review(world.placement(), "nurse")
    assert page.status == 200 and page.path.endswith(f"/staff/learners/{began}"), page
    assert "Joy Mensah" in page.text and "Ana Rivera" not in page.text


def test_the_way_through_a_window_of_its_own_leads_there_too(sqlite_world: World) -> None:
    learner = sqlite_world.enter("nurse")
    learner.open(sqlite_world.placement())
    instructor = sqlite_world.enter("instructor")
    instructor.keeps_cookies = False
    page = instructor.review(sqlite_world.placement(), "nurse")
    assert 'name="about"' in page.html
    instructor.keeps_cookies = True
    opened = instructor.submit(page)
    assert "/staff/learners/" in opened.path, opened


def test_a_grade_of_somebody_who_never_began_leads_to_the_list(sqlite_world: World) -> None:
    page = sqlite_world.enter("instructor").review(sqlite_world.placement(), "nurse")
    assert page.status == 200 and page.path.endswith("/staff/"), page


def test_learners_see_their_own_and_nobody_elses(sqlite_world: World) -> None:
    nurse, physician = sqlite_world.enter("nurse"), sqlite_world.enter("physician-md")
    own = nurse.review(sqlite_world.placement(), "nurse")
    assert own.status == 200 and own.path.endswith("/information"), own
    assert_not_staff(physician, sqlite_world)


def assert_not_staff(person: Browser, world: World) -> None:
    """A row key in the address opens nothing: the page asks for staff of the course."""
    session_id = person.open(world.placement()).session_id
    with world.db() as db:
        keys = [row.id for row in db.query(models.Participation)]
    assert keys
    for key in keys:
        assert person.get(f"/s/{session_id}/enter?about={key}").path.endswith("/information")
        assert person.get(f"/s/{session_id}/staff/learners/{key}").status == 403
