"""Certificates by mail: who is written to and who not, once each, through the worker and a real mail server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.certificates.issuer_key import make_issuer_key
from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.data_request import RESTRICTING
from lti_tool.services.certificate import IssuedCertificate
from lti_tool.services.contact import forget_contact, keep_contact, stop_contact
from lti_tool.services.mail import GIVE_UP_AFTER
from tests.functional.issued import issued_to
from tests.functional.mailing import Post, mailing
from tests.functional.office_world import OfficePerson, invited
from tests.functional.staff_world import BASE, NOW, World, make_world, text_of
from tests.functional.test_office_certificates import activity_id, manager, public
from tests.unit.lti_tool.services.claiming import short_activity

KEY = make_issuer_key("Example Medical School", NOW)
STAMP = {"again": "yes", "stamp": "a" * 32}


@pytest.fixture
def post(migrated_sqlite_url: str) -> Iterator[Post]:
    with mailing(migrated_sqlite_url) as made:
        object.__setattr__(made.world.deps.press, "make_key", lambda name, now: KEY)
        made.world.place(short_activity())
        yield made


def holder_of(world: World, issued: IssuedCertificate) -> str:
    with world.db() as db:
        row = db.get_one(models.Certificate, issued.id)
        award = db.get_one(models.CreditEntry, row.award_id)
        return db.get_one(models.Participation, award.participation_id).learner_id


def reachable(world: World, name: str, subject: str, email: str = "") -> IssuedCertificate:
    """A certificate whose holder has given an address beside it."""
    issued = issued_to(world, name, subject)
    person = world.enter(name=name, subject=subject)
    assert person.post("/certificate/address", email=email or f"{subject}@clinic.example").status_code == 303
    return issued


def mail_path(world: World) -> str:
    return f"/certificates/of/{activity_id(world)}/mail"


def sent(post: Post, office: OfficePerson, **form: Any) -> list[str]:
    """Who is written to once this form has been sent."""
    assert office.post(mail_path(post.world), **form).status_code == 303
    return sorted(to for to, _ in post.run(minutes=1))


def letters(world: World) -> int:
    with world.db() as db:
        return db.scalar(select(func.count()).select_from(models.Mail)) or 0


def file_link(text: str) -> str:
    found = re.search(rf"{BASE}(/certificate\.pdf\?token=\S+)", text)
    assert found is not None, text
    return found[1]


def test_the_holder_gets_a_link_that_opens_the_file_without_an_account(post: Post) -> None:
    issued, office = reachable(post.world, "Ada Byron", "ada"), manager(post.world)
    path = mail_path(post.world)
    assert "Send by e-mail" in text_of(office.get(path.removesuffix("/mail")))
    assert "1 person will be written to" in text_of(office.get(path)) and letters(post.world) == 0
    assert office.post(path).status_code == 303
    assert "Waiting 1" in text_of(office.get(path))
    ((to, text),) = post.run(minutes=1)
    assert to == "ada@clinic.example" and "Dear Ada Byron," in text and "0.75 AMA PRA Category 1 Credits™" in text
    assert issued.certificate.verify_url in text and "Sent 1" in text_of(office.get(path))
    answer = public(post.world, file_link(text))
    assert answer.mimetype == "application/pdf" and answer.get_data().startswith(b"%PDF")
    assert answer.headers["Cache-Control"] == "no-store" and "noindex" in answer.headers["X-Robots-Tag"]
    assert "certificates.mailed" in text_of(invited(post.world, email="b@example.org").get("/audit"))


def test_each_certificate_is_sent_once_unless_asked_again(post: Post) -> None:
    reachable(post.world, "Ada Byron", "ada")
    office = manager(post.world)
    assert sent(post, office) == ["ada@clinic.example"]
    assert sent(post, office) == []
    reachable(post.world, "Grace Hopper", "grace")
    assert sent(post, office) == ["grace@clinic.example"]
    assert "Written to before Certificates 2" in text_of(office.get(mail_path(post.world)))
    assert sent(post, office, **STAMP) == ["ada@clinic.example", "grace@clinic.example"]
    assert sent(post, office, **STAMP) == []
    assert office.post(mail_path(post.world), again="yes", stamp="%").status_code == 409


def test_a_doubled_form_and_a_letter_under_way_send_nothing_twice(post: Post) -> None:
    reachable(post.world, "Ada Byron", "ada")
    office = manager(post.world)
    for form in ({}, {}, STAMP, STAMP):
        assert office.post(mail_path(post.world), **form).status_code == 303
    assert letters(post.world) == 1 and len(post.run(minutes=1)) == 1


def test_who_is_left_out_and_why(post: Post) -> None:
    world, office = post.world, manager(post.world)
    issued_to(world, "Quiet Quinn", "quiet")
    stopped = reachable(world, "Sam Stop", "stop")
    revoked = reachable(world, "Rae Wrong", "wrong")
    barred = reachable(world, "Ren Restricted", "barred")
    reachable(world, "Ada Byron", "ada")
    assert office.post(f"/certificates/{revoked.id}/revoke", why="issued-in-error", words="Wrong").status_code == 303
    stopping, barring = holder_of(world, stopped), holder_of(world, barred)
    with world.db() as db:
        stop_contact(db, stopping, NOW)
        row = models.DataRequest(
            provider_id=barred.provider_id,
            learner_id=barring,
            kind="erasure",
            state=min(RESTRICTING).value,
            asked_by="learner",
            asked_at=NOW,
        )
        db.add(row)
    page = text_of(office.get(mail_path(world)))
    assert "1 person will be written to" in page
    for words in (
        "Superseded or withdrawn",
        "may not be used at present (a request about data)",
        "has given no address",
        "wants no more mail",
    ):
        assert f"{words} Certificates 1" in page
    assert sent(post, office) == ["ada@clinic.example"]


def test_the_filters_decide_who_is_written_to(post: Post) -> None:
    for name in ("ada", "grace"):
        reachable(post.world, f"{name.title()} Smith", name)
    office, path = manager(post.world), mail_path(post.world)
    assert "1 person will be written to" in text_of(office.get(path, query_string={"search": "grace"}))
    assert "0 people will be written to" in text_of(office.get(path, query_string={"status": "revoked"}))
    assert office.post(f"{path}?search=grace").status_code == 303
    assert [to for to, _ in post.run(minutes=1)] == ["grace@clinic.example"]


def test_a_mail_server_that_refuses_is_heard_and_can_be_tried_again(post: Post) -> None:
    issued = reachable(post.world, "Ada Byron", "ada")
    office, path = manager(post.world), mail_path(post.world)
    post.inbox.answer = "451 4.3.0 try later"
    assert sent(post, office) == []
    assert "is tried again Tries 1 Answer 451 4.3.0 try later" in text_of(office.get(path))
    assert public(post.world, f"/verify/{issued.code}").status_code == 200
    again = post.world.enter(name="Ada Byron", subject="ada")
    assert again.get(f"/certificate/{issued.id}.pdf").mimetype == "application/pdf"
    assert post.run(days=GIVE_UP_AFTER.days, hours=1) == []
    office = invited(post.world, Capability.MANAGE_CERTIFICATES, email="late@example.org")
    assert "Failed 1" in text_of(office.get(path)) and sent(post, office) == []
    post.inbox.answer = "250 OK"
    assert office.post(f"{path}/again").status_code == 303
    ((to, text),) = post.run(minutes=1)
    assert to == "ada@clinic.example" and public(post.world, file_link(text)).status_code == 200
    assert "Failed 0" in text_of(office.get(path))
    assert office.post(f"{path}/again").status_code == 303 and post.run(minutes=1) == []


def test_the_reader_stops_it_and_an_erasure_takes_the_letters(post: Post) -> None:
    ada, grace = reachable(post.world, "Ada Byron", "ada"), reachable(post.world, "Grace Hopper", "grace")
    office = manager(post.world)
    assert len(sent(post, office)) == 2
    assert office.post(mail_path(post.world), **STAMP).status_code == 303
    stopping, erased = holder_of(post.world, ada), holder_of(post.world, grace)
    with post.world.db() as db:
        stop_contact(db, stopping, NOW)
        forget_contact(db, erased)
    assert post.run(minutes=1) == []
    with post.world.db() as db:
        assert [(row.recipient, row.state) for row in db.scalars(select(models.Mail))] == [
            ("ada@clinic.example", "sent")
        ]


def test_a_link_ends_leads_to_what_became_of_it_and_cannot_be_made_up(post: Post) -> None:
    issued, office = reachable(post.world, "Ada Byron", "ada"), manager(post.world)
    assert office.post(mail_path(post.world)).status_code == 303
    address = file_link(post.run(minutes=1)[0][1])
    why = {"why": "issued-in-error", "words": "Wrong person"}
    assert office.post(f"/certificates/{issued.id}/revoke", **why).status_code == 303
    assert public(post.world, address).headers["Location"].endswith(f"/verify/{issued.code}")
    post.world.clock.now += timedelta(days=31)
    for wrong in (address, address[:-9], "/certificate.pdf", "/certificate.pdf?token=é", "/certificate.pdf?token=%00"):
        assert public(post.world, wrong).status_code == 403
    other = post.world.enter(name="Ada Byron", subject="ada").post("/transcript/link")
    token = re.search(r"/transcript\?token=([\w=-]+)", other.get_data(as_text=True))
    assert token is not None and public(post.world, f"/certificate.pdf?token={token[1]}").status_code == 403


def test_nobody_else_sends_them(post: Post) -> None:
    reachable(post.world, "Ada Byron", "ada")
    path = mail_path(post.world)
    for rule in (path, f"{path}/again"):
        reporter = invited(post.world, Capability.REPORT, email="reports@example.org")
        assert reporter.post(rule).status_code == reporter.get(path).status_code == 403
        other = invited(post.world, provider="Another School", email="other@example.org")
        assert other.post(rule).status_code == 404 and other.get(path).status_code == 404
        assert manager(post.world).post(rule, csrf_token="x").status_code == 403
    assert letters(post.world) == 0


def test_without_a_mail_server_the_page_names_the_setting(migrated_sqlite_url: str) -> None:
    world = make_world(migrated_sqlite_url)
    world.place(short_activity())
    issued_to(world, "Ada Byron", "ada")
    office, path = manager(world), mail_path(world)
    for page in (office.get(path), office.get(path.removesuffix("/mail"))):
        assert "CME_SMTP_HOST" in text_of(page) and "Send by e-mail" not in text_of(page)
    assert office.post(path).status_code == office.post(f"{path}/again").status_code == 409
    person = world.enter(name="Ada Byron", subject="ada")
    assert "E-mail address" not in text_of(person.get("/certificate"))
    assert person.post("/certificate/address", email="ada@clinic.example").status_code == 303
    with world.db() as db:
        assert db.scalars(select(models.LearnerContact)).all() == []
    world.close()


def test_an_address_is_kept_by_the_learner_alone(post: Post) -> None:
    issued = issued_to(post.world, "Ada Byron", "ada")
    person = post.world.enter(name="Ada Byron", subject="ada")
    refused = person.post("/certificate/address", email="not an address")
    assert refused.status_code == 422 and "Enter an e-mail address" in text_of(refused)
    assert person.post("/certificate/address", email="ada@clinic.example").status_code == 303
    assert "Your address is kept" in text_of(person.get("/certificate?kept=1"))
    holder = holder_of(post.world, issued)
    with post.world.db() as db:
        row = db.get_one(models.LearnerContact, holder)
        assert b"ada" not in row.sealed
    staff = post.world.staff()
    with post.world.db() as db:
        keep_contact(db, staff.visit, "staff@clinic.example", post.world.deps.sealer, NOW)
    with post.world.db() as db:
        assert len(db.scalars(select(models.LearnerContact)).all()) == 1


def test_a_letter_that_waits_is_dropped_with_its_certificate(post: Post) -> None:
    revoked, renamed = (
        reachable(post.world, "Ada Byron", "ada"),
        reachable(post.world, "Grace Hoper", "grace"),
    )
    office = manager(post.world)
    assert office.post(mail_path(post.world)).status_code == 303 and letters(post.world) == 2
    why = {"why": "issued-in-error", "words": "Wrong person"}
    assert office.post(f"/certificates/{revoked.id}/revoke", **why).status_code == 303
    corrected = {"name": "Grace Hopper", "reason": "Misspelt"}
    assert office.post(f"/certificates/{renamed.id}/name", **corrected).status_code == 303
    assert letters(post.world) == 0
    assert office.post(mail_path(post.world)).status_code == 303
    ((to, text),) = post.run(minutes=1)
    assert to == "grace@clinic.example" and "Dear Grace Hopper," in text
