"""The instructor's results: what is counted, how it is found, and who may see it."""

from __future__ import annotations

import re
from html import unescape

from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.launch import Role
from tests.functional.staff_facts import Did, take_part
from tests.functional.staff_world import Person, World, text_of, world
from tests.unit.lti_tool.domain.builders import activity

__all__ = ["world"]


def fill(world: World, person: Person, *everybody: Did) -> list[str]:
    """Adds learners to the person's course; gives their participations' keys."""
    assert person.visit.activity_id is not None
    with world.db() as db:
        course, key = person.visit.course_id, person.visit.activity_id
        return [take_part(db, activity(), key, course, did) for did in everybody]


def tiles(page: str) -> dict[str, str]:
    """Label to value."""
    found = re.findall(
        r'<div class="stat[^"]*"><dt>(.*?)</dt><dd class="stat__value"><bdi>(.*?)</bdi>', page, re.DOTALL
    )
    return {unescape(label): unescape(value) for label, value in found}


STARTED = Did("Ann Aarons", has_read=False, pre=None, has_studied=False, posts=(), has_evaluated=False, amount="")
FAILED = Did("Bo Berg", posts=(0, 1), has_evaluated=False, amount="")


def test_tiles_and_rows_tell_who_is_where(world: World) -> None:
    instructor = world.staff()
    fill(world, instructor, STARTED, FAILED, Did("Cy Cole"), Did("Di Dahl", posts=(1, 2), amount="0.50"))
    answer = instructor.get("/staff/")
    assert answer.status_code == 200
    assert tiles(answer.get_data(as_text=True)) == {
        "Began": "4",
        "Passed the post-test": "2",
        "Completed": "2",
        "Claimed credit": "2",
        "Certificates": "2",
    }
    page = text_of(answer)
    assert "AMA PRA Category 1 Credit™: 1.50" in page
    assert "Ann Aarons Where Information and disclosure Pre-test – " in page
    assert "Bo Berg Where Post-test Pre-test 100% Best post-test 33% Attempts 2 Change (points) −67" in page
    assert "Di Dahl Where Completed Pre-test 100% Best post-test 67% Attempts 2 Change (points) −33" in page
    assert "−33 Evaluated Yes Credit 0.50" in page


def test_credit_of_several_bodies_is_never_added_up(world: World) -> None:
    instructor = world.staff()
    fill(world, instructor, Did("Cy Cole", further={"ancc": "0.75"}), Did("Di Dahl", further={"ancc": "1.00"}))
    answer = instructor.get("/staff/")
    page, shown = text_of(answer), tiles(answer.get_data(as_text=True))
    assert shown["Claimed credit"] == shown["Certificates"] == "2"
    assert "AMA PRA Category 1 Credit™: 2.00; ANCC contact hours: 1.75" in page
    assert "Credit AMA PRA Category 1 Credit™: 1.00 ANCC contact hours: 0.75 Certificate C-" in page
    line = next(
        one for one in instructor.get("/staff/results.csv").get_data(as_text=True).splitlines() if "Cole" in one
    )
    assert '"AMA PRA Category 1 Credit™: 1.00; ANCC contact hours: 0.75","C-' in line and line.count("C-") == 1


def test_trials_staff_and_other_courses_are_not_counted(world: World) -> None:
    instructor, elsewhere = world.staff(), world.staff(course="course-2")
    world.enter(Role.INSTRUCTOR, subject="somebody")
    fill(world, instructor, Did("A trial", is_trial=True), Did("A teacher", is_staff=True), Did("One learner"))
    fill(world, elsewhere, Did("Far away"))
    page = text_of(instructor.get("/staff/"))
    assert "One learner" in page
    assert not [name for name in ("A trial", "A teacher", "Far away") if name in page]
    assert tiles(instructor.get("/staff/").get_data(as_text=True))["Began"] == "1"


