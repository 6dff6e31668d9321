"""The accreditation tracker: days and findings, reminders told once, the calendar behind its secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from lti_tool.app import chores
from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.services.audit import trail
from lti_tool.services.calendar_feed import MOST
from lti_tool.services.platform import provider_id_of
from lti_tool.services.reminder import EVERY, ReminderChore, remind
from tests.functional.office_world import OfficePerson, invited
from tests.functional.provider_world import ACCREDITATION, DOCUMENT, PROFILE, key_in, pdf, upload
from tests.functional.staff_world import BASE, NOW, PROVIDER, World, make_world, text_of
from tests.unit.lti_tool.domain.builders import activity

OTHER = "Another Medical School"
STUDY = {"kind": "self-study", "due_on": "2026-09-30", "note": "Draft; chapters 1, 2"}


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    made = make_world(migrated_database_url)
    made.place(activity(expires_on=date(2028, 1, 1)))
    yield made
    made.close()


def held(admin: OfficePerson, **changes: str) -> str:
    assert admin.post("/provider/accreditations/new", **{**ACCREDITATION, **changes}).status_code == 303
    return key_in(admin.get("/provider"), "/accreditations/")


def mails(world: World) -> list[tuple[str, str, str]]:
    with world.db() as db:
        rows = db.scalars(select(models.Mail).order_by(models.Mail.created_at, models.Mail.subject))
        return [(row.recipient, row.subject, row.body) for row in rows]


def reminded(world: World) -> None:
    with world.db() as db:
        remind(db, provider_id_of(db, PROVIDER, NOW), world.deps.voices, world.clock())


def test_a_day_and_a_finding_are_entered_changed_and_done(world: World) -> None:
    admin = invited(world)
    accreditation = held(admin)
    assert admin.post("/accreditation/milestones/new", **STUDY, accreditation=accreditation).status_code == 303
    finding = {
        "accreditation": accreditation,
        "criterion": "C12",
        "finding": "No analysis of the program.",
        "action": "Analyse every year.",
        "due_on": "2026-06-30",
    }
    assert admin.post("/accreditation/findings/new", **finding).status_code == 303
    page = admin.get("/accreditation")
    text = text_of(page)
    for words in ("Phase: self-study", "C12 Program Analysis", "Analyse every year.", "End of the term", "Draft;"):
        assert words in text, words
    key = key_in(page, "/accreditation/findings/")
    done = {**finding, "resolved_on": "2026-03-01"}
    assert admin.post(f"/accreditation/findings/{key}", revision="1", **done).status_code == 303
    assert "Corrective action C12" not in text_of(admin.get("/accreditation"))
    assert admin.post(f"/accreditation/findings/{key}/retire").status_code == 303
    assert admin.get(f"/accreditation/findings/{key}").status_code == 404
    with world.db() as db:
        actions = [row.action for row in trail(db, provider_id_of(db, PROVIDER, NOW))][:4]
    assert actions == ["finding.retired", "finding.changed", "finding.added", "milestone.added"]


def test_nothing_is_assumed(world: World) -> None:
    admin = invited(world)
    answer = admin.post("/accreditation/milestones/new", **{**STUDY, "due_on": ""})
    assert (answer.status_code, "Fill this in" in text_of(answer)) == (422, True)
    assert admin.post("/accreditation/milestones/new", **{**STUDY, "owner": "0" * 32}).status_code == 422
    assert admin.get("/accreditation/spells/new").status_code == 404
    assert mails(world) == []


def test_two_who_change_the_same_day(world: World) -> None:
    admin, other = invited(world), invited(world, name="Bo", email="bo@example.org")
    admin.post("/accreditation/milestones/new", **STUDY)
    key = key_in(admin.get("/accreditation"), "/accreditation/milestones/")
    rule = f"/accreditation/milestones/{key}"
    assert admin.post(rule, revision="1", **{**STUDY, "due_on": "2026-10-01"}).status_code == 303
    answer = other.post(rule, revision="1", **{**STUDY, "due_on": "2026-11-01"})
    assert (answer.status_code, "Stands there now: Oct 1, 2026" in text_of(answer)) == (409, True)
    assert 'value="2026-11-01"' in answer.get_data(as_text=True)


def test_another_providers_days_do_not_exist(world: World) -> None:
    admin = invited(world)
    accreditation = held(admin)
    admin.post("/accreditation/milestones/new", **STUDY)
    key = key_in(admin.get("/accreditation"), "/accreditation/milestones/")
    stranger = invited(world, provider=OTHER, name="Olu Other", email="o@example.org")
    rule = f"/accreditation/milestones/{key}"
    assert stranger.get(rule).status_code == 404
    assert stranger.post(rule, revision="1", **STUDY).status_code == 404
    assert stranger.post(f"{rule}/retire").status_code == 404
    answer = stranger.post("/accreditation/milestones/new", **STUDY, accreditation=accreditation)
    assert answer.status_code == 422
    assert "self-study" not in text_of(stranger.get("/accreditation")).replace("Phases", "")


def test_the_owner_is_reminded_once_for_each_notice(world: World) -> None:
    admin = invited(world)
    invited(world, Capability.PLAN, name="Olive Owner", email="olive@example.org")
    page = admin.get("/accreditation/milestones/new").get_data(as_text=True)
    owner = re.search(r'value="([0-9a-f]{32})">Olive Owner', page)
    assert owner
    admin.post("/accreditation/milestones/new", **{**STUDY, "due_on": "2026-04-02"}, owner=owner[1])
    for _ in range(3):
        reminded(world)
    ((to, subject, body),) = mails(world)
    assert (to, subject) == ("olive@example.org", "Self-study: Draft; chapters 1, 2")
    assert "Due on April 2, 2026 (in 31 days)." in body and "ACCME, self-study report" in body
    world.clock.now = NOW.replace(month=3, day=26)
    reminded(world)
    assert len(mails(world)) == 2


def test_without_an_owner_those_who_configure_are_reminded(world: World) -> None:
    admin = invited(world)
    invited(world, Capability.REPORT, name="Rep", email="rep@example.org")
    admin.post("/accreditation/milestones/new", **{**STUDY, "due_on": "2026-04-02"})
    reminded(world)
    assert [to for to, _, _ in mails(world)] == ["avery@example.org"]


def test_what_is_done_or_long_ago_is_not_told(world: World) -> None:
    admin = invited(world)
    admin.post("/accreditation/milestones/new", **{**STUDY, "due_on": "2026-04-02", "done_on": "2026-03-01"})
    admin.post("/accreditation/milestones/new", **{**STUDY, "due_on": "2025-04-02"})
    reminded(world)
    assert mails(world) == []
    assert "overdue" in text_of(admin.get("/accreditation"))


def test_a_day_that_is_moved_is_told_anew(world: World) -> None:
    admin = invited(world)
    admin.post("/accreditation/milestones/new", **{**STUDY, "due_on": "2026-04-02"})
    reminded(world)
    key = key_in(admin.get("/accreditation"), "/accreditation/milestones/")
    admin.post(f"/accreditation/milestones/{key}", revision="1", **{**STUDY, "due_on": "2026-04-01"})
    reminded(world)
    assert [body.split("(")[1].split(")")[0] for _, _, body in mails(world)] == ["in 31 days", "in 30 days"]


def test_documents_and_activities_remind_too(world: World) -> None:
    admin = invited(world)
    upload(admin, "/vault/new", {"file": ("a.pdf", pdf())}, **DOCUMENT, review_on="2026-03-09")
    world.place(activity(key="b", title="Ends soon", expires_on=date(2026, 4, 1)))
    reminded(world)
    assert {subject for _, subject, _ in mails(world)} == {
        "Review of a document: Policy on disclosure",
        "Expiry of an activity: Ends soon",
    }


def test_the_day_is_that_of_the_providers_time_zone(world: World) -> None:
    admin = invited(world)
    admin.post("/provider/profile", revision="0", **{**PROFILE, "time_zone": "Pacific/Kiritimati"})
    admin.post("/accreditation/milestones/new", **{**STUDY, "kind": "decision", "due_on": "2026-03-04"})
    reminded(world)
    assert "(in 1 day)" in mails(world)[0][2]


def test_the_worker_looks_every_half_hour_and_only_where_mail_is_sent(world: World) -> None:
    admin = invited(world)
    admin.post("/accreditation/milestones/new", **{**STUDY, "due_on": "2026-04-02"})
    chore = ReminderChore(world.deps.sessions, world.deps.voices, world.clock)
    chore()
    assert len(mails(world)) == 1
    admin.post("/accreditation/milestones/new", **{**STUDY, "due_on": "2026-04-02", "note": "Second"})
    chore()
    assert len(mails(world)) == 1
    world.clock.now += EVERY
    chore()
    assert len(mails(world)) == 2
    import threading

    with_mail = world.deps.settings.model_copy(update={"smtp_host": "mail.example", "smtp_from": "a@b.example"})
    without = chores(world.deps, threading.Event())
    given = chores(replace(world.deps, settings=with_mail), threading.Event())
    assert not any(isinstance(chore, ReminderChore) for chore in without)
    assert sum(isinstance(chore, ReminderChore) for chore in given) == 1


def feed_of(person: OfficePerson) -> str:
    found = re.search(rf"{BASE}(/calendar/\S+\.ics)", text_of(person.post("/calendar")))
    assert found
    return found[1]


def test_the_calendar_holds_what_is_due_and_nothing_of_a_person(world: World) -> None:
    admin = invited(world)
    held(admin)
    admin.post("/accreditation/milestones/new", **STUDY)
    address = feed_of(admin)
    answer = world.app.test_client().get(address, base_url=BASE)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    found = Calendar.from_ical(answer.data)
    assert not found.errors
    events = {str(one["SUMMARY"]): one for one in found.walk("VEVENT")}
    study = events["Self-study: Draft; chapters 1, 2"]
    assert study.decoded("DTSTART") == date(2026, 9, 30)
    assert [one.decoded("TRIGGER") for one in study.walk("VALARM")][-1] == timedelta(days=-7)
    assert any(summary.startswith("End of the accreditation term") for summary in events)
    assert b"Avery" not in answer.data and b"avery@" not in answer.data
    again = Calendar.from_ical(world.app.test_client().get(address, base_url=BASE).data)
    uids = sorted(str(one["UID"]) for one in again.walk("VEVENT"))
    assert uids == sorted(str(one["UID"]) for one in events.values()) and len(uids) == len(set(uids))
    assert all(uid.endswith("@cme.example") for uid in uids)


def test_only_a_hash_of_the_address_is_kept_and_it_can_be_revoked(world: World) -> None:
    admin = invited(world)
    address, client = feed_of(admin), world.app.test_client()
    assert address.split("/")[-1] not in text_of(admin.get("/accreditation"))
    with world.db() as db:
        row = db.scalars(select(models.CalendarFeed)).one()
        assert row.token_hash not in address and len(address) > len("/calendar/.ics") + 40
        feed_id = row.id
    stranger = invited(world, name="Bo", email="bo@example.org")
    assert stranger.post(f"/calendar/{feed_id}/revoke").status_code == 404
    assert client.get(address, base_url=BASE).status_code == 200
    assert admin.post(f"/calendar/{feed_id}/revoke").status_code == 303
    for gone in (address, "/calendar/never-was.ics", f"/calendar/{'x' * 500}.ics"):
        answer = client.get(gone, base_url=BASE)
        assert (answer.status_code, b"calendar_unknown" in answer.data) == (404, True)


def test_the_feed_ends_with_the_right_to_it(world: World) -> None:
    admin, other = invited(world), invited(world, name="Bo", email="bo@example.org")
    address, client = feed_of(other), world.app.test_client()
    page = admin.get("/team").get_data(as_text=True)
    (person_id,) = set(re.findall(r"/team/([0-9a-f]{32})\">\s*<bdi>Bo", page))
    assert admin.post(f"/team/{person_id}", capability=["plan"]).status_code == 303
    assert client.get(address, base_url=BASE).status_code == 404


def test_a_person_has_a_few_feeds_the_oldest_ends(world: World) -> None:
    admin, client = invited(world), world.app.test_client()
    addresses = []
    for minute in range(MOST + 1):
        world.clock.now = NOW + timedelta(minutes=minute)
        addresses.append(feed_of(admin))
    assert [client.get(one, base_url=BASE).status_code for one in addresses] == [404] + [200] * MOST
