"""The register of a provider's certificates, for staff: by activity, page by page, or one by its number or name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.certificate import CertificateStatus
from lti_tool.domain.errors import NotFound
from lti_tool.domain.retention import RecordClass
from lti_tool.services.office import Officer
from lti_tool.services.retention import Ground, ground_of, participation_retention

PAGE = 50
MAX_SEARCH = 100


@dataclass(frozen=True, slots=True)
class RegisterActivity:
    """An activity with certificates, and how many of them there are."""

    activity_id: str
    title: str
    valid: int
    superseded: int
    revoked: int
    unprinted: int


@dataclass(frozen=True, slots=True)
class RegisterRow:
    certificate_id: str
    number: str
    name: str
    status: CertificateStatus
    issued_at: datetime
    is_printed: bool
    keeping: Keeping


@dataclass(frozen=True, slots=True)
class Keeping:
    """Until when a certificate is kept at least (``None``: no day is set), and by which rule of which body."""

    keep_until: date | None
    body: str = ""
    document: str = ""
    clause: str = ""


def register_activities(session: Session, officer: Officer) -> tuple[RegisterActivity, ...]:
    """Those whose certificates this officer manages, by title."""
    certificate, award, activity = models.Certificate, models.CreditEntry, models.Activity
    counts = [func.sum(case((certificate.status == status.value, 1), else_=0)) for status in CertificateStatus]
    query = (
        select(activity.id, activity.title, *counts, func.sum(case((certificate.pdf_hash.is_(None), 1), else_=0)))
        .join(award, award.activity_id == activity.id)
        .join(certificate, certificate.award_id == award.id)
        .where(certificate.provider_id == officer.provider_id)
        .group_by(activity.id, activity.title)
        .order_by(activity.title, activity.id)
    )
    found = (RegisterActivity(*row) for row in session.execute(query))
    return tuple(one for one in found if officer.may(Capability.MANAGE_CERTIFICATES, one.activity_id))


def register_activity(session: Session, officer: Officer, activity_id: str) -> str:
    """The activity's title. Raises ``Forbidden`` and ``NotFound("activity_unknown")``."""
    officer.require(Capability.MANAGE_CERTIFICATES, activity_id)
    row = session.get(models.Activity, activity_id)
    if row is None or row.provider_id != officer.provider_id:
        raise NotFound("activity_unknown")
    return row.title


def register_page(
    session: Session, officer: Officer, activity_id: str, now: datetime, *, search: str = "", after: str = ""
) -> tuple[RegisterRow, ...]:
    """Up to :data:`PAGE` certificates with numbers beyond ``after``; ``search`` is part of a number or name."""
    register_activity(session, officer, activity_id)
    name = models.Certificate.body["body"]["learner_name"].as_string()
    query = _of(officer.provider_id, activity_id).where(models.Certificate.number > after)
    if wanted := search.strip()[:MAX_SEARCH]:
        number = models.Certificate.number.icontains(wanted, autoescape=True)
        query = query.where(or_(number, name.icontains(wanted, autoescape=True)))
    rows = session.execute(query.add_columns(name).order_by(models.Certificate.number).limit(PAGE)).all()
    ground = ground_of(session, officer.provider_id, now)
    awards, part = models.CreditEntry, models.Participation
    held = session.execute(
        select(awards, part)
        .join(part, part.id == awards.participation_id)
        .where(awards.id.in_([row.award_id for row, _ in rows]))
    ).all()
    found = tuple(_row(session, ground, row, found) for row, found in rows)
    del held  # Until here it kept the session from asking for each of them.
    return found


def _row(session: Session, ground: Ground, row: models.Certificate, name: str) -> RegisterRow:
    return RegisterRow(
        row.id,
        row.number,
        name,
        CertificateStatus(row.status),
        row.issued_at,
        row.pdf_hash is not None,
        _keeping(session, ground, row),
    )


def _keeping(session: Session, ground: Ground, row: models.Certificate) -> Keeping:
    award = session.get_one(models.CreditEntry, row.award_id)
    part = session.get_one(models.Participation, award.participation_id)
    found = participation_retention(session, ground, part, RecordClass.CREDIT)
    rule = ground.rule(found.rule)
    return Keeping(found.keep_until, rule.body, rule.document, rule.clause) if rule else Keeping(found.keep_until)


def keeping(session: Session, officer: Officer, certificate_id: str, now: datetime) -> Keeping:
    """Of one certificate of this provider. Raises ``NotFound("certificate_unknown")``."""
    row = session.get(models.Certificate, certificate_id)
    if row is None or row.provider_id != officer.provider_id:
        raise NotFound("certificate_unknown")
    return _keeping(session, ground_of(session, officer.provider_id, now), row)


def _of(provider_id: str, activity_id: str) -> Select[models.Certificate]:
    certificate, award = models.Certificate, models.CreditEntry
    return (
        select(certificate)
        .join(award, award.id == certificate.award_id)
        .where(certificate.provider_id == provider_id, award.activity_id == activity_id)
    )


def unprinted_after(session: Session, provider_id: str, activity_id: str, number: str) -> models.Certificate | None:
    """The next certificate without a file."""
    table = models.Certificate
    query = _of(provider_id, activity_id).where(table.pdf_hash.is_(None), table.number > number)
    return session.scalars(query.order_by(table.number).limit(1)).first()


def printed_numbers(session: Session, provider_id: str, activity_id: str) -> list[tuple[str, str]]:
    """Number and key of every certificate that has a file."""
    table = models.Certificate
    query = _of(provider_id, activity_id).where(table.pdf_hash.is_not(None)).with_only_columns(table.number, table.id)
    return [(number, key) for number, key in session.execute(query.order_by(table.number))]
