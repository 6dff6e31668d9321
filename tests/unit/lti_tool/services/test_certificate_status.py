"""Corrections and withdrawals: the old stays readable, the new has its own number, and only one is ever valid."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.certificates.badge import BadgeSigner
from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.capability import Capability, Grant, Powers
from lti_tool.domain.certificate import CertificateStatus, StatusReason
from lti_tool.domain.credit import Degree
from lti_tool.domain.errors import BadInput, Conflict, Forbidden, NotFound
from lti_tool.services.certificate import IssuedCertificate, issued_certificates, verify
from lti_tool.services.certificate_status import correct_name, provider_certificate, revoke
from lti_tool.services.issuer import status_list
from lti_tool.services.office import Officer
from lti_tool.services.press import printed_pdf
from lti_tool.services.session import Visit
from tests.unit.lti_tool.services.claiming import NOW, PrinterDouble, World, link, opened_world, press

MANAGE = Capability.MANAGE_CERTIFICATES


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    with opened_world(migrated_database_url) as made:
        yield made


def officer(world: World, *capabilities: Capability, provider_id: str = "", activity_id: str = "") -> Officer:
    """Somebody of the office; a learner's row stands for the person."""
    with transaction(world.sessions) as db:
        person = db.scalars(select(models.Learner.id)).first() or world.learner("Olga Officer").learner_id
    grants = frozenset(Grant(one, activity_id) for one in capabilities or (MANAGE,))
    return Officer(
        "o" * 32, provider_id or world.provider_id, "Example", person, "Olga", Powers(grants), disclosure_months=12
    )


def claimed(world: World, name: str = "Ada Byron") -> tuple[Visit, IssuedCertificate]:
    visit = world.learner(name)
    return visit, world.claim(visit).certificates[0]


def correct(
    world: World, issued: IssuedCertificate, name: str = "Ada King", who: Officer | None = None, **how: Any
) -> Any:
    with transaction(world.sessions) as db:
        return correct_name(
            db, who or officer(world), issued.id, name, how.get("reason", "Married"), PrinterDouble(), link, NOW
        )


def withdraw(world: World, issued: IssuedCertificate, who: Officer | None = None, **how: str) -> IssuedCertificate:
    reason, words = how.get("reason", StatusReason.ISSUED_IN_ERROR), how.get("words", "Wrong learner")
    with transaction(world.sessions) as db:
        return revoke(db, who or officer(world), issued.id, reason, words, NOW)


def read(world: World, code: str) -> IssuedCertificate:
    with transaction(world.sessions) as db:
        found = verify(db, code)
    assert found is not None
    return found


def test_a_corrected_name_is_a_new_certificate(world: World) -> None:
    visit, old = claimed(world)
    new = correct(world, old)
    assert new.certificate.learner_name == "Ada King"
    assert "certifies that Ada King, MD has participated" in new.certificate.sentence.plain
    assert "Byron" not in str(new.certificate)
    assert (new.status, new.certificate.number[-6:]) == (CertificateStatus.VALID, "000002")
    before = read(world, old.code)
    assert (before.status, before.status_reason) == (CertificateStatus.SUPERSEDED, StatusReason.NAME_CORRECTED)
    assert (before.certificate, before.successor_code) == (old.certificate, new.code)
    with transaction(world.sessions) as db:
        assert [one.id for one in issued_certificates(db, visit)] == [old.id, new.id]


def test_both_files_stay(world: World) -> None:
    _, old = claimed(world)
    at_press = press(world.sessions, PrinterDouble())
    first = printed_pdf(at_press, old)
    new = correct(world, old)
    second = printed_pdf(at_press, new)
    assert printed_pdf(at_press, old) == first
    assert b"Ada King" in second.pdf and first.sha256 != second.sha256


def test_a_correction_can_be_corrected(world: World) -> None:
    _, old = claimed(world)
    second = correct(world, old)
    third = correct(world, second, "Ada King-Noel")
    assert read(world, second.code).successor_code == third.code
    with pytest.raises(Conflict):
        correct(world, second, "Ada Else")


