"""Overview, test runs, learning outcomes, evaluation, grade deliveries, and what a link opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from lti_tool.db import models
from tests.functional.staff_facts import Did, take_part
from tests.functional.staff_world import NOW, Person, World, text_of, world
from tests.unit.lti_tool.domain.builders import activity

__all__ = ["world"]
ANSWERS = {"fair": "yes", "met": "3", "change": ["1", "2"], "more": "Zebra comment"}


def fill(world: World, person: Person, *everybody: Did) -> list[str]:
    key, course = person.visit.activity_id, person.visit.course_id
    assert key is not None
    with world.db() as db:
        return [take_part(db, activity(), key, course, did) for did in everybody]


def test_a_test_run_is_wiped_and_nothing_else(world: World) -> None:
    instructor = world.staff(subject="teacher")
    [kept, others] = fill(world, instructor, Did("A learner"), Did("Another teacher", is_trial=True))
    assert "You began a test run on" in text_of(instructor.get("/staff/home"))
    with world.db() as db:
        own = db.scalars(
            select(models.Participation).where(models.Participation.learner_id == instructor.visit.learner_id)
        ).one()
        own_id = own.id
        db.add(models.Study(participation_id=own_id, item="page", first_opened_at=NOW))
    assert instructor.post("/staff/test-run/wipe").status_code == 303
    with world.db() as db:
        assert set(db.scalars(select(models.Participation.id))) == {kept, others}
        assert own_id not in set(db.scalars(select(models.Study.participation_id)))
        assert len(db.scalars(select(models.CreditEntry)).all()) == 2
    assert "You began a test run on" not in text_of(instructor.get("/staff/home"))
    assert instructor.post("/staff/test-run/wipe").status_code == 303


def test_what_staff_did_as_a_learner_elsewhere_stays(world: World) -> None:
    learner = world.enter(subject="both", course="course-2")
    instructor = world.staff(subject="both")
    instructor.post("/staff/test-run/wipe")
    with world.db() as db:
        rows = db.scalars(select(models.Participation)).all()
        assert [(row.learner_id, row.is_trial) for row in rows] == [(learner.visit.learner_id, False)]


def test_matched_pairs_and_questions(world: World) -> None:
    instructor = world.staff()
    fill(world, instructor, *(Did(f"P{number}", pre=number % 2, posts=(number % 3 + 1,)) for number in range(4)))
    fill(world, instructor, Did("No pre-test", pre=None), Did("No post-test", posts=(), amount=""))
    page = text_of(instructor.get("/staff/outcomes"))
    assert "Mean score of 4 learners who took both tests" in page
    assert "Pre-test 50 %" in page or "Pre-test 50%" in page
    assert "hidden (4)" in page
    fill(world, instructor, Did("Fifth", pre=1, posts=(2, 3)))
    page = text_of(instructor.get("/staff/outcomes"))
    assert "Mean score of 5 learners who took both tests" in page
    assert "Which? p1 Pre-test 60% (5) Post-test –" in page
    assert "Which? q1 Pre-test – Post-test 100% (5)" in page
    assert "hidden" not in page.replace("are hidden", "")


def test_nothing_to_compare_yet(world: World) -> None:
    assert "No pairs yet" in text_of(world.staff().get("/staff/outcomes"))


def test_few_evaluations_are_not_shown(world: World) -> None:
    instructor = world.staff()
    fill(world, instructor, *(Did(f"P{number}", evaluation=ANSWERS) for number in range(4)))
    page = text_of(instructor.get("/staff/evaluation"))
    assert "4 learners of this course have answered" in page and "Not shown yet" in page
    assert "Zebra" not in page


def test_evaluations_are_counted_and_texts_are_apart_from_people(world: World) -> None:
    instructor, elsewhere = world.staff(), world.staff(course="course-2")
    for number in range(6):
        fill(world, instructor, Did(f"P{number}", evaluation={**ANSWERS, "more": f"<b>Comment {9 - number}</b>"}))
    fill(world, elsewhere, Did("Far away", evaluation={**ANSWERS, "more": "From afar"}))
    answer = instructor.get("/staff/evaluation")
    page = text_of(answer)
    assert "Free of bias? 6 answers" in page and "YES Answers 6 Share 100%" in page
    assert [page.index(f"Comment {number}") for number in range(4, 10)] == sorted(
        page.index(f"Comment {number}") for number in range(4, 10)
    )
    assert "From afar" not in page and "P1" not in page
    assert "<b>Comment" not in answer.get_data(as_text=True)


def deliver(world: World, participation_id: str, placement_id: str | None, **values: Any) -> str:
    with world.db() as db:
        learner = db.get_one(models.Participation, participation_id).learner_id
        placement = db.get_one(models.Placement, placement_id)
        row = models.Delivery(
            learner_id=learner,
            placement_id=placement.id,
            platform_id=placement.course.deployment.platform_id,
            line_item="https://lms.example/items/1",
            given=80,
            maximum=100,
            stamp=NOW,
            next_at=NOW + timedelta(hours=1),
            created_at=NOW,
            queued_at=NOW,
            **{"state": "parked", "outcome": "rejected", "status": 400, "answer": "<i>user is unknown</i>", **values},
        )
        db.add(row)
        db.flush()
        return row.id


def test_deliveries_show_the_platforms_own_words_and_are_retried(world: World) -> None:
    instructor = world.staff()
    [one, two] = fill(world, instructor, Did("Cy Cole"), Did("Di Dahl"))
    parked = deliver(world, one, instructor.visit.placement_id, tries=1)
    done = deliver(
        world, two, instructor.visit.placement_id, state="delivered", outcome="delivered", status=200, answer=""
    )
    answer = instructor.get("/staff/grades")
    page = text_of(answer)
    assert "Cy Cole" in page and "80 / 100" in page and "Needs attention" in page
    assert "Refused; trying again helps only" in page and "(400)" in page
    assert "&lt;i&gt;user is unknown" in answer.get_data(as_text=True)
    assert f"/staff/grades/{parked}/retry" in answer.get_data(as_text=True) and "Tried 1 time" in page
    assert f"/staff/grades/{done}/retry" not in answer.get_data(as_text=True)
    assert "Di Dahl" not in text_of(instructor.get("/staff/grades?state=parked"))
    assert "Needs attention" in text_of(instructor.get("/staff/?search=cole"))
    assert instructor.post(f"/staff/grades/{parked}/retry").status_code == 303
    with world.db() as db:
        assert db.get_one(models.Delivery, parked).state == "waiting"
    again = instructor.get("/staff/grades?state=waiting").get_data(as_text=True)
    assert "Due now: it is sent as soon as your learning platform answers" in again and "Next try" not in again
    assert f"/staff/grades/{parked}/retry" not in again
    assert instructor.post(f"/staff/grades/{done}/retry").status_code == 409
    other = world.staff(course="course-2")
    assert other.post(f"/staff/grades/{parked}/retry").status_code == 404
    assert "Cy Cole" not in text_of(other.get("/staff/grades"))


def test_a_link_may_change_until_a_learner_has_begun(world: World) -> None:
    world.place(activity(key="second", title="Second activity"))
    instructor = world.staff()
    world.enter()
    assert instructor.post("/staff/bind", choose="second").status_code == 303
    assert "Second activity" in text_of(instructor.get("/staff/home"))
    assert instructor.post("/staff/bind", choose="hypertension").status_code == 303
    again = world.staff()
    fill(world, again, Did())
    assert again.post("/staff/bind", choose="second").status_code == 409
    assert "can no longer be changed" in text_of(again.get("/staff/bind"))
    assert again.post("/staff/bind", choose="hypertension").status_code == 303


def test_choosing_nothing_says_so(world: World) -> None:
    answer = world.staff(key="").post("/staff/bind")
    assert answer.status_code == 422
    assert "Choose an activity or a step" in text_of(answer)
