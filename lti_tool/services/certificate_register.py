"""The log of a provider's certificates, for staff: by activity, filtered, page by page or whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_name
from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.certificate import Certificate, CertificateStatus, PrintedCredit
from lti_tool.domain.credit import printed_amount
from lti_tool.domain.errors import NotFound
from lti_tool.domain.retention import RecordClass, Retention
from lti_tool.domain.wire import read_certificate
from lti_tool.services.certificate_filter import (
    ALL,
    RegisterFilter,
    certificates_of,
    managed_certificates,
    was_mailed,
)
from lti_tool.services.office import Officer
from lti_tool.services.retention import (
    ActivityFacts,
    Ground,
    ground_of,
    known_activities,
    participation_retention,
    retentions,
)

PAGE = 50
PORTION = 500
"""So many rows of an export are read at a time."""
OWN_PERIOD = "provider"
"""In the export: the provider keeps certificates for longer than any body asks."""
COLUMNS = (
    *("number", "name", "activity", "credits", "completed_on", "issued_at", "status", "status_at", "status_reason"),
    *("replaced_by", "sha256", "keep_until", "rule", "mailed"),
)
"""Of the exported log. Times are UTC; ``credits`` as they are printed; ``sha256`` is empty before the first print."""


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
    activity_title: str
    credits: str
    """As they are printed."""
    is_mailed: bool


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


def _scope(session: Session, officer: Officer, activity_id: str) -> Select[models.Certificate]:
    """Of one activity, or of all that this officer manages. Raises ``Forbidden`` and
    ``NotFound("activity_unknown")``."""
    if not activity_id:
        return managed_certificates(officer)
    register_activity(session, officer, activity_id)
    return certificates_of(officer.provider_id, activity_id)


@dataclass(frozen=True, slots=True)
class _Listing:
    """What a list of certificates asks, page by page."""

    session: Session
    query: Select[Any]
    ground: Ground
    known: ActivityFacts

    @classmethod
    def of(
        cls, session: Session, officer: Officer, activity_id: str, now: datetime, wanted: RegisterFilter
    ) -> _Listing:
        """Raises ``Forbidden`` and ``NotFound("activity_unknown")``."""
        award, part, activity = models.CreditEntry, models.Participation, models.Activity
        query = (
            wanted.of(_scope(session, officer, activity_id))
            .join(part, part.id == award.participation_id)
            .join(activity, activity.id == award.activity_id)
            .add_columns(part, activity.title, was_mailed())
        )
        return cls(session, query, ground_of(session, officer.provider_id, now), known_activities(session))

    def page(self, after: str, limit: int, *, is_newest_first: bool = False) -> list[_Listed]:
        """Numbers rise with the time of issue."""
        number = models.Certificate.number
        query = self.query.order_by(number.desc() if is_newest_first else number).limit(limit)
        if after:
            query = query.where(number < after if is_newest_first else number > after)
        found = self.session.execute(query).all()
        parts = [part for _, part, _, _ in found]
        kept = retentions(self.session, self.ground, parts, RecordClass.CREDIT, self.known)
        return [
            _Listed(row, read_certificate(row.body), title, _kept(self.ground, kept[part.id]), is_mailed)
            for row, part, title, is_mailed in found
        ]


@dataclass(frozen=True, slots=True)
class _Listed:
    row: models.Certificate
    printed: Certificate
    title: str
    keeping: Keeping
    is_mailed: bool

    @property
    def credits(self) -> str:
        return "; ".join(map(credit_text, self.printed.credits))

    def shown(self) -> RegisterRow:
        row = self.row
        status, is_printed = CertificateStatus(row.status), row.pdf_hash is not None
        head = (row.id, row.number, self.printed.learner_name, status, row.issued_at, is_printed)
        return RegisterRow(*head, self.keeping, self.title, self.credits, self.is_mailed)

    def exported(self, successors: Mapping[str, str]) -> tuple[str | datetime | None, ...]:
        """As ``COLUMNS``. ``successors``: key to number of certificates that replaced others."""
        row, kept = self.row, self.keeping
        return (
            row.number,
            self.printed.learner_name,
            self.printed.activity_title,
            self.credits,
            self.printed.completed_on.isoformat(),
            row.issued_at,
            row.status,
            row.status_at,
            row.status_reason or "",
            successors.get(row.successor_id or "", ""),
            row.pdf_hash or "",
            kept.keep_until.isoformat() if kept.keep_until else "",
            ", ".join(filter(None, (kept.body, kept.document, kept.clause))) or OWN_PERIOD,
            "yes" if self.is_mailed else "no",
        )


def register_page(
    session: Session,
    officer: Officer,
    activity_id: str,
    now: datetime,
    *,
    wanted: RegisterFilter = ALL,
    after: str = "",
    is_newest_first: bool = False,
) -> tuple[RegisterRow, ...]:
    """Up to :data:`PAGE` certificates with numbers beyond ``after``; ``activity_id`` ``""``: of every activity that
    this officer manages. Raises ``Forbidden`` and ``NotFound("activity_unknown")``."""
    listing = _Listing.of(session, officer, activity_id, now, wanted)
    return tuple(one.shown() for one in listing.page(after, PAGE, is_newest_first=is_newest_first))


def register_export(
    session: Session, officer: Officer, activity_id: str, now: datetime, wanted: RegisterFilter = ALL
) -> Iterator[tuple[str | datetime | None, ...]]:
    """Every certificate that is wanted, as ``COLUMNS``, by number; ``activity_id`` ``""``: of every activity."""
    after, listing = "", _Listing.of(session, officer, activity_id, now, wanted)
    while rows := listing.page(after, PORTION):
        successors = _numbers(session, [one.row.successor_id for one in rows if one.row.successor_id])
        yield from (one.exported(successors) for one in rows)
        after = rows[-1].row.number


def _numbers(session: Session, keys: Sequence[str]) -> dict[str, str]:
    table = models.Certificate
    found = session.execute(select(table.id, table.number).where(table.id.in_(keys))).all() if keys else ()
    return {row.id: row.number for row in found}


def credit_text(credit: PrintedCredit) -> str:
    """ "0.75 AMA PRA Category 1 Credits™", or what was designated where nothing was awarded."""
    amount = f"{printed_amount(credit.amount)} {credit.label.plain}"
    return amount if credit.is_awarded else f"participation ({amount} designated)"


def _keeping(session: Session, ground: Ground, row: models.Certificate) -> Keeping:
    award = session.get_one(models.CreditEntry, row.award_id)
    part = session.get_one(models.Participation, award.participation_id)
    return _kept(ground, participation_retention(session, ground, part, RecordClass.CREDIT))


def _kept(ground: Ground, found: Retention) -> Keeping:
    rule = ground.rule(found.rule)
    return Keeping(found.keep_until, rule.body, rule.document, rule.clause) if rule else Keeping(found.keep_until)


def keeping(session: Session, officer: Officer, certificate_id: str, now: datetime) -> Keeping:
    """Of one certificate of this provider. Raises ``NotFound("certificate_unknown")``."""
    row = session.get(models.Certificate, certificate_id)
    if row is None or row.provider_id != officer.provider_id:
        raise NotFound("certificate_unknown")
    return _keeping(session, ground_of(session, officer.provider_id, now), row)


def unprinted_after(session: Session, provider_id: str, activity_id: str, number: str) -> models.Certificate | None:
    """The next certificate without a file."""
    table = models.Certificate
    query = certificates_of(provider_id, activity_id).where(table.pdf_hash.is_(None), table.number > number)
    return session.scalars(query.order_by(table.number).limit(1)).first()


def printed_numbers(
    session: Session, officer: Officer, activity_id: str, wanted: RegisterFilter = ALL
) -> list[tuple[str, str]]:
    """Number and key of every certificate that is wanted and has a file; ``activity_id`` ``""``: of every activity."""
    table = models.Certificate
    found = wanted.of(_scope(session, officer, activity_id).where(table.pdf_hash.is_not(None)))
    query = found.with_only_columns(table.number, table.id)
    return [(number, key) for number, key in session.execute(query.order_by(table.number))]


def unprinted_activities(session: Session, officer: Officer, wanted: RegisterFilter) -> list[str]:
    """Keys of the activities of which a certificate that is wanted has no file yet."""
    award = models.CreditEntry
    query = wanted.of(managed_certificates(officer).where(models.Certificate.pdf_hash.is_(None)))
    return list(session.scalars(query.with_only_columns(award.activity_id).distinct().order_by(award.activity_id)))


@dataclass(frozen=True, slots=True)
class RegisterChoices:
    """What the log can be narrowed to: activities by key, credit types by code, each with its name."""

    activities: tuple[tuple[str, str], ...]
    credit_types: tuple[tuple[str, str], ...]


def register_choices(session: Session, officer: Officer) -> RegisterChoices:
    """Of what this officer manages. Raises ``Forbidden``."""
    officer.require(Capability.MANAGE_CERTIFICATES)
    activity, entry = models.Activity, models.CreditEntry
    has_credit = exists().where(entry.activity_id == activity.id)
    query = select(activity.id, activity.title).where(activity.provider_id == officer.provider_id, has_credit)
    found = session.execute(query.order_by(activity.title, activity.id)).all()
    codes = session.scalars(select(entry.credit_type).where(entry.provider_id == officer.provider_id).distinct())
    return RegisterChoices(
        tuple((key, title) for key, title in found if officer.may(Capability.MANAGE_CERTIFICATES, key)),
        tuple(sorted(((code, credit_name(code)) for code in codes), key=lambda one: one[1])),
    )
