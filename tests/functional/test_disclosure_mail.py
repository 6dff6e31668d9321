"""Invitations and reminders through the worker to a real mail server, and the links in them through the form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from lti_tool.services.disclosure_reminder import LOOK_EVERY
from tests.functional.disclosing import NOTHING, Invitee, add_person, give_role, token_of
from tests.functional.mailing import Post, mailing
from tests.functional.office_world import OfficePerson, invited
from tests.functional.staff_world import text_of
from tests.unit.lti_tool.services.collecting import planned


@dataclass
class Office(Post):
    """With somebody in the office, and an activity that is planned."""

    office: OfficePerson
    plan: str

    def opened(self, text: str) -> Invitee:
        return Invitee(self.world.app.test_client(), token_of(text))


@contextmanager
def posting(database_url: str, **more: Any) -> Iterator[Office]:
    with mailing(database_url, **more) as post:
        yield Office(post.world, post.inbox, post.chores, invited(post.world), post.world.place(planned()))


@pytest.fixture
def post(migrated_database_url: str) -> Iterator[Office]:
    with posting(migrated_database_url) as made:
        yield made


def test_an_invitation_arrives_and_its_link_opens_the_form(post: Office) -> None:
    person = add_person(post.office, email="lee@school.example")
    answer = post.office.post(f"/people/{person}/invite", how="mail")
    assert "The invitation is on its way" in text_of(answer) and "token=" not in answer.get_data(as_text=True)
    ((to, text),) = post.run()
    assert to == "lee@school.example" and "Dear Sam Lee" in text and "until April 1, 2026" in text
    assert post.opened(text).fill(**NOTHING).status_code == 303


def test_nobody_without_an_address_is_mailed(post: Office) -> None:
    person = add_person(post.office)
    answer = post.office.post(f"/people/{person}/invite", how="mail")
    assert answer.status_code == 422 and "Enter an e-mail address first" in text_of(answer)
    assert post.run() == []


def test_reminders_come_until_the_form_was_sent(post: Office) -> None:
    """The role begins on 2026-04-01 and today is 2026-03-02: thirty days, fourteen and three."""
    person = add_person(post.office, email="lee@school.example", coordinator_email="office@school.example")
    give_role(post.office, post.plan, person)
    first = post.run()
    assert sorted(to for to, _ in first) == ["lee@school.example", "office@school.example"]
    assert post.run(hours=2) == []
    second = post.run(days=16)
    assert len(second) == 2
    link = post.opened(next(text for to, text in second if to == "lee@school.example"))
    assert link.fill(**NOTHING).status_code == 303
    assert post.run(days=12) == []


def test_the_worker_looks_once_an_hour(post: Office) -> None:
    assert post.run() == []
    person = add_person(post.office, email="lee@school.example")
    give_role(post.office, post.plan, person)
    assert post.run(minutes=30) == []
    assert len(post.run(seconds=LOOK_EVERY.total_seconds())) == 1


def test_a_server_that_is_away_holds_the_reminder_back_until_it_is_obsolete(post: Office) -> None:
    person = add_person(post.office, email="lee@school.example")
    give_role(post.office, post.plan, person)
    post.inbox.answer = "451 4.3.0 try later"
    assert post.run() == []
    page = post.office.post(f"/people/{person}/invite", how="link").get_data(as_text=True)
    assert post.opened(page).fill(**NOTHING).status_code == 303
    post.inbox.answer = "250 OK"
    assert post.run(hours=3) == []


def test_the_setting_counts_wherever_a_disclosure_does(migrated_sqlite_url: str) -> None:
    """Six months: the link's own page, the office's lists, the roster's rules, and the worker say the same."""
    with posting(migrated_sqlite_url, disclosure_months=6) as post:
        person = add_person(post.office, email="lee@school.example", coordinator_email="office@school.example")
        page = post.office.post(f"/people/{person}/invite", how="link").get_data(as_text=True)
        link = post.opened(page)
        assert link.fill(**NOTHING).status_code == 303
        assert "Counts until September" in text_of(link.get())
        give_role(post.office, post.plan, person)
        post.world.clock.now += timedelta(days=7 * 30)
        post.office = invited(post.world)
        assert "Disclosure expired: 1" in text_of(post.office.get("/disclosures"))
        assert "expired" in text_of(post.office.get(f"/activities/{post.plan}/people")).lower()
        written = post.run()
        assert sorted(to for to, _ in written) == ["lee@school.example", "office@school.example"]
        again = post.opened(next(text for to, text in written if to == "lee@school.example"))
        assert "Your disclosure has expired" in text_of(again.get())
        assert again.fill(**NOTHING).status_code == 303
        assert post.run(days=1) == [], "person and coordinator are left alone as soon as the form is there"
        assert "Disclosure expired: 1" not in text_of(invited(post.world).get("/disclosures"))