def test_a_withdrawal_is_told_at_once(world: World) -> None:
    _, issued = claimed(world)
    withdraw(world, issued)
    found = read(world, issued.code)
    assert (found.status, found.status_reason, found.status_at) == (
        CertificateStatus.REVOKED,
        StatusReason.ISSUED_IN_ERROR,
        NOW,
    )
    with transaction(world.sessions) as db:
        made = status_list(db, world.provider_id, 2026, lambda key: f"https://x/{key}", BadgeSigner(), NOW)
    from openbadgeslib.ob3.status import decode_encoded_list, set_indices

    assert set(set_indices(decode_encoded_list(made["credentialSubject"]["encodedList"]))) == {1}
    for act in (withdraw, correct):
        with pytest.raises(Conflict):
            act(world, issued)


def test_only_one_of_two_acts_wins(world: World) -> None:
    _, issued = claimed(world)
    who = officer(world)

    def attempt(number: int) -> str:
        try:
            return str(correct(world, issued, f"Ada Number {'I' * (number + 1)}", who).id)
        except Conflict:
            return ""

    with ThreadPoolExecutor(4) as pool:
        won = [one for one in pool.map(attempt, range(4)) if one]
    assert len(won) == 1
    with transaction(world.sessions) as db:
        valid = select(func.count()).select_from(models.Certificate).where(models.Certificate.status == "valid")
        assert db.scalar(valid) == 1
        numbers = sorted(db.scalars(select(models.Certificate.number)))
    assert [number[-6:] for number in numbers] == ["000001", "000002"]


@pytest.mark.parametrize(
    ("name", "reason", "fault"),
    [
        ("", "x", {"name": "name_missing"}),
        ("Ada Byron", "x", {"name": "name_same"}),
        ("A" * 500, "x", {"name": "name_too_long"}),
        ("Ada \u0f00", "x", {"name": "name_unprintable"}),
        ("Ada King", " ", {"reason": "reason_missing"}),
    ],
)
def test_an_unusable_correction_changes_nothing(world: World, name: str, reason: str, fault: dict[str, str]) -> None:
    _, issued = claimed(world)
    with pytest.raises(BadInput) as refusal:
        correct(world, issued, name, reason=reason)
    assert refusal.value.faults == fault
    assert read(world, issued.code) == issued


def test_a_withdrawal_needs_its_reasons(world: World) -> None:
    _, issued = claimed(world)
    for reason, words, fields in (("", "x", {"reason"}), ("name-corrected", " ", {"reason", "words"})):
        with pytest.raises(BadInput) as refusal:
            withdraw(world, issued, reason=reason, words=words)
        assert set(refusal.value.faults) == fields
    assert read(world, issued.code).status is CertificateStatus.VALID


def test_others_may_not(world: World) -> None:
    _, issued = claimed(world)
    strangers = [
        (officer(world, Capability.PLAN, Capability.REPORT), Forbidden),
        (officer(world, MANAGE, activity_id="0" * 32), Forbidden),
        (officer(world, provider_id="0" * 32), NotFound),
    ]
    for who, error in strangers:
        for act in (withdraw, correct):
            with pytest.raises(error):
                act(world, issued, who=who)
        with pytest.raises(error), transaction(world.sessions) as db:
            provider_certificate(db, who, issued.id)
    assert read(world, issued.code).status is CertificateStatus.VALID


def test_the_trail_holds_no_name(world: World) -> None:
    _, issued = claimed(world)
    new = correct(world, issued)
    withdraw(world, new, words="Ada King asked for it")
    with transaction(world.sessions) as db:
        rows = list(db.scalars(select(models.AuditEntry).order_by(models.AuditEntry.number)))
    assert [row.action for row in rows] == ["certificate.superseded", "certificate.revoked"]
    assert "Ada" not in str([(row.detail, row.subject) for row in rows])
    assert {row.activity_id for row in rows} == {world.activity_id}


def test_a_participant_is_corrected_too(world: World) -> None:
    visit = world.learner("Nora Nurse", Degree.RN)
    issued = world.claim(visit).certificates[0]
    new = correct(world, issued, "Nora Norse")
    assert new.certificate.credits == issued.certificate.credits
    assert "Nora Norse" in new.certificate.sentence.plain