def test_somebody_without_name_has_a_short_id(world: World) -> None:
    instructor = world.staff()
    fill(world, instructor, Did(""))
    assert re.search(r"Learner without shared name [0-9A-F]{6} ", text_of(instructor.get("/staff/")))


def test_search_sort_and_pages(world: World) -> None:
    instructor = world.staff()
    fill(world, instructor, *(Did(f"Person {number:03}x", posts=(number % 4,), amount="") for number in range(53)))
    first = text_of(instructor.get("/staff/"))
    assert "Page 1 of 2" in first and "Person 049" in first and "Person 050" not in first
    assert "Person 050" in text_of(instructor.get("/staff/?page=2"))
    assert "Person 052" in text_of(instructor.get("/staff/?page=99999"))
    assert "Person 052" in text_of(instructor.get("/staff/?sort=name-back&page=x"))
    found = text_of(instructor.get("/staff/?search=PERSON+017X"))
    assert "1 learner" in found and "Person 017" in found and "Person 018" not in found
    assert "No learner matches" in text_of(instructor.get("/staff/?search=nobody"))
    furthest = text_of(instructor.get("/staff/?sort=state-back"))
    assert furthest.index("Person 051") < furthest.index("Person 049")


def test_nothing_yet(world: World) -> None:
    assert "Nobody has begun yet" in text_of(world.staff().get("/staff/"))


def test_the_detail_tells_the_facts_in_order(world: World) -> None:
    instructor = world.staff()
    [key] = fill(world, instructor, Did("Di Dahl", posts=(1, 3)))
    page = text_of(instructor.get(f"/staff/learners/{key}"))
    order = [
        "Opened the activity",
        "Acknowledged the information",
        "Pre-test, attempt 1: 1 of 1",
        "Finished the content",
        "Post-test, attempt 1: 1 of 3 (not passed)",
        "Post-test, attempt 2: 3 of 3 (passed)",
        "Answered the evaluation",
        "Claimed 1 credits",
        "Certificate C-",
    ]
    places = [page.index(words) for words in order]
    assert places == sorted(places)


def test_names_are_shown_as_text(world: World) -> None:
    instructor = world.staff()
    [key] = fill(world, instructor, Did("<script>alert(1)</script>"))
    for rule in ("/staff/", f"/staff/learners/{key}", "/staff/certificates"):
        assert "<script>alert" not in instructor.get(rule).get_data(as_text=True)


def test_certificates_are_listed(world: World) -> None:
    instructor = world.staff()
    fill(world, instructor, Did("Cy Cole"), Did("Di Dahl", is_awarded=False), STARTED)
    page = text_of(instructor.get("/staff/certificates"))
    assert "2 certificates" in page and "Cy Cole" in page and "participation" in page


def test_details_of_others_do_not_exist(world: World) -> None:
    """Another course, another activity, another provider, a test run, a member of staff: all the same 404."""
    instructor = world.staff()
    world.place(activity(key="second", title="Second"))
    world.place(provider="Another school")
    foreign = world.staff(provider="Another school", deployment="2")
    hidden = [
        *fill(world, world.staff(course="course-2"), Did()),
        *fill(world, world.staff(link="link-2", key="second"), Did()),
        *fill(world, foreign, Did()),
        *fill(world, instructor, Did(is_trial=True), Did(is_staff=True)),
    ]
    for key in (*hidden, "no-such", "x" * 500):
        assert instructor.get(f"/staff/learners/{key}").status_code == 404


def test_staff_of_a_link_without_activity_choose_one(world: World) -> None:
    instructor = world.staff(key="")
    assert instructor.get("/staff/home").headers["Location"].endswith("/staff/bind")
    assert instructor.get("/staff/").status_code == 404
    assert instructor.post("/staff/bind", choose="hypertension:post-test").status_code == 303
    with world.db() as db:
        row = db.scalars(select(models.Placement)).one()
        assert (row.activity_id is not None, row.step) == (True, "post-test")
    assert "This link opens: Post-test." in text_of(instructor.get("/staff/home"))
