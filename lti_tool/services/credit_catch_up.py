"""Credit that was held before its column was there: found by the worker, learner by learner, and by launches.

A column keeps how far it was walked. A learner is told of in a transaction of their own, with their participation
locked as for a new entry of the ledger, so that the newest amount is the last one queued. A worker that is killed
leaves the learners after its last mark; who is met twice is told once, since what the queue says already is not queued.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.db.load import activity_value, identities
from lti_tool.domain.errors import CmeError
from lti_tool.services.credit_column import column_maximum, is_makeable, open_column, owe_credit, wanting
from lti_tool.services.credit_switch import AT_ONCE, take_back
from lti_tool.services.grade import identity_in
from lti_tool.services.line_item import WRITE_SCOPE
from lti_tool.services.participation import lock, newest_version
from lti_tool.services.session import Visit

LOG = logging.getLogger(__name__)
PAGE = 100
"""Learners that are looked at under one lease, and links in one transaction."""
LEASE = timedelta(minutes=5)
"""Much longer than a page takes. A worker that dies holds up one column for so long."""
OPENING_CHECK = timedelta(minutes=1)
"""How often a worker looks for courses without a column."""


@dataclass(frozen=True, slots=True)
class Walk:
    """One column in the hands of one worker."""

    column_id: str
    course_id: str
    activity_id: str
    is_on: bool
    cursor: str
    leased_until: datetime


def open_columns(sessions: Sessions, now: datetime, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Rows for the columns of links that came after the switch, or were there before it; gives their number."""
    after, opened = "", 0
    while not is_stopping():
        with transaction(sessions) as session:
            links = session.scalars(_without_column(after)).all()
            opened += sum(_open(session, link, now) for link in links)
            after = links[-1].id if links else ""
        if len(links) < PAGE:
            break
    return opened


def _without_column(after: str) -> Select[models.Placement]:
    link, course, owner = models.Placement, models.Course, models.Deployment
    column = select(models.Placement.course_id, models.Placement.credit_activity_id).subquery()
    has_column = exists().where(column.c.course_id == link.course_id, column.c.credit_activity_id == link.activity_id)
    return (
        select(link)
        .join(course, course.id == link.course_id)
        .join(owner, owner.id == course.deployment_id)
        .where(owner.sends_credit.is_(True), link.activity_id.is_not(None), link.line_items.is_not(None))
        .where(link.scopes.contains(WRITE_SCOPE), ~has_column, link.id > after)
        .order_by(link.id)
        .limit(PAGE)
    )


def _open(session: Session, link: models.Placement, now: datetime) -> bool:
    if link.activity_id is None or not is_makeable(link):
        return False
    activity = activity_value(session, link.activity_id, newest_version(session, link.activity_id))
    if column_maximum(activity) == 0:
        return False
    open_column(session, link, link.activity_id, activity, now)
    return True


