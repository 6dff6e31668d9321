"""Learners are asked by mail what became of a commitment: through the worker and a real mail server, by a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.db import models
from lti_tool.mail.voice import Voices
from lti_tool.services.contact import forget_contact
from tests.functional.mailing import Post, mailing
from tests.functional.staff_world import BASE, Person, make_world, text_of
from tests.functional.test_time_and_follow_up import RIGHT, WORDS, acknowledge, attempt_address, promise_key, timed
from tests.unit.lti_tool.mail.translated import translate_all

ADDRESS = "lee@clinic.example"


@pytest.fixture
def post(migrated_sqlite_url: str, tmp_path: Path) -> Iterator[Post]:
    with mailing(migrated_sqlite_url, Voices(translate_all(tmp_path, "fr"))) as made:
        made.world.place(timed())
        yield made


def commit(person: Person, email: str = ADDRESS) -> TestResponse:
    """Through the activity to the evaluation, with a commitment that is due in 90 days."""
    acknowledge(person)
    person.post("/post-test/start")
    person.post(attempt_address(person), revision="0", tab="1", action="submit", **RIGHT)
    form = {"e.fair": "yes", "e.met.met": "3", "e.change": "1", "e.promise": WORDS, "email": email}
    return person.post("/evaluation", **form)


def address_in(text: str, rule: str) -> str:
    found = re.search(rf"{BASE}({rule}\?token=[\w-]+)", text)
    assert found is not None, text
    return found[1]


def answered(client: FlaskClient, address: str, **form: str) -> TestResponse:
    page = client.get(address, base_url=BASE).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="(\w+)"', page)
    key = re.search(r'name="key" value="([\w-]+)"', page)
    assert token and key
    data = {"csrf_token": token[1], "key": key[1]} | {f"{name}.{key[1]}": value for name, value in form.items()}
    return client.post(address, base_url=BASE, data=data, headers={"Origin": BASE})


def test_the_question_arrives_when_it_is_due_and_its_link_needs_no_account(post: Post) -> None:
    assert commit(post.world.enter(name="Lee Learner")).status_code == 303
    assert post.run(days=89) == []
    ((to, text),) = post.run(days=1, hours=1)
    assert to == ADDRESS and "Dear Lee Learner," in text and WORDS not in text
    stranger, address = post.world.app.test_client(), address_in(text, "/follow-up")
    page = stranger.get(address, base_url=BASE)
    assert WORDS in text_of(page) and page.headers["Cache-Control"] == "no-store"
    assert answered(stranger, address).status_code == 422
    assert answered(stranger, address, outcome="partly", barrier="time", note="Ward moved.").status_code == 303
    with post.world.db() as db:
        row = db.scalars(select(models.Commitment)).one()
        assert (row.outcome, row.barriers, row.note) == ("partly", ["time"], "Ward moved.")
    assert post.run(days=7) == [] and post.run(days=30) == []


def test_reminders_come_at_their_offsets_once_each(post: Post) -> None:
    commit(post.world.enter())
    assert [len(post.run(days=days)) for days in (91, 1, 6, 1, 14, 60)] == [1, 0, 1, 0, 1, 0]


def test_a_waiting_reminder_is_dropped_by_the_answer(post: Post) -> None:
    person = post.world.enter()
    commit(person)
    post.inbox.answer = "451 4.3.0 try later"
    assert post.run(days=91) == []
    again = post.world.enter(subject="person-0")
    key = promise_key(again)
    assert again.post("/follow-up", **{"key": key, f"outcome.{key}": "done"}).status_code == 303
    post.inbox.answer = "250 OK"
    assert post.run(hours=3) == []


def test_the_reader_stops_it_by_a_button_and_by_the_mail_program(post: Post) -> None:
    for name in ("ana", "ben"):
        commit(post.world.enter(subject=name), f"{name}@clinic.example")
    texts = dict(post.run(days=91))
    headers = {letter["To"]: letter["List-Unsubscribe"] for letter in post.inbox.letters}
    client = post.world.app.test_client()
    stop = address_in(texts["ana@clinic.example"], "/follow-up/stop")
    assert headers["ana@clinic.example"] == f"<{BASE}{stop}>"
    assert "Stop the mail" in text_of(client.get(stop, base_url=BASE))
    one_click = client.post(stop, base_url=BASE, data={"List-Unsubscribe": "One-Click"})
    assert "no more mail" in text_of(one_click)
    assert [to for to, _ in post.run(days=7)] == ["ben@clinic.example"]


def test_nobody_is_written_to_who_gave_no_address_or_is_erased(post: Post) -> None:
    assert commit(post.world.enter(subject="quiet"), "").status_code == 303
    erased = post.world.enter(subject="erased")
    commit(erased)
    with post.world.db() as db:
        forget_contact(db, erased.visit.learner_id)
    assert post.run(days=91) == []
    staff = post.world.staff()
    page = text_of(staff.get("/staff/follow-ups"))
    assert "2 commitments are due" in page and WORDS not in page
    assert post.world.enter(subject="quiet").get("/follow-ups").status_code == 404


def test_an_address_that_cannot_be_one_keeps_nothing_of_the_form(post: Post) -> None:
    person = post.world.enter()
    refused = commit(person, "not an address")
    assert refused.status_code == 422 and "Enter an e-mail address" in text_of(refused)
    both = text_of(person.post("/evaluation", email="x"))
    assert "Enter an e-mail address" in both and "Answer this question." in both
    assert "Your answers" in text_of(person.get("/evaluation"))
    with post.world.db() as db:
        assert db.scalars(select(models.EvaluationReceipt)).all() == []


def test_the_learner_is_written_to_in_their_language(post: Post) -> None:
    person = post.world.enter()
    commit(person)
    with post.world.db() as db:
        db.get_one(models.Learner, person.visit.learner_id).locale = "fr-CA"
    ((_, text),) = post.run(days=91)
    assert "[fr: Dear colleague,]" in text and "2 mars 2026" in text
    assert post.inbox.letters[-1]["Content-Language"] == "fr-CA"


def test_a_wrong_link_opens_nothing(post: Post) -> None:
    client = post.world.app.test_client()
    for token in ("", "x", "é" * 500, "%00"):
        for rule in ("/follow-up", "/follow-up/stop"):
            assert client.get(f"{rule}?token={token}", base_url=BASE).status_code == 403
            assert client.post(f"{rule}?token={token}", base_url=BASE).status_code == 403


def test_a_link_ends_and_answers_for_nobody_else(post: Post) -> None:
    other = post.world.enter(subject="other")
    commit(other, "other@clinic.example")
    theirs = promise_key(other)
    commit(post.world.enter(subject="lee"))
    texts = dict(post.run(days=91))
    client, address = post.world.app.test_client(), address_in(texts[ADDRESS], "/follow-up")
    page = client.get(address, base_url=BASE).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="(\w+)"', page)
    assert token is not None
    data = {"csrf_token": token[1], "key": theirs, f"outcome.{theirs}": "done"}
    assert client.post(address, base_url=BASE, data=data, headers={"Origin": BASE}).status_code == 404
    assert client.post(address, base_url=BASE, data=data | {"csrf_token": "x"}).status_code == 403
    post.world.clock.now += timedelta(days=90)
    assert client.get(address, base_url=BASE).status_code == 403


def test_without_mail_the_next_launch_asks_and_staff_print_a_list(migrated_sqlite_url: str) -> None:
    world = make_world(migrated_sqlite_url)
    world.place(timed())
    person = world.enter(subject="lee", name="Lee Learner")
    assert "E-mail address for a reminder" not in text_of(person.get("/evaluation"))
    commit(person, "")
    world.clock.now += timedelta(days=91)
    again = world.enter(subject="lee", name="Lee Learner")
    assert again.get("/").headers["Location"].endswith("/follow-up")
    assert not again.get("/?later=1").headers["Location"].endswith("/follow-up")
    printed = text_of(world.staff().get("/staff/follow-ups"))
    assert "Lee Learner" in printed and "No mail is sent from here" in printed
    key = promise_key(again)
    again.post("/follow-up", **{"key": key, f"outcome.{key}": "done"})
    assert not again.get("/").headers["Location"].endswith("/follow-up")
    assert "Nobody has to be asked in person" in text_of(world.staff().get("/staff/follow-ups"))
    world.close()
