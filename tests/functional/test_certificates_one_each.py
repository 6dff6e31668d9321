"""Several certificates of one claim: in the office, on the learner's page, by mail, in bulk and for a native face."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select

from lti_tool.certificates.issuer_key import make_issuer_key
from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.services.attendance import Mark, mark_attendance
from lti_tool.services.bulk_printing import print_due
from lti_tool.services.certificate import IssuedCertificate
from lti_tool.services.certificate_division import choose_division
from lti_tool.services.credit import ClaimForm, claim_credit, claim_view
from lti_tool.services.native_claim import native_certificate
from tests.functional.board_credit import ABIM, GIVEN, Board, offer_board_credit
from tests.functional.mailing import Post, mailing
from tests.functional.staff_world import BASE, NOW, Person, text_of
from tests.functional.staff_world import World as StaffWorld
from tests.functional.test_native_parity import client_of
from tests.functional.test_office_certificates import activity_id, manager, public
from tests.functional.world import World
from tests.pdf_text import pdf_text
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import do_everything, short_activity
from tests.unit.lti_tool.services.officers import officer
from tests.unit.lti_tool.services.rounds import SERIES

KEY = make_issuer_key("Example Medical School", NOW)
ROUNDS = short_activity(**SERIES)


@pytest.fixture
def post(migrated_sqlite_url: str) -> Iterator[Post]:
    with mailing(migrated_sqlite_url) as made:
        object.__setattr__(made.world.deps.press, "make_key", lambda name, now: KEY)
        made.world.place(ROUNDS)
        yield made


@pytest.fixture
def world(post: Post) -> StaffWorld:
    return post.world


def provider_of(world: StaffWorld) -> str:
    with world.db() as db:
        return db.scalars(select(models.Activity.provider_id)).one()


def attend(world: StaffWorld, person: Person, *keys: str) -> None:
    who, of = officer(provider_of(world)), activity_id(world)
    for key in keys:
        with world.db() as db:
            mark_attendance(db, who, of, key, [Mark(person.visit.learner_id, is_present=True)], NOW)


def claim(world: StaffWorld, person: Person, amount: str) -> tuple[IssuedCertificate, ...]:
    with world.db() as db:
        form = ClaimForm({AMA: amount}, True, claim_view(db, person.visit, NOW).profile_digest)
        return claim_credit(db, person.visit, form, lambda code: f"{BASE}/verify/{code}", NOW).certificates


def attendee(world: StaffWorld, name: str = "Ada Byron") -> Person:
    """Has claimed January and February, with a certificate of each, and has left an address."""
    with world.db() as db:
        choose_division(db, officer(provider_of(world)), "by-session", NOW)
    person = world.enter(name=name, subject=name)
    with world.db() as db:
        row = db.get_one(models.Learner, person.visit.learner_id)
        row.printed_name, row.degree, row.country, row.confirmed_at = name, "MD", "US", NOW
        query = select(models.Participation).where(models.Participation.learner_id == row.id)
        do_everything(db, db.scalars(query).one(), ROUNDS, NOW)
    attend(world, person, "jan", "feb")
    claim(world, person, "2.00")
    email = f"{name.split()[0].lower()}@clinic.example"
    assert person.post("/certificate/address", email=email).status_code == 303
    return person


def archived(answer: Any) -> dict[str, bytes]:
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


def test_a_learner_takes_each_or_all_and_each_verifies_by_itself(world: StaffWorld) -> None:
    person = attendee(world)
    page = person.get("/certificate")
    assert text_of(page).count("1.00 AMA PRA Category 1 Credit ™") == 2
    assert "For the session Grand rounds in January, January 20, 2026." in text_of(page)
    assert "Download all 2 certificates (ZIP)" in text_of(page)
    answer = person.get("/certificate/all.zip")
    assert "Certificates - Hypertension" in answer.headers["Content-Disposition"]
    files = archived(answer)
    links = re.findall(r'href="/s/\w+(/certificate/\w+\.pdf)"', page.get_data(as_text=True))
    assert sorted(person.get(one).data for one in links) == sorted(files.values())
    january, february = (pdf_text(files[name]) for name in sorted(files))
    assert "January 20, 2026" in january and "February 17" not in january and "February 17, 2026" in february
    for issued, data in zip(claim(world, person, "2.00"), (files[name] for name in sorted(files)), strict=True):
        shown = text_of(public(world, f"/verify/{issued.code}"))
        assert issued.certificate.number in shown and "1.00 AMA PRA Category 1 Credit ™" in shown
        assert len(pikepdf.open(io.BytesIO(data)).attachments) == 1, "the badge of its own credit"
    transcript = text_of(person.get("/transcript"))
    assert all(name.removesuffix(".pdf") in transcript for name in files)


def test_nobody_else_gets_them(world: StaffWorld) -> None:
    attendee(world)
    stranger = world.enter(name="Eve")
    answer = stranger.get("/certificate/all.zip")
    assert answer.status_code == 404 and "Ada Byron" not in text_of(answer)


def test_all_of_a_holders_certificates_go_into_one_letter(post: Post) -> None:
    world, person, office = post.world, attendee(post.world), manager(post.world)
    attendee(world, "Grace Hopper")
    path = f"/certificates/of/{activity_id(world)}/mail"
    assert "2 people will be written to" in text_of(office.get(path))
    assert office.post(path).status_code == 303
    letters = dict(post.run(minutes=1))
    assert letters.keys() == {"ada@clinic.example", "grace@clinic.example"}
    text = letters["ada@clinic.example"]
    assert "has issued 2 certificates for “Hypertension in the Elderly” to you" in text
    files = [public(world, link) for link in re.findall(rf"{BASE}(/certificate\.pdf\?token=\S+)", text)]
    assert len(files) == len({one.data for one in files}) == 2 and {one.mimetype for one in files} == {
        "application/pdf"
    }
    assert office.post(path).status_code == 303 and post.run(minutes=1) == []
    assert "Written to before Certificates 4" in text_of(office.get(path)) and "Sent 2" in text_of(office.get(path))
    with world.db() as db:
        first = db.scalars(select(models.Certificate).order_by(models.Certificate.number)).first()
        assert first is not None and first.letter_key
    again = {"again": "yes", "stamp": "a" * 32}
    assert office.post(path, **again).status_code == 303
    assert "Waiting 2" in text_of(office.get(path))
    assert office.post(f"/certificates/{first.id}/revoke", why="issued-in-error", words="Wrong").status_code == 303
    assert [to for to, _ in post.run(minutes=1)] == ["grace@clinic.example"], "a letter with a withdrawn one is dropped"
    assert office.post(path).status_code == 303
    ((to, text),) = post.run(minutes=1)
    assert to == "ada@clinic.example" and "has issued your certificate" in text
    assert person.get("/certificate").get_data(as_text=True).count("/certificate/all.zip") == 0


def test_the_log_the_bulk_and_the_course_know_every_one(world: StaffWorld) -> None:
    attendee(world)
    office, activity, staff = manager(world), activity_id(world), world.staff()
    assert office.post(f"/certificates/of/{activity}/print").status_code == 303
    assert print_due(world.deps.press) == 2
    files = archived(office.get(f"/certificates/of/{activity}.zip"))
    log = office.get(f"/certificates/of/{activity}.csv").get_data(as_text=True).lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(log)))
    assert [f"{row['number']}.pdf" for row in rows] == sorted(files)
    assert {row["credits"] for row in rows} == {"1.00 AMA PRA Category 1 Credit™"}
    assert [row["completed_on"] for row in rows] == ["2026-01-20", "2026-02-17"]
    assert all(row["keep_until"] and row["sha256"] for row in rows)
    listed = text_of(office.get(f"/certificates/of/{activity}"))
    results = text_of(staff.get("/staff/"))
    for row in rows:
        assert row["number"] in listed and row["number"] in results
        assert row["number"] in text_of(staff.get("/staff/certificates"))
    assert "Certificates 2" in results or "2 Certificates" in results


def test_the_office_tries_the_choice_out_and_then_uses_it(world: StaffWorld) -> None:
    office, activity = manager(world), activity_id(world)
    page = text_of(office.get("/certificates/design"))
    assert "Who claims credit gets" in page and "Grand rounds in January" not in page
    tried = text_of(office.post("/certificates/division", division="by-session", do="preview"))
    assert "This choice is tried out" in tried and "Grand rounds in January" in tried
    with world.db() as db:
        assert db.scalars(select(models.CertificateDivision)).all() == []
    assert office.post("/certificates/division", division="by-session").status_code == 303
    assert office.post("/certificates/division", division="by-session").status_code == 303
    refused = office.post("/certificates/division", division="' OR 1")
    assert refused.status_code == 422 and "Choose how claims are divided" in text_of(refused)
    where = {"activity": activity, "degree": "MD"}
    one = office.get("/certificates/design/preview.pdf", query_string=where)
    assert one.status_code == 200 and "SPECIMEN" in pdf_text(one.data).upper()
    for query in ({"credit": "none"}, {"credit": AMA, "session": "summer"}):
        assert office.get("/certificates/design/preview.pdf", query_string=where | query).status_code == 404
    told = text_of(manager(world, *Capability).get("/audit"))
    assert told.count("certificate-division.chosen") == 1


def test_others_of_the_office_may_not_choose(world: StaffWorld) -> None:
    outsider = manager(world, Capability.REPORT)
    assert outsider.post("/certificates/division", division="by-type").status_code == 403
    with world.db() as db:
        assert db.scalars(select(models.CertificateDivision)).all() == []


def test_a_native_face_is_answered_with_each_certificate(sqlite_world: World) -> None:
    offer_board_credit(sqlite_world)
    with sqlite_world.db() as db:
        choose_division(db, officer(sqlite_world.provider_id), "by-type", sqlite_world.clock())
    ada = Board(sqlite_world)
    made = ada.sent({AMA: "1.00", ABIM: "0.50"}, GIVEN)
    answer = ada.deliver(made, "one-key")
    assert answer.is_awarded and ada.deliver(made, "one-key") == ada.deliver(made, "another") == answer
    ama, moc = answer.certificates
    assert (ama.credit_type, ama.amount, moc.credit_type, moc.amount) == (AMA, "1.00", ABIM, "0.50")
    assert ama.number < moc.number and "It also names" not in ama.note + moc.note
    sentences = []
    for one in (ama, moc):
        with sqlite_world.db() as db:
            issued = native_certificate(db, client_of(sqlite_world), one.id, ada.subject)
        sentences.append(issued.certificate.sentence.plain)
    assert "AMA PRA Category 1" in sentences[0] and "MOC" not in sentences[0] and "0.50 ABIM MOC" in sentences[1]