def catch_up(sessions: Sessions, clock: Callable[[], datetime], is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Take one column and go on with it for a page; gives the number of learners looked at or of scores taken back,
    and 1 at least where there was something to do."""
    with transaction(sessions) as session:
        walk = _take(session, clock())
    if walk is None:
        return 0
    return _tell_page(sessions, walk, clock, is_stopping) if walk.is_on else _withdraw(sessions, walk, clock())


def _take(session: Session, now: datetime) -> Walk | None:
    table = models.Placement
    is_free = or_(table.credit_leased_until.is_(None), table.credit_leased_until <= now)
    query = select(table).where(table.credit_cursor.is_not(None), is_free).order_by(table.id).limit(1)
    row = session.scalars(query.with_for_update(of=table, skip_locked=True, key_share=True)).first()
    if row is None or row.credit_cursor is None or row.credit_activity_id is None:
        return None
    row.credit_leased_until = until = now + LEASE
    is_on = row.course.deployment.sends_credit
    return Walk(row.id, row.course_id, row.credit_activity_id, is_on, row.credit_cursor, until)


def _tell_page(sessions: Sessions, walk: Walk, clock: Callable[[], datetime], is_stopping: Callable[[], bool]) -> int:
    with transaction(sessions) as session:
        learners = _learners(session, walk)
        holders = _holders(session, walk.activity_id, learners)
    done = ""
    for learner_id in learners:
        if is_stopping():
            break
        if learner_id in holders:
            _tell_one(sessions, walk, learner_id, clock())
        done = learner_id
    is_end = len(learners) < PAGE and done == (learners[-1] if learners else "")
    with transaction(sessions) as session:
        _leave(session, walk, None if is_end else done or walk.cursor)
    return max(1, len(learners))


def _learners(session: Session, walk: Walk) -> Sequence[str]:
    table = models.CourseMember
    here = select(table.learner_id).where(table.course_id == walk.course_id, table.is_staff.is_(False))
    return session.scalars(here.where(table.learner_id > walk.cursor).order_by(table.learner_id).limit(PAGE)).all()


def _holders(session: Session, activity_id: str, learners: Sequence[str]) -> frozenset[str]:
    """Those with entries in the ledger, under whatever identity of theirs."""
    entry, learner = models.CreditEntry, models.Learner
    person = func.coalesce(learner.merged_into, learner.id)
    query = select(person).join(entry, entry.learner_id == learner.id).where(entry.activity_id == activity_id)
    return frozenset(session.scalars(query.where(or_(learner.id.in_(learners), learner.merged_into.in_(learners)))))


def _tell_one(sessions: Sessions, walk: Walk, learner_id: str, now: datetime) -> None:
    """A learner of whom it fails is left out: their next launch or entry tells of them."""
    try:
        with transaction(sessions) as session:
            _tell(session, session.get_one(models.Placement, walk.column_id), learner_id, now)
    except CmeError:
        LOG.exception("credit of a learner cannot be told to a column", extra={"placement": walk.column_id})


def _tell(session: Session, column: models.Placement, learner_id: str, now: datetime) -> None:
    own = models.Participation
    mine = and_(own.learner_id == learner_id, own.activity_id == column.credit_activity_id, own.is_trial.is_(False))
    key = session.scalars(select(own.id).where(mine)).first()
    if key is None:
        return
    row = lock(session, key)
    if wanting(session, {column.course.deployment_id}):
        owe_credit(session, learner_id, column, activity_value(session, row.activity_id, row.version), now)


def _withdraw(sessions: Sessions, walk: Walk, now: datetime) -> int:
    with transaction(sessions) as session:
        number = take_back(session, models.Delivery.placement_id == walk.column_id, now)
        _leave(session, walk, None if number < AT_ONCE else "")
    return max(1, number)


def _leave(session: Session, walk: Walk, cursor: str | None) -> None:
    """Mark how far it was walked, unless the lease has gone to somebody else or the switch was used."""
    table = models.Placement
    is_mine = and_(table.id == walk.column_id, table.credit_leased_until == walk.leased_until)
    session.execute(update(table).where(is_mine).values(credit_cursor=cursor, credit_leased_until=None))


def note_arrived_credit(session: Session, visit: Visit, now: datetime) -> None:
    """Queue what the visitor holds for those columns of this course that were told nothing of them yet: somebody who
    earned it in another course is known here from this launch on."""
    owner = session.get(models.Deployment, visit.deployment_id)
    if visit.is_staff or visit.is_test_user or owner is None or not owner.sends_credit:
        return
    whose = identity_in(session, visit.learner_id, visit.course_id)
    for column in session.scalars(_untold(visit, whose)).all():
        _tell(session, column, visit.learner_id, now)


def _untold(visit: Visit, whose: str) -> Select[models.Placement]:
    column, entry, told = models.Placement, models.CreditEntry, models.Delivery
    is_held = exists().where(
        entry.activity_id == column.credit_activity_id, entry.learner_id.in_(identities(visit.learner_id))
    )
    is_told = exists().where(told.learner_id == whose, told.placement_id == column.id)
    own = select(column).where(column.course_id == visit.course_id, column.credit_activity_id.is_not(None))
    return own.where(is_held, ~is_told).order_by(column.credit_activity_id)
