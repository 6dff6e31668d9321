"""Grades that did not arrive: over all courses, from the command line and, for one platform, from the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.grade import Delivery
from lti_tool.services.audit import Actor, note
from lti_tool.services.grade import is_outdated, put_back


@dataclass(frozen=True, slots=True)
class ParkedGrade:
    """One grade that waits for somebody to look. Nobody is named."""

    delivery_id: str
    issuer: str
    outcome: str
    status: int | None
    answer: str


@dataclass(frozen=True, slots=True)
class StuckGrades:
    """Grades of one platform that have not arrived, by what happened last. Nobody is named."""

    is_parked: bool
    """Given up until somebody sends them again; otherwise they are tried by themselves."""
    outcome: str
    """Of the last try: a ``domain.grade.Delivery``, ``no_line_item``, ``column_too_small``; ``""`` before the first."""
    number: int
    since: datetime
    """When the oldest of them was queued."""


def _through(provider_id: str, platform_id: str) -> ColumnElement[bool]:
    """Deliveries to this provider's courses on this platform, which others may share."""
    placement, course, deployment = models.Placement, models.Course, models.Deployment
    own = select(placement.id).join(course, course.id == placement.course_id)
    own = own.join(deployment, deployment.id == course.deployment_id).where(deployment.provider_id == provider_id)
    return (models.Delivery.platform_id == platform_id) & models.Delivery.placement_id.in_(own)


def stuck_grades(session: Session, provider_id: str, platform_id: str) -> Sequence[StuckGrades]:
    """Those that were given up first, then those that wait; the longest first."""
    table = models.Delivery
    is_parked = case((table.state == "parked", True), else_=False)
    since = func.min(table.queued_at)
    query = (
        select(is_parked, table.outcome, func.count(), since)
        .where(_through(provider_id, platform_id), table.state.in_(("waiting", "sending", "parked")), ~is_outdated())
        .group_by(is_parked, table.outcome)
        .order_by(is_parked.desc(), since)
    )
    return [StuckGrades(bool(parked), outcome, number, at) for parked, outcome, number, at in session.execute(query)]


def _parked(issuer: str | None, outcome: str | None) -> Select[models.Delivery]:
    """Parked and not outdated by a newer score."""
    table = models.Delivery
    query = select(table).join(models.Platform, models.Platform.id == table.platform_id)
    query = query.where(table.state == "parked", ~is_outdated()).order_by(table.finished_at, table.id)
    if issuer:
        query = query.where(models.Platform.issuer == issuer)
    return query.where(table.outcome == outcome) if outcome else query


def parked(session: Session) -> Sequence[ParkedGrade]:
    """All of them, the longest first."""
    return [
        ParkedGrade(
            row.id,
            session.get_one(models.Platform, row.platform_id).issuer,
            row.outcome,
            row.status,
            row.answer,
        )
        for row in session.scalars(_parked(None, None))
    ]


def redrive(session: Session, now: datetime, *, issuer: str | None = None, outcome: str | None = None) -> int:
    """Let them wait again, for another full period; gives their number. A deleted column is looked for anew."""
    return _send_again(session, _parked(issuer, outcome), now)


def redrive_platform(session: Session, actor: Actor, platform_id: str, now: datetime) -> int:
    """The same for the actor's provider and one platform, with an entry in the audit trail."""
    number = _send_again(session, _parked(None, None).where(_through(actor.provider_id, platform_id)), now)
    if number:
        note(session, actor, "grades.sent_again", f"platform:{platform_id}", now, detail={"number": number})
    return number


def _send_again(session: Session, wanted: Select[models.Delivery], now: datetime) -> int:
    rows = session.scalars(wanted.with_for_update(of=models.Delivery)).all()
    for row in rows:
        if row.outcome == Delivery.GONE.value and row.placement.line_item == row.line_item:
            row.placement.line_item = None
        put_back(row, now)
    return len(rows)
