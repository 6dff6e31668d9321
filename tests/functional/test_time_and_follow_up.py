"""Pages of timed tests, of more time for one learner, and of commitments to change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.evaluation import Evaluation, EvaluationItem, Family, ItemKind
from tests.functional.staff_world import Person, World, make_world, text_of
from tests.unit.lti_tool.domain.builders import EVALUATION, POST_TEST, activity
from tests.unit.lti_tool.services.learning import only

PROMISE = EvaluationItem("promise", ItemKind.COMMITMENT, "What will you change?", Family.INTENT, follow_up_days=90)
WORDS = "I will measure twice."


def timed() -> Activity:
    test = replace(POST_TEST, time_limit_minutes=20)
    form = Evaluation((*EVALUATION.items, PROMISE))
    steps = only(Step.POST_TEST, Step.EVALUATION)
    return activity(post_test=test, evaluation=form, content=None, pre_test=None, requirements=steps)


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    made = make_world(migrated_sqlite_url)
    made.place(timed())
    yield made
    made.close()


def acknowledge(person: Person) -> None:
    html = person.get("/information").get_data(as_text=True)
    found = re.search(r'name="fingerprint" value="(\w+)"', html)
    assert found is not None
    assert person.post("/information", fingerprint=found[1], acknowledged="yes").status_code == 303


def attempt_address(person: Person) -> str:
    html = person.get("/post-test").get_data(as_text=True)
    found = re.search(r"(/post-test/attempts/\w+)\"", html)
    assert found is not None, html
    return found[1]


RIGHT = {f"q.{question.key}": "a" for question in POST_TEST.questions}


def answer(person: Person, action: str = "submit") -> int:
    form = {"revision": "0", "tab": "1", "action": action, **RIGHT}
    return person.post(attempt_address(person), **form).status_code


def test_the_time_is_told_before_and_during_the_test(world: World) -> None:
    person = world.enter()
    acknowledge(person)
    assert "There is a time limit of 20 minutes" in text_of(person.get("/information"))
    assert "20 minutes; answers are saved as you give them" in text_of(person.get("/post-test"))
    person.post("/post-test/start")
    world.clock.now += timedelta(minutes=5)
    text = text_of(person.get("/post-test"))
    assert "15 minutes left" in text and "There is no time limit" not in text


def test_what_was_saved_is_the_result_when_the_time_is_up(world: World) -> None:
    person = world.enter()
    acknowledge(person)
    person.post("/post-test/start")
    assert answer(person, "save") == 303
    world.clock.now += timedelta(minutes=30)
    assert "You have passed" in text_of(person.get("/post-test"))


def test_staff_grant_one_learner_more_time(world: World) -> None:
    person, staff = world.enter(name="Lee Learner"), world.staff()
    acknowledge(person)
    person.post("/post-test/start")
    found = re.search(r"/staff/learners/(\w{32})", staff.get("/staff/").get_data(as_text=True))
    assert found is not None
    address = f"/staff/learners/{found[1]}"
    assert "The limit is 20 minutes." in text_of(staff.get(address))
    assert staff.post(f"{address}/time", extra="x", reason="").status_code == 422
    assert staff.post(f"{address}/time", extra="15", reason="Approved").status_code == 303
    assert "This learner has 15 minutes more." in text_of(staff.get(address))
    assert "35 minutes left" in text_of(person.get("/post-test"))
    assert person.post(f"{address}/time", extra="99", reason="Mine").status_code == 403
    assert world.staff(course="another", link="l2").post(f"{address}/time", extra="9", reason="x").status_code == 404


def evaluate(person: Person) -> None:
    acknowledge(person)
    person.post("/post-test/start")
    assert answer(person) == 303
    form = {"e.fair": "yes", "e.met.met": "3", "e.change": "1", "e.promise": WORDS}
    sent = person.post("/evaluation", **form)
    assert sent.status_code == 303, text_of(sent)


def promise_key(person: Person) -> str:
    found = re.search(r'name="key" value="([\w-]+)"', person.get("/follow-up").get_data(as_text=True))
    assert found is not None
    return found[1]


def test_a_learner_is_asked_what_became_of_the_commitment(world: World) -> None:
    person = world.enter()
    assert "You have made no commitment here" in text_of(person.get("/follow-up"))
    evaluate(person)
    assert WORDS in text_of(person.get("/follow-up"))
    key = promise_key(person)
    refused = person.post("/follow-up", key=key)
    assert refused.status_code == 422 and "Choose what became of it." in text_of(refused)
    sent = person.post("/follow-up", **{"key": key, f"outcome.{key}": "partly", f"note.{key}": "No time."})
    assert sent.status_code == 303
    assert person.post("/follow-up", key="other").status_code == 404
    assert "1 made, 0 due for follow-up, 1 answered." in text_of(world.staff().get("/staff/evaluation"))
    assert WORDS not in text_of(world.staff().get("/staff/evaluation"))


def test_the_form_says_that_this_one_answer_stays_with_the_learner(world: World) -> None:
    person = world.enter()
    acknowledge(person)
    person.post("/post-test/start")
    answer(person)
    assert "This one answer is kept with you" in text_of(person.get("/evaluation"))
