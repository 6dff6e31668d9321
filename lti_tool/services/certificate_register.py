"""The log of a provider's certificates, for staff: by activity, filtered, page by page or whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.certificate import Certificate, CertificateStatus, PrintedCredit
from lti_tool.domain.credit import printed_amount
from lti_tool.domain.errors import NotFound
from lti_tool.domain.retention import RecordClass
from lti_tool.domain.wire import read_certificate
from lti_tool.services.office import Officer
from lti_tool.services.retention import Ground, ground_of, participation_retention

PAGE = 50
OWN_PERIOD = "provider"
"""In the export: the provider keeps certificates for longer than any body asks."""
MAX_SEARCH = 100
NAME = models.Certificate.body["body"]["learner_name"].as_string()
COLUMNS = (
    *("number", "name", "activity", "credits", "completed_on", "issued_at", "status", "status_at", "status_reason"),
    *("replaced_by", "sha256", "keep_until", "rule"),
)
"""Of the exported log. Times are UTC; ``credits`` as they are printed; ``sha256`` is empty before the first print."""


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """Which certificates are wanted; what is left out filters nothing. Days are in UTC, both included."""

    search: str = ""
    """Part of a number or name."""
    status: CertificateStatus | None = None
    issued_from: date | None = None
    issued_until: date | None = None

    def of(self, query: Select[Any]) -> Select[Any]:
        """``query`` of certificates with these conditions."""
        table = models.Certificate
        if wanted := self.search.strip()[:MAX_SEARCH]:
            number = table.number.icontains(wanted, autoescape=True)
            query = query.where(or_(number, NAME.icontains(wanted, autoescape=True)))
        if self.status is not None:
            query = query.where(table.status == self.status.value)
        if self.issued_from is not None:
            query = query.where(table.issued_at >= _midnight(self.issued_from))
        if self.issued_until is not None and self.issued_until < date.max:
            query = query.where(table.issued_at < _midnight(self.issued_until + timedelta(days=1)))
        return query


ALL = RegisterFilter()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


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
    credits: str
    """As they are printed: whose certificates are several can tell them apart."""
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
    session: Session,
    officer: Officer,
    activity_id: str,
    now: datetime,
    *,
    wanted: RegisterFilter = ALL,
    after: str = "",
) -> tuple[RegisterRow, ...]:
    """Up to :data:`PAGE` certificates with numbers beyond ``after``."""
    register_activity(session, officer, activity_id)
    query = wanted.of(certificates_of(officer.provider_id, activity_id).where(models.Certificate.number > after))
    rows = session.execute(query.add_columns(NAME).order_by(models.Certificate.number).limit(PAGE)).all()
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
        _credits(read_certificate(row.body)),
        CertificateStatus(row.status),
        row.issued_at,
        row.pdf_hash is not None,
        _keeping(session, ground, row),
    )


def register_export(
    session: Session, officer: Officer, activity_id: str, now: datetime, wanted: RegisterFilter = ALL
) -> Iterator[tuple[str | datetime | None, ...]]:
    """Every certificate that is wanted, as ``COLUMNS``, by number."""
    after = ""
    while rows := register_page(session, officer, activity_id, now, wanted=wanted, after=after):
        for row in rows:
            yield _exported(session, session.get_one(models.Certificate, row.certificate_id), row)
        after = rows[-1].number


def _exported(session: Session, row: models.Certificate, listed: RegisterRow) -> tuple[str | datetime | None, ...]:
    printed, kept = read_certificate(row.body), listed.keeping
    successor = session.get(models.Certificate, row.successor_id) if row.successor_id else None
    return (
        row.number,
        listed.name,
        printed.activity_title,
        listed.credits,
        printed.completed_on.isoformat(),
        row.issued_at,
        row.status,
        row.status_at,
        row.status_reason or "",
        successor.number if successor else "",
        row.pdf_hash or "",
        kept.keep_until.isoformat() if kept.keep_until else "",
        ", ".join(filter(None, (kept.body, kept.document, kept.clause))) or OWN_PERIOD,
    )


def _credits(printed: Certificate) -> str:
    return "; ".join(credit_text(credit) for credit in printed.credits)


def credit_text(credit: PrintedCredit) -> str:
    """ "0.75 AMA PRA Category 1 Credits™", or what was designated where nothing was awarded."""
    amount = f"{printed_amount(credit.amount)} {credit.label.plain}"
    return amount if credit.is_awarded else f"participation ({amount} designated)"


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


def certificates_of(provider_id: str, activity_id: str) -> Select[models.Certificate]:
    """All certificates of an activity, joined with their first award."""
    certificate, award = models.Certificate, models.CreditEntry
    return (
        select(certificate)
        .join(award, award.id == certificate.award_id)
        .where(certificate.provider_id == provider_id, award.activity_id == activity_id)
    )


def unprinted_after(session: Session, provider_id: str, activity_id: str, number: str) -> models.Certificate | None:
    """The next certificate without a file."""
    table = models.Certificate
    query = certificates_of(provider_id, activity_id).where(table.pdf_hash.is_(None), table.number > number)
    return session.scalars(query.order_by(table.number).limit(1)).first()


def printed_numbers(
    session: Session, provider_id: str, activity_id: str, wanted: RegisterFilter = ALL
) -> list[tuple[str, str]]:
    """Number and key of every certificate that is wanted and has a file."""
    table = models.Certificate
    found = wanted.of(certificates_of(provider_id, activity_id).where(table.pdf_hash.is_not(None)))
    query = found.with_only_columns(table.number, table.id)
    return [(number, key) for number, key in session.execute(query.order_by(table.number))]
