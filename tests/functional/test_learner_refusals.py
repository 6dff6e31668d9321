"""What learners' pages refuse, and what they keep when something goes wrong, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lti_tool.domain.activity import Step
from lti_tool.services.activity import import_activity
from tests.functional.browsing import Browser
from tests.functional.learner_walk import (
    KEY,
    acknowledge,
    begin,
    filled,
    given,
    start,
    study,
    take,
    the_test,
)
from tests.functional.pages import Page
from tests.functional.world import World, sample

LOCKED = (
    ("GET", "/pre-test"),
    ("POST", "/pre-test/start"),
    ("GET", "/content"),
    ("POST", "/content"),
    ("GET", "/content/measure"),
    ("GET", "/post-test"),
    ("POST", "/post-test/start"),
    ("GET", "/evaluation"),
    ("POST", "/evaluation"),
)


def token(page: Page) -> str:
    return next(value for form in page.forms for name, value in form.fields if name == "csrf_token")


def revise(world: World, **changes: object) -> None:
    """The sample activity says something new."""
    found = sample(KEY)
    assert found.activity is not None
    with world.db() as db:
        import_activity(db, world.provider_id, replace(found.activity, **changes), found.media, world.clock())  # type: ignore[arg-type]


def test_locked_steps_by_every_way(sqlite_world: World) -> None:
    person, page = begin(sqlite_world)
    fields = {"csrf_token": token(page)}
    for method, path in LOCKED:
        address = f"/s/{page.session_id}{path}"
        answer = person.get(address) if method == "GET" else person.post(address, fields)
        assert answer.status == 403, (method, path)
        assert "This step is not open yet" in answer.text and answer.link("Read and acknowledge")


def test_no_token_no_change(sqlite_world: World) -> None:
    person, page = begin(sqlite_world)
    assert person.post(f"/s/{page.session_id}/information", {"acknowledged": "yes"}).status == 403
    assert "Confirm and continue" in person.get(f"/s/{page.session_id}/information").html


def test_the_box_must_be_ticked(sqlite_world: World) -> None:
    person, page = begin(sqlite_world)
    answer = person.submit(page, "Confirm and continue")
    assert answer.status == 422 and "Tick the box" in answer.text


def test_the_text_changed_while_it_was_read(world: World) -> None:
    person, page = begin(world)
    revise(world, audience="Everybody who measures blood pressure.")
    answer = acknowledge(person, page)
    assert answer.status == 409 and "changed while you were reading" in answer.text
    assert "Everybody who measures" in answer.text
    assert acknowledge(person, answer).path.endswith("/pre-test")


def test_a_changed_text_closes_the_next_step_until_it_is_acknowledged(sqlite_world: World) -> None:
    person, page = begin(sqlite_world)
    page = acknowledge(person, page)
    form_page = start(person, page, "pre-test")
    revise(sqlite_world, audience="Everybody who measures blood pressure.")
    assert person.submit(form_page, "Submit answers", {}, "submit").status == 403
    page = person.get(f"/s/{page.session_id}/")
    assert page.path.endswith("/information") and "has changed since you confirmed it" in page.text
    assert acknowledge(person, page).path.endswith("/pre-test")


def test_no_key_reaches_the_browser_before_it_may(sqlite_world: World) -> None:
    person, page = begin(sqlite_world)
    page = acknowledge(person, page)
    form_page = start(person, page, "pre-test")
    pre = take(person, page, "pre-test")
    study(person, page)
    post_form = start(person, page, "post-test")
    failed = take(person, page, "post-test", wrong_answers=6)
    rationales = [question.rationale.strip()[:40] for question in the_test(KEY, "post-test").questions]
    for shown in (form_page, pre, post_form, failed):
        assert not [words for words in rationales if words in shown.html]
        assert "Correct answer" not in shown.html
    passed = take(person, page, "post-test")
    assert "Correct answer" in passed.html and "References" in passed.text


def attempt_page(world: World) -> tuple[Browser, Page]:
    person, page = begin(world)
    return person, start(person, acknowledge(person, page), "pre-test")


def save(person: Browser, page: Page, fields: dict[str, str]) -> Page:
    """What the script sends."""
    form = page.form("Submit answers")
    sent = [(name, value) for name, value in form.fields if name not in fields] + list(fields.items())
    return person.post(form.attributes["data-autosave-url"], sent, X_Autosave="1", Accept="application/json")


def test_two_tabs(world: World) -> None:
    person, first = attempt_page(world)
    second = person.get(first.path)
    one, two = given(the_test(KEY, "pre-test"), first.form("Submit answers"))[:2]
    kept = save(person, first, {f"q.{one.key}": "a"})
    assert kept.status == 200 and kept.response.json()["revision"] > 0
    typed = {f"q.{one.key}": "b", f"q.{two.key}": "b"}
    behind = save(person, second, typed)
    assert behind.status == 409
    answer = person.submit(second, "Submit answers", typed, "submit")
    assert answer.status == 409 and "Nothing has been submitted" in answer.text
    fields = dict(person.get(first.path).form("Submit answers").fields)
    assert (fields[f"q.{one.key}"], fields[f"q.{two.key}"]) == ("a", "b")


def test_saving_without_scripts_and_going_on_later(sqlite_world: World) -> None:
    person, page = attempt_page(sqlite_world)
    question = given(the_test(KEY, "pre-test"), page.form("Submit answers"))[0]
    saved = person.submit(page, "Submit answers", {f"q.{question.key}": "c"}, "Save and continue later")
    assert "Your answers are saved" in saved.text
    again = person.open(sqlite_world.placement(KEY))
    assert dict(again.form("Submit answers").fields)[f"q.{question.key}"] == "c"


def test_open_questions_are_named_before_they_are_submitted(sqlite_world: World) -> None:
    person, page = attempt_page(sqlite_world)
    answer = person.submit(page, "Submit answers", {}, "submit")
    assert answer.status == 422 and "Question 1: not answered yet" in answer.text
    assert "Your result" in person.submit(answer, "Submit answers", {}, "submit_anyway").text


def test_submitting_twice_shows_the_one_result(world: World) -> None:
    person, page = attempt_page(world)
    questions = given(the_test(KEY, "pre-test"), page.form("Submit answers"))
    first = person.submit(page, "Submit answers", filled(questions), "submit")
    second = person.submit(page, "Submit answers", filled(questions, is_right=False), "submit")
    assert first.text == second.text and f"{len(questions)} of {len(questions)}" in second.text
    assert save(person, page, {}).status == 409


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"q.unknown": "a"}, 422),
        ({"revision": "minus one"}, 422),
        ({"tab": "9" * 40}, 422),
        ({"q.{first}": "nothing"}, 422),
        ({"q.{first}.a": "b"}, 422),
        ({"q.{first}": "x" * 5_000_000}, 413),
    ],
)
def test_forged_answers(sqlite_world: World, fields: dict[str, str], status: int) -> None:
    person, page = attempt_page(sqlite_world)
    first = given(the_test(KEY, "pre-test"), page.form("Submit answers"))[0].key
    sent = {name.replace("{first}", first): value for name, value in fields.items()}
    assert save(person, page, sent).status == status
    assert "Your result" not in person.get(page.path).text


def test_another_learners_attempt(sqlite_world: World) -> None:
    _, theirs = attempt_page(sqlite_world)
    person, page = begin(sqlite_world, "pharmacist")
    page = acknowledge(person, page)
    attempt = theirs.form("Submit answers").action.rsplit("/", 1)[1]
    for tail in ("", "/answers"):
        address = f"/s/{page.session_id}/pre-test/attempts/{attempt}{tail}"
        assert person.post(address, {"csrf_token": token(start(person, page, "pre-test"))}).status == 404
    assert person.get(theirs.path).status == 403


def test_files_by_their_right_names_only(world: World) -> None:
    person, page = begin(world, key="cases-ecg-rhythms")
    address = f"/s/{page.session_id}/media"
    assert person.get(f"{address}/constant-pr.png").status == 404
    acknowledge(person, page)
    found = person.get(f"{address}/constant-pr.png").response
    assert found.headers["Content-Type"] == "image/png" and found.content.startswith(b"\x89PNG")
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert found.headers["Cache-Control"].startswith("private")
    assert person.get(f"{address}/constant-pr.png", If_None_Match=found.headers["ETag"]).status == 304
    for name in ("strip-1.png", "..%2f..%2fetc%2fpasswd", "cases-ecg-rhythms.yaml"):
        assert person.get(f"{address}/{name}").status == 404


@pytest.mark.parametrize(
    "media", ["[", "{}", "[1]", '[{"key":"{item}","duration":"x"}]', '[{"key":"{item}","ranges":[[1]]}]', "[" * 5000]
)
def test_time_reports_that_make_no_sense(sqlite_world: World, media: str) -> None:
    person, page = begin(sqlite_world, key="journal-sglt2-ckd")
    acknowledge(person, page)
    item = person.get(f"/s/{page.session_id}/content/design")
    address = item.html.split('data-url="')[1].split('"')[0]
    fields = {"csrf_token": item.html.split('data-csrf-token="')[1].split('"')[0], "seconds": "5"}
    assert person.post(address, {**fields, "media": media.replace("{item}", "design")}).status == 422
    assert person.post(address, {**fields, "seconds": "-5"}).status == 422
    assert person.post(address, {**fields, "media": "[]"}).status == 204


def test_studying_too_little_is_told(sqlite_world: World) -> None:
    person, page = begin(sqlite_world, key="journal-sglt2-ckd")
    page = acknowledge(person, page)
    answer = person.submit(person.get(f"/s/{page.session_id}/content"), "I have studied this")
    assert answer.status == 409 and "Not everything has been studied yet" in answer.text
    assert "at least 10 minutes" in answer.text and answer.link("Open “The article”")


def test_after_expiry_results_stay_and_nothing_new_begins(sqlite_world: World) -> None:
    person, page = begin(sqlite_world)
    page = take(person, acknowledge(person, page), "pre-test")
    study(person, page)
    failed = take(person, page, "post-test", wrong_answers=6)
    activity = sample(KEY).activity
    assert activity is not None
    sqlite_world.clock.set(activity.closes_at + timedelta(hours=1))
    again = person.open(sqlite_world.placement(KEY))
    result = person.get(f"/s/{again.session_id}/post-test")
    assert result.status == 200 and "expired" in result.text and "Start the next attempt" not in result.html
    address = f"/s/{again.session_id}/post-test/start"
    assert person.post(address, {"csrf_token": token(result) if result.forms else token(failed)}).status == 403
    assert person.get(f"/s/{again.session_id}/content").status == 200
    assert person.get(f"/s/{again.session_id}/evaluation").status == 403


def test_before_release(sqlite_world: World) -> None:
    activity = sample(KEY).activity
    assert activity is not None
    sqlite_world.clock.set(activity.opens_at - timedelta(days=2))
    person, page = begin(sqlite_world)
    page = acknowledge(person, page)
    assert "opens on" in page.text and person.get(f"/s/{page.session_id}/pre-test").status == 403


def test_a_single_step_shows_why_it_is_locked(sqlite_world: World) -> None:
    person = sqlite_world.enter("nurse")
    page = person.open(sqlite_world.placement(KEY, Step.POST_TEST))
    assert page.status == 200 and "This step opens by itself" in page.text
    assert page.link("Study the content")


def test_a_single_step_ends_where_it_began(sqlite_world: World) -> None:
    person = sqlite_world.enter("nurse")
    page = acknowledge(person, person.open(sqlite_world.placement(KEY, Step.INFORMATION)))
    assert page.path.endswith("/information") and "You confirmed this page" in page.text


def test_staff_see_that_nothing_counts(sqlite_world: World) -> None:
    person = sqlite_world.enter("instructor")
    page = person.open(sqlite_world.placement(KEY))
    page = person.get(f"/s/{page.session_id}/information")
    assert "Test run: nothing here counts" in page.text
    assert person.submit(page, "Wipe my test run").status == 200
