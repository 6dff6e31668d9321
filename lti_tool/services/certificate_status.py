"""When a certificate no longer holds: replaced for a corrected name, or withdrawn. Nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.certificate import REVOCATION_REASONS, CertificateStatus, StatusReason, renamed
from lti_tool.domain.division import Division
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.domain.learner import clean_name
from lti_tool.domain.wire import read_activity, read_certificate
from lti_tool.services.audit import note
from lti_tool.services.certificate import (
    IssuedCertificate,
    Link,
    Part,
    add_certificate,
    issued_value,
    new_code,
    next_number,
)
from lti_tool.services.certificate_link import about_certificates
from lti_tool.services.mail import withdraw_mail
from lti_tool.services.office import Officer
from lti_tool.services.ports import CertificatePrinter

MAX_NOTE = 500


def provider_certificate(session: Session, officer: Officer, certificate_id: str) -> IssuedCertificate:
    """A certificate of the officer's provider. Raises ``NotFound("certificate_unknown")``, ``Forbidden``."""
    return issued_value(session, _row(session, officer, certificate_id, is_locked=False))


def _row(session: Session, officer: Officer, certificate_id: str, *, is_locked: bool = True) -> models.Certificate:
    table = models.Certificate
    query = select(table).where(table.id == certificate_id, table.provider_id == officer.provider_id)
    row = session.scalars(query.with_for_update() if is_locked else query).first()
    if row is None:
        raise NotFound("certificate_unknown")
    officer.require(Capability.MANAGE_CERTIFICATES, _activity_id(session, row))
    return row


def _activity_id(session: Session, row: models.Certificate) -> str:
    return session.get_one(models.CreditEntry, row.award_id).activity_id


def correct_name(
    session: Session,
    officer: Officer,
    certificate_id: str,
    raw_name: str,
    reason: str,
    printer: CertificatePrinter,
    link: Link,
    now: datetime,
) -> IssuedCertificate:
    """Issue the certificate anew for the corrected name, with a number and code of its own; the old one can still be
    read. So are the others of the same claim, as far as they are valid and bear the same name. Raises
    ``BadInput("correction_unusable")`` with faults ``name`` and ``reason``, ``BadInput("correction_impossible")`` and
    ``Conflict("certificate_not_valid")``.
    """
    row = _row(session, officer, certificate_id, is_locked=False)
    of_claim = _of_claim(session, row)
    old = read_certificate(row.body)
    name = _checked(raw_name, reason, old.learner_name, printer)
    _require_valid(row)
    correction = _Correction(session, officer, name, reason, link, now)
    successors = {
        one.id: correction.of(one) for one in of_claim if read_certificate(one.body).learner_name == old.learner_name
    }
    return issued_value(session, successors[row.id])


def _of_claim(session: Session, row: models.Certificate) -> Sequence[models.Certificate]:
    """The valid certificates of the same claim, by number, as they are now; locked in this order by everybody."""
    certificate, entry = models.Certificate, models.CreditEntry
    claim_id = session.get_one(entry, row.award_id).claim_id
    query = select(certificate).join(entry, entry.id == certificate.award_id).where(entry.claim_id == claim_id)
    locked = query.order_by(certificate.number).with_for_update(of=certificate)
    found = session.scalars(locked.execution_options(populate_existing=True)).all()
    return [one for one in found if one.status == CertificateStatus.VALID.value]


@dataclass(frozen=True, slots=True)
class _Correction:
    session: Session
    officer: Officer
    name: str
    reason: str
    link: Link
    now: datetime

    def of(self, row: models.Certificate) -> models.Certificate:
        session, old, code = self.session, read_certificate(row.body), new_code()
        award = session.get_one(models.CreditEntry, row.award_id)
        version = session.get_one(models.ActivityVersion, (award.activity_id, award.version))
        day = read_activity(version.definition).day_of(self.now)
        number = next_number(session, row.provider_id, day.year)
        fresh = replace(renamed(old, self.name), number=number, verify_url=self.link(code), issued_on=day)
        close(session, row, CertificateStatus.SUPERSEDED, StatusReason.NAME_CORRECTED, self.reason, self.now)
        session.flush()
        part = Part(Division(row.division), row.session_key)
        successor = add_certificate(session, row.award_id, row.provider_id, fresh, code, self.now, part)
        row.successor_id = successor.id
        session.flush()
        detail = {"number": [old.number, number], "reason": StatusReason.NAME_CORRECTED}
        subject, activity_id = f"certificate:{row.id}", award.activity_id
        action = "certificate.superseded"
        note(session, self.officer, action, subject, self.now, activity_id=activity_id, detail=detail)
        return successor


def _checked(raw_name: str, reason: str, before: str, printer: CertificatePrinter) -> str:
    faults, name = {}, ""
    try:
        name = clean_name(raw_name)
    except BadInput as error:
        faults["name"] = f"name_{error.faults['printed_name']}"
    if name and printer.unprintable(name):
        faults["name"] = "name_unprintable"
    elif name == before:
        faults["name"] = "name_same"
    if not reason.strip():
        faults["reason"] = "reason_missing"
    if faults:
        raise BadInput("correction_unusable", faults=faults)
    return name


def revoke(
    session: Session, officer: Officer, certificate_id: str, reason: str, words: str, now: datetime
) -> IssuedCertificate:
    """Withdraw a certificate; its page says so at once. ``reason`` is public, ``words`` are for staff.

    Raises ``BadInput("revocation_unusable")`` with faults ``reason``, ``words``, ``Conflict("certificate_not_valid")``.
    """
    row = _row(session, officer, certificate_id)
    faults = {} if reason in REVOCATION_REASONS else {"reason": "reason_missing"}
    faults |= {} if words.strip() else {"words": "reason_missing"}
    if faults:
        raise BadInput("revocation_unusable", faults=faults)
    _require_valid(row)
    close(session, row, CertificateStatus.REVOKED, StatusReason(reason), words, now)
    session.flush()
    activity_id = _activity_id(session, row)
    detail = {"number": row.number, "reason": reason}
    note(session, officer, "certificate.revoked", f"certificate:{row.id}", now, activity_id=activity_id, detail=detail)
    return issued_value(session, row)


def _require_valid(row: models.Certificate) -> None:
    if row.status != CertificateStatus.VALID.value:
        raise Conflict("certificate_not_valid")


def close(
    session: Session,
    row: models.Certificate,
    status: CertificateStatus,
    reason: StatusReason,
    words: str,
    now: datetime,
) -> None:
    """From now on the certificate is no longer valid; its page says so and why. Mail with it that waits is dropped."""
    award = session.get_one(models.CreditEntry, row.award_id)
    about = about_certificates(award.activity_id, award.participation_id)
    withdraw_mail(session, row.provider_id, f"{about}{row.id}:")
    if row.letter_key:
        withdraw_mail(session, row.provider_id, row.letter_key)
    row.status, row.status_reason = status.value, reason.value
    row.status_note, row.status_at = words.strip()[:MAX_NOTE], now
