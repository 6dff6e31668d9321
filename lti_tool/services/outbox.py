"""The queue of grades: who may send which, and what became of it. Each function is part of one short transaction.

A row is taken by a lease. Only the holder of the lease may say what became of it: a worker that slept through its lease
changes nothing. PostgreSQL hands different rows to different workers (SKIP LOCKED); SQLite lets one write at a time.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from lti_tool.db import models
from lti_tool.db.load_platform import platform_value
from lti_tool.domain.activity import Step
from lti_tool.domain.grade import Delivery, LineItem, LineItemSpec, Score, next_timestamp
from lti_tool.domain.launch import Platform
from lti_tool.services.line_item import CREDIT_TAG, Column, credit_resource_id, is_wanted, resource_id, tag_of
from lti_tool.services.restriction import is_restricted
from lti_tool.services.retry import Fate, State

LEASE = timedelta(minutes=5)
"""Longer than all HTTP calls of one delivery together. A worker that dies holds up one grade for so long."""


HASTENED = 100
"""Most rows that one good answer calls back; each of them calls back more."""


@dataclass(frozen=True, slots=True)
class Job:
    """One grade to send, with all that is needed, so that no transaction is open meanwhile."""

    delivery_id: str
    placement_id: str
    lease: str
    leased_until: datetime
    platform: Platform
    line_item: str
    """``""`` while the placement has none: then ``column`` says where to look."""
    column: Column
    score: Score
    is_doubtful: bool
    tries: int
    """With this one."""
    queued_at: datetime

    @property
    def is_too_much(self) -> bool:
        """More credit than its column is worth: LMSs cut it to that, and show a number that is wrong."""
        return self.column.is_credit and self.score.given > self.score.maximum


def recover(db: Session, now: datetime) -> bool:
    """A row whose worker has died waits again, unless there is a newer score; ``False`` when there is no such row.

    One row at a time, so that a learner's request never waits for two. ``IntegrityError`` means that a newer score has
    just been queued: try again.
    """
    table = models.Delivery
    expired = select(table).where(table.state == "sending", table.leased_until <= now).limit(1)
    row = db.scalars(expired.with_for_update(of=table, skip_locked=True)).first()
    if row is None:
        return False
    row.is_doubtful = True
    _release(row, "superseded" if _has_newer(db, row) else "waiting", now)
    db.flush()
    return True


def hasten(db: Session, platform_id: str, now: datetime) -> None:
    """The platform answers again: what waits only because it was out of reach need not wait for hours."""
    table = models.Delivery
    unheard = and_(table.outcome == Delivery.RETRY.value, table.status.is_(None))
    query = select(table).where(table.platform_id == platform_id, table.state == "waiting", table.next_at > now)
    for row in db.scalars(query.where(unheard).limit(HASTENED).with_for_update(of=table, skip_locked=True)):
        row.next_at = now


def claim(db: Session, now: datetime, resting: frozenset[str] = frozenset()) -> Job | None:
    """Take the row that has been due for longest, or ``None``. ``resting``: platforms to leave alone for now.

    ``IntegrityError`` means that another worker was quicker: try again.
    """
    row = _longest_due(db, now, resting)
    if row is None:
        return None
    row.state, row.lease, row.leased_until = "sending", uuid.uuid4().hex, now + LEASE
    row.line_item = row.placement.line_item or ""
    row.tries += 1
    db.flush()
    return _job(db, row)


def _longest_due(db: Session, now: datetime, resting: frozenset[str]) -> models.Delivery | None:
    if not resting:
        return db.scalars(_due(now)).first()
    # One platform after the other: the backlog of those that rest is not looked at.
    for platform_id in db.scalars(_with_due(now, resting)):
        row = db.scalars(_due(now).where(models.Delivery.platform_id == platform_id)).first()
        if row is not None:
            return row
    return None


def _with_due(now: datetime, resting: frozenset[str]) -> Select[str]:
    """Platforms with something due that do not rest; the one that has waited for longest first."""
    table, platform = models.Delivery, models.Platform
    oldest = select(func.min(table.next_at)).where(table.platform_id == platform.id, table.state == "waiting")
    first = oldest.scalar_subquery()
    return select(platform.id).where(platform.id.not_in(sorted(resting)), first <= now).order_by(first)


def _due(now: datetime) -> Select[models.Delivery]:
    table, other = models.Delivery, aliased(models.Delivery)
    is_same_learner = other.learner_id == table.learner_id
    is_sought = and_(models.Placement.line_item.is_(None), other.line_item == "")
    is_busy = exists().where(
        other.placement_id == table.placement_id, other.state == "sending", or_(is_same_learner, is_sought)
    )
    return (
        select(table)
        .join(models.Placement, models.Placement.id == table.placement_id)
        .where(table.state == "waiting", table.next_at <= now, ~is_busy)
        .where(~is_restricted(table.learner_id), is_wanted())
        .order_by(table.next_at, table.stamp)
        .limit(1)
        .with_for_update(of=table, skip_locked=True)
    )


def _job(db: Session, row: models.Delivery) -> Job:
    assert row.lease is not None and row.leased_until is not None  # noqa: S101 - narrows the type
    score = Score(
        row.learner.subject, row.given, row.maximum, row.stamp, comment=row.comment, submitted_at=row.submitted_at
    )
    return Job(
        delivery_id=row.id,
        placement_id=row.placement_id,
        lease=row.lease,
        leased_until=row.leased_until,
        platform=platform_value(db.get_one(models.Platform, row.platform_id)),
        line_item=row.line_item,
        column=_column(db, row),
        score=score,
        is_doubtful=row.is_doubtful,
        tries=row.tries,
        queued_at=row.queued_at,
    )


def _column(db: Session, row: models.Delivery) -> Column:
    placement = row.placement
    if placement.credit_activity_id:
        return _credit_column(db, row, placement.credit_activity_id)
    activity = db.get(models.Activity, placement.activity_id) if placement.activity_id else None
    step = Step(placement.step) if placement.step else None
    spec = LineItemSpec(
        label=placement.title or (activity.title if activity else "CME"),
        score_maximum=row.maximum,
        resource_id=resource_id(activity.key, step) if activity else "",
        tag=tag_of(step),
        resource_link_id=placement.resource_link_id,
    )
    return Column(placement.line_items, frozenset(placement.scopes.split()), spec)


def _credit_column(db: Session, row: models.Delivery, activity_id: str) -> Column:
    """Not of any link, or an LMS would take it for the link's own grade."""
    placement = row.placement
    name = credit_resource_id(db.get_one(models.Activity, activity_id).key)
    maximum = placement.credit_maximum or row.maximum
    spec = LineItemSpec(placement.title, maximum, resource_id=name, tag=CREDIT_TAG)
    return Column(placement.line_items, frozenset(placement.scopes.split()), spec, is_credit=True)


