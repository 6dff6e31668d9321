"""Comparing the gradebooks with what was delivered to them, once a day and placement.

A grade that is gone (the LMS was restored from a backup, the course was reset, the column emptied) is sent again, once.
A grade that *differs* is left alone: a teacher may have overridden it, and theirs counts. Both are noted for staff.

Credit is compared as the number that is shown: where a column's maximum was changed in the LMS and its grades with it,
credit is sent again by the new one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.db.load_platform import platform_value
from lti_tool.domain.errors import CmeError
from lti_tool.domain.grade import Result
from lti_tool.domain.launch import Platform
from lti_tool.services.grade import is_outdated, put_back
from lti_tool.services.line_item import RESULT_SCOPE, is_wanted
from lti_tool.services.ports import ResultsPort

LOG = logging.getLogger(__name__)
EVERY = timedelta(days=1)
SETTLED = timedelta(hours=1)
"""A grade that was delivered more recently may not be listed yet."""
TOLERANCE = 0.005
"""Of the whole: LMSs keep two to five decimals."""


class LmsSays(StrEnum):
    """What the gradebook held at the last comparison."""

    AGREES = "agrees"
    MISSING = "missing"
    DIFFERS = "differs"
    RESCALED = "rescaled"
    """The LMS has turned an amount of credit into another number, together with what its column is worth."""


@dataclass(frozen=True, slots=True)
class Auditor:
    """What comparing needs. ``clock`` gives aware UTC times."""

    sessions: Sessions
    results: ResultsPort
    clock: Callable[[], datetime]
    is_stopping: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Column:
    """One gradebook column to read."""

    placement_id: str
    platform: Platform
    line_item: str


def reconcile_due(auditor: Auditor, limit: int = 20) -> int:
    """Compare what is due, at most ``limit`` columns; gives how many were looked at. No transaction is open meanwhile.

    An LMS that does not answer is asked again the next day.
    """
    for number in range(limit):
        if auditor.is_stopping():
            return number
        with transaction(auditor.sessions) as session:
            column = _take(session, auditor.clock())
        if column is None:
            return number
        _compare(auditor, column)
    return limit


def _is_settled(now: datetime) -> ColumnElement[bool]:
    table = models.Delivery
    return and_(table.state == "delivered", table.finished_at <= now - SETTLED)


def _take(session: Session, now: datetime) -> Column | None:
    """The column that was read longest ago. Whoever notes the time first is the one who reads it."""
    table = models.Placement
    is_due = or_(table.reconciled_at.is_(None), table.reconciled_at <= now - EVERY)
    has_grades = exists().where(models.Delivery.placement_id == table.id, _is_settled(now))
    query = (
        select(table.id)
        .where(is_due, is_wanted(), table.line_item.is_not(None), table.scopes.contains(RESULT_SCOPE), has_grades)
        .order_by(table.reconciled_at.is_not(None), table.reconciled_at, table.id)
        .limit(1)
    )
    found = session.scalars(query).first()
    if found is None:
        return None
    taken = session.execute(update(table).where(table.id == found, is_due).values(reconciled_at=now))
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return None
    row = session.get_one(table, found)
    return Column(row.id, platform_value(row.course.deployment.platform), row.line_item or "")


def _compare(auditor: Auditor, column: Column) -> None:
    try:
        held = auditor.results.get_results(column.platform, column.line_item, auditor.clock())
    except CmeError as error:
        LOG.warning("results of a column cannot be read: %s", error, extra={"platform": column.platform.id})
        return
    with transaction(auditor.sessions) as session:
        note_results(session, column, {one.user_id: one for one in held}, auditor.clock())


def note_results(session: Session, column: Column, held: Mapping[str, Result], now: datetime) -> None:
    """Note what the gradebook holds for each delivered grade, and send again what is gone for the first time."""
    table = models.Delivery
    is_credit = _note_maximum(session.get_one(models.Placement, column.placement_id), held)
    say = said_of_credit if is_credit else said_of
    own = and_(table.placement_id == column.placement_id, table.line_item == column.line_item)
    query = select(table).where(own, _is_settled(now), ~is_outdated()).with_for_update(of=table, skip_locked=True)
    for row in session.scalars(query):
        said = say(row.given, row.maximum, held.get(row.learner.subject))
        if said is LmsSays.RESCALED or (said is LmsSays.MISSING and row.lms_says != LmsSays.MISSING):
            put_back(row, now)
        row.lms_says = said.value


def _note_maximum(placement: models.Placement, held: Mapping[str, Result]) -> bool:
    """A column of credit: what it is worth in the LMS now."""
    if placement.credit_activity_id is None:
        return False
    maxima = {one.maximum for one in held.values() if one.maximum}
    if len(maxima) == 1:
        placement.lms_maximum = maxima.pop()
    return True


def said_of(given: float, maximum: float, held: Result | None) -> LmsSays:
    """Compare one grade. Moodle leaves a grade of 0 out, so a 0 of ours is never missing."""
    if held is None or held.score is None:
        return LmsSays.AGREES if given == 0 else LmsSays.MISSING
    fraction = held.score / (held.maximum or maximum)
    return LmsSays.AGREES if abs(fraction - given / maximum) <= TOLERANCE else LmsSays.DIFFERS


def said_of_credit(given: float, maximum: float, held: Result | None) -> LmsSays:
    """Compare one amount of credit, by its number."""
    said = said_of(given, maximum, held)
    if held is None or held.score is None:
        return said
    if abs(held.score - given) <= TOLERANCE:
        return LmsSays.AGREES
    return LmsSays.RESCALED if said is LmsSays.AGREES and held.maximum not in (None, maximum) else LmsSays.DIFFERS
