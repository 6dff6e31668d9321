"""What monitoring asks of the installation: what waits to be sent, for how long, and how each platform is doing.

Counted in the database, so that every process of the tool gives the same answer. No personal data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.base import Base
from lti_tool.services.mail import is_held


@dataclass(frozen=True, slots=True)
class PlatformMeasure:
    """One platform. Ages are in seconds; ``None`` where nothing of the kind was ever seen."""

    id: str
    issuer: str
    waiting: int
    sending: int
    parked: int
    oldest_age: float
    """Of the grades that wait or are being sent: since the oldest was earned; 0 for none."""
    launch_age: float | None
    refusal_age: float | None


@dataclass(frozen=True, slots=True)
class Measures:
    """The whole installation."""

    platforms: Sequence[PlatformMeasure]
    mail_waiting: int
    mail_failed: int
    mail_oldest_age: float
    sessions: int
    certificates: int
    awards: int
    unapproved: int
    """Platforms that registered themselves and wait for approval."""
    signing_key_age: float | None


def measure(session: Session, now: datetime) -> Measures:
    """Everything, in a handful of queries that use indexes."""
    table = models.Platform
    rows = session.scalars(select(table).order_by(table.issuer, table.client_id)).all()
    counts, oldest = _counts(session), _oldest(session)
    states = {row.platform_id: row for row in session.scalars(select(models.ConnectionState))}
    mail = models.Mail
    key = session.scalar(select(func.max(models.ToolKey.not_before)).where(models.ToolKey.not_before <= now))
    # What is held back for a person's restriction is no sign of trouble.
    queued = and_(mail.state.in_(("waiting", "sending")), ~is_held())
    first_mail = session.scalar(select(func.min(mail.created_at)).where(queued))
    return Measures(
        platforms=[_platform(row, counts, oldest, states.get(row.id), now) for row in rows],
        mail_waiting=_number(session, mail, queued),
        mail_failed=_number(session, mail, mail.state == "failed"),
        mail_oldest_age=_age(first_mail, now) or 0.0,
        sessions=_number(session, models.WebSession, models.WebSession.expires_at > now),
        certificates=_number(session, models.Certificate),
        awards=_number(session, models.CreditEntry, models.CreditEntry.kind == "award", models.CreditEntry.is_awarded),
        unapproved=sum(row.approved_at is None for row in rows),
        signing_key_age=_age(key, now),
    )


def _number(session: Session, table: type[Base], *conditions: object) -> int:
    query = select(func.count()).select_from(table)
    for condition in conditions:
        query = query.where(condition)  # type: ignore[arg-type]
    return session.scalars(query).one()


def _counts(session: Session) -> Mapping[tuple[str, str], int]:
    """By platform and state."""
    table = models.Delivery
    query = select(table.platform_id, table.state, func.count()).group_by(table.platform_id, table.state)
    return {(platform, state): number for platform, state, number in session.execute(query)}


def _oldest(session: Session) -> Mapping[str, datetime]:
    table = models.Delivery
    query = select(table.platform_id, func.min(table.queued_at)).where(table.state.in_(("waiting", "sending")))
    return dict(session.execute(query.group_by(table.platform_id)).all())


def _platform(
    row: models.Platform,
    counts: Mapping[tuple[str, str], int],
    oldest: Mapping[str, datetime],
    state: models.ConnectionState | None,
    now: datetime,
) -> PlatformMeasure:
    return PlatformMeasure(
        id=row.id,
        issuer=row.issuer,
        waiting=counts.get((row.id, "waiting"), 0),
        sending=counts.get((row.id, "sending"), 0),
        parked=counts.get((row.id, "parked"), 0),
        oldest_age=_age(oldest.get(row.id), now) or 0.0,
        launch_age=_age(state.launched_at if state else None, now),
        refusal_age=_age(state.refused_at if state else None, now),
    )


def _age(moment: datetime | None, now: datetime) -> float | None:
    """Seconds, never negative: clocks of two machines differ."""
    return max(0.0, (now - moment).total_seconds()) if moment else None