def note_line_item(db: Session, job: Job, item: LineItem) -> Job:
    """The placement's column is known from now on, or another one than before; gives what to send to it. A launch that
    named one meanwhile wins.

    A column of credit is walked: if it stands for one that was deleted, it holds nobody else's credit yet.
    """
    placement = models.Placement
    is_as_taken = func.coalesce(placement.line_item, "") == job.line_item
    free = and_(placement.id == job.placement_id, is_as_taken)
    walked = {"credit_cursor": "", "credit_leased_until": None} if job.column.is_credit else {}
    db.execute(update(placement).where(free).values(line_item=item.url, **walked))
    known = db.scalars(select(placement.line_item).where(placement.id == job.placement_id)).one() or item.url
    db.execute(update(models.Delivery).where(_is_held(job)).values(line_item=known))
    return replace(job, line_item=known)


def note_maximum(db: Session, job: Job, maximum: float) -> Job:
    """The LMS gives the column so many points: what is sent names them from now on. What may have arrived already is
    sent as it was."""
    held, placement = models.Delivery, models.Placement
    db.execute(update(placement).where(placement.id == job.placement_id).values(lms_maximum=maximum))
    if job.is_doubtful:
        return job
    db.execute(update(held).where(_is_held(job)).values(maximum=maximum))
    return replace(job, score=replace(job.score, maximum=maximum))


def settle(db: Session, job: Job, fate: Fate, now: datetime) -> bool:
    """Write down what became of it; ``False`` if the lease has passed to somebody else, and then nothing is changed.

    ``IntegrityError`` means that a newer score is just being queued: try again.
    """
    row = db.scalars(select(models.Delivery).where(_is_held(job)).with_for_update(of=models.Delivery)).first()
    if row is None:
        return False
    is_outdated = fate.state is not State.DELIVERED and _has_newer(db, row)
    row.outcome, row.status, row.answer = fate.outcome, fate.status, fate.answer
    row.is_doubtful = fate.is_doubtful
    if fate.needs_new_timestamp:
        row.stamp = next_timestamp(row.stamp, now)
    _release(row, "superseded" if is_outdated else fate.state.value, now, fate.pause)
    db.flush()
    return True


def _release(row: models.Delivery, state: str, now: datetime, pause: timedelta = timedelta()) -> None:
    row.state, row.lease, row.leased_until = state, None, None
    if state == "waiting":
        row.next_at = now + pause
    else:
        row.finished_at = now


def _is_held(job: Job) -> ColumnElement[bool]:
    table = models.Delivery
    return and_(table.id == job.delivery_id, table.lease == job.lease, table.state == "sending")


def _has_newer(db: Session, row: models.Delivery) -> bool:
    table = models.Delivery
    same = and_(table.learner_id == row.learner_id, table.placement_id == row.placement_id)
    return db.scalars(select(table.id).where(same, table.stamp > row.stamp).limit(1)).first() is not None
