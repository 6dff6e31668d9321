"""Cases and polls on pages: answering, reading why, seeing peers, going on; for learners, staff and planners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from lti_tool.domain.activity import Activity, Content, ContentItem, ContentKind, Requirement, Step
from lti_tool.domain.assessment import Question, QuestionKind
from lti_tool.domain.launch import Role
from tests.functional.pages import Page
from tests.functional.plan_pages import page_of
from tests.functional.staff_world import PROVIDER, Person, World, make_world
from tests.functional.test_plan_pages import imported
from tests.unit.lti_tool.domain.builders import activity, entries, single

HOSTILE = "<script>alert('x')</script>"
CASE = ContentItem(
    "case",
    ContentKind.CASE,
    "A pause at night",
    body="A man of 60.",
    question=replace(single("c1"), rationale=f"Because of the node. {HOSTILE}", references=("r1",)),
)
POLL = ContentItem(
    "poll",
    ContentKind.POLL,
    f"Poll {HOSTILE}",
    question=Question("poll", QuestionKind.MULTIPLE, HOSTILE, entries("x", "y")),
)
LAST = ContentItem("last", ContentKind.PAGE, "The last page", body="Done.")
FREE = replace(POLL, key="free", is_required=False, question=replace(POLL.question, key="free"))  # type: ignore[type-var]


def taught(**changes: Any) -> Activity:
    """Nothing but the information page and content with a case and two polls."""
    steps = dict.fromkeys((Step.PRE_TEST, Step.POST_TEST, Step.EVALUATION), Requirement.ABSENT)
    required = {Step.INFORMATION: Requirement.REQUIRED, Step.CONTENT: Requirement.REQUIRED, **steps}
    made = {
        "content": Content((CASE, POLL, FREE, LAST)),
        "requirements": required,
        "references": {"r1": "Doe J. On pauses. 2024."},
    }
    return activity(**{**made, "pre_test": None, "post_test": None, "evaluation": None, **changes})


@pytest.fixture
def clinic(migrated_sqlite_url: str) -> Iterator[World]:
    made = make_world(migrated_sqlite_url)
    made.place(taught())
    yield made
    made.close()


def begun(world: World, **how: Any) -> Person:
    """A learner who has acknowledged the information page."""
    person = world.enter(**how)
    page = page_of(person.get("/information"))
    fields = dict(page.form("Confirm and continue").fields) | {"acknowledged": "yes"}
    fields.pop("csrf_token")
    assert person.post("/information", **fields).status_code == 303
    return person


def looked(person: Person, item: str, status: int = 200) -> Page:
    answer = person.get(f"/content/{item}")
    assert answer.status_code == status
    return page_of(answer)


def sent(person: Person, item: str, **fields: Any) -> Any:
    action = looked(person, item).form("Answer").action.partition(person.session_id)[2]
    return person.post(action, **{name.replace("_", "."): value for name, value in fields.items()})


def answered(person: Person, item: str, **fields: Any) -> Page:
    assert sent(person, item, **fields).status_code == 303
    return looked(person, item)


def test_the_case_teaches_after_the_answer(clinic: World) -> None:
    person = begun(clinic)
    before = looked(person, "case")
    assert "A man of 60." in before.text and "not graded" in before.text
    assert "Because of the node" not in before.html and "On pauses" not in before.html
    assert "What others chose" not in before.text and "Next" not in before.text
    after = answered(person, "case", q_c1="b")
    for words in ("Not correct", "Correct answer", "Your answer", "Because of the node.", "Doe J. On pauses. 2024."):
        assert words in after.text
    assert "once at least 5 others have answered" in after.text and "Next" in after.text
    assert [form for form in after.forms if form.action.endswith("/answer")] == []


def test_a_right_answer_and_the_poll_and_on(clinic: World) -> None:
    person = begun(clinic)
    assert "Not correct" not in answered(person, "case", q_c1="a").text
    poll = answered(person, "poll", q_poll=["x", "y"])
    assert "Your answer" in poll.text and "Correct" not in poll.text and "no right answer" not in poll.text
    for item in ("free", "last"):
        looked(person, item)
    assert person.post("/content").status_code == 303
    assert "You have studied the content" in page_of(person.get("/content")).text


def test_what_need_not_be_answered_can_be_passed_over(clinic: World) -> None:
    person = begun(clinic)
    answered(person, "case", q_c1="b")
    answered(person, "poll", q_poll="x")
    free = looked(person, "free")
    assert "Next" in free.text and free.form("Answer").action.endswith("/answer")
    assert looked(person, "last").status == 200


def test_nothing_behind_the_case_opens_by_its_address(clinic: World) -> None:
    person = begun(clinic)
    action = looked(person, "case").form("Answer").action.partition(person.session_id)[2]
    view = action.split("/")[4]
    for item in ("poll", "free", "last"):
        refused = looked(person, item, 403)
        assert "opens with your answer" in refused.text and "Answer “A pause at night”" in refused.text
        assert any(href.endswith("/content/case") for _, href in refused.links)
        for what, fields in (("time", {"seconds": "5"}), ("read", {}), ("answer", {"q.poll": "x"})):
            assert person.post(f"/content/{item}/views/{view}/{what}", **fields).status_code == 403
    listed = page_of(person.get("/content"))
    assert "opens with an answer" in listed.text and not any("/content/last" in href for _, href in listed.links)
    assert person.post("/content").status_code == 409
    assert person.post(f"/content/case/views/{view}/read").headers["Location"].endswith("/content/case")


def test_a_second_post_changes_nothing(clinic: World) -> None:
    person = begun(clinic)
    action = looked(person, "case").form("Answer").action.partition(person.session_id)[2]
    for value in ("b", "b", "a", "zz"):
        assert person.post(action, **{"q.c1": value}).status_code == 303
    assert "Not correct" in looked(person, "case").text


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({}, 422, "This question is not answered yet."),
        ({"q_c1": "zz"}, 422, "This answer could not be read."),
        ({"q_c1": HOSTILE}, 422, "This answer could not be read."),
        ({"q_other": "a"}, 422, "not part of your activity"),
    ],
)
def test_what_is_no_answer_is_told(clinic: World, fields: dict[str, str], status: int, words: str) -> None:
    person = begun(clinic)
    answer = sent(person, "case", **fields)
    page = page_of(answer)
    assert answer.status_code == status and words in page.text and HOSTILE not in page.html
    assert "Because of the node" not in page.html
    assert looked(person, "poll", 403).status == 403


def test_peers_are_shown_in_words_once_they_are_enough(clinic: World) -> None:
    for value in ("a", "a", "b", "b", "b"):
        answered(begun(clinic), "case", q_c1=value)
    shown = answered(begun(clinic), "case", q_c1="a")
    assert "40 % · 2 learners" in shown.text and "60 % · 3 learners" in shown.text
    assert "5 other learners answered." in shown.text


def test_a_test_run_by_staff_counts_nowhere(clinic: World) -> None:
    for value in ("a", "a", "b", "b"):
        answered(begun(clinic), "case", q_c1=value)
    staff = begun(clinic, role=Role.INSTRUCTOR)
    answered(staff, "case", q_c1="c")
    assert "once at least 5 others" in answered(begun(clinic), "case", q_c1="a").text
    outcomes = page_of(staff.get("/staff/outcomes"))
    assert "Cases and polls in the content" in outcomes.text and "5 learners answered" in outcomes.text
    assert "A (right)" in outcomes.text and "hidden (0)" in outcomes.text and HOSTILE not in outcomes.html


def test_hostile_texts_are_shown_as_words(clinic: World) -> None:
    person = begun(clinic)
    pages = [answered(person, "case", q_c1="b"), looked(person, "poll"), page_of(person.get("/content"))]
    assert all(HOSTILE not in page.html for page in pages)


def test_another_providers_item_does_not_exist(clinic: World) -> None:
    foreign = taught(content=Content((replace(CASE, key="theirs"), LAST)))
    clinic.place(foreign, provider="Another School")
    theirs = begun(clinic, provider="Another School", deployment="2", course="theirs", link="theirs")
    ours = begun(clinic)
    action = looked(theirs, "theirs").form("Answer").action.partition(theirs.session_id)[2]
    assert looked(ours, "theirs", 404).status == 404
    assert ours.post(action, **{"q.c1": "a"}).status_code == 404
    assert ours.post(action.replace("theirs", "case"), **{"q.c1": "a"}).status_code == 404
    assert looked(theirs, "theirs").form("Answer").action.endswith("/answer")


def test_the_preview_shows_the_question_and_what_follows(migrated_sqlite_url: str) -> None:
    world = make_world(migrated_sqlite_url)
    try:
        planner = imported(world, "cases-ecg-rhythms")
        page = planner.get("/preview/nurse/content")
        assert "Case 1: Pauses on the ward" in page.text and "After the answer" in page.text
        assert "How confident are you" in page.text and PROVIDER not in page.heading
        form = planner.form("content")
        case, poll = "content.items.case-pause", "content.items.poll-pacing"
        known = dict(form.fields)
        assert known[f"{case}.kind"] == "case" and known[f"{case}.question"] == "c-pause"
        assert known[f"{poll}.choices.alone.text"] == "Confident, I have done it"
        planner.save(
            "content", {f"{case}.question": "c-collapse", f"{poll}.several": "yes", f"{poll}.required": ["no"]}
        )
        again = dict(planner.form("content").fields)
        assert again[f"{case}.question"] == "c-collapse" and again[f"{poll}.several"] == "yes"
        planner.save("content", {f"{case}.question": ""})
        assert "asks no question" in planner.get("/content").text
        added = planner.add("content", "content.items:poll")
        planner.add("content", f"content.items.{added}.choices")
        assert f"content.items.{added}.stem" in planner.form("content").names
    finally:
        world.close()
