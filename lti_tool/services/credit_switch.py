"""The office's switch for columns of credit, per deployment of a learning platform, and how they are doing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session, lazyload, load_only

from lti_tool.db import models
from lti_tool.domain.errors import Conflict, NotFound
from lti_tool.services.audit import Actor, note
from lti_tool.services.credit_column import is_makeable

AT_ONCE = 1000
"""Most scores that one transaction takes back."""


@dataclass(frozen=True, slots=True)
class CreditColumns:
    """One deployment of a platform, and whether its courses get a column for credit."""

    deployment_id: str
    is_on: bool
    refusing: int
    """Links that open an activity where the LMS lets the tool make no columns."""
    unfinished: int
    """Columns whose learners may hold credit that was not looked at yet; with the switch off, that holds scores which
    are still to be taken back."""
    differing: int
    """Columns that are worth other points in the LMS than the tool would give them."""


def credit_columns(session: Session, provider_id: str, platform_id: str) -> tuple[CreditColumns, ...]:
    """This provider's deployments of a platform, by name."""
    own = _own(session, provider_id, platform_id)
    return tuple(_counted(session, row) for row in own)


def _own(session: Session, provider_id: str, platform_id: str) -> Sequence[models.Deployment]:
    table = models.Deployment
    own = select(table).where(table.platform_id == platform_id, table.provider_id == provider_id)
    return session.scalars(own.order_by(table.deployment_id)).all()


def _counted(session: Session, row: models.Deployment) -> CreditColumns:
    table = models.Placement
    unfinished = _number(session, row, table.credit_cursor.is_not(None))
    differing = _number(session, row, table.lms_maximum != table.credit_maximum)
    return CreditColumns(row.deployment_id, row.sends_credit, _refusing(session, row), unfinished, differing)


def _columns(deployment: models.Deployment) -> Select[str]:
    table, course = models.Placement, models.Course
    query = select(table.id).join(course, course.id == table.course_id)
    return query.where(course.deployment_id == deployment.id, table.credit_activity_id.is_not(None))


def _number(session: Session, deployment: models.Deployment, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(_columns(deployment).where(condition).subquery())) or 0


def _refusing(session: Session, deployment: models.Deployment) -> int:
    table, course = models.Placement, models.Course
    query = select(table).options(load_only(table.line_items, table.scopes), lazyload("*"))
    query = query.join(course, course.id == table.course_id).where(course.deployment_id == deployment.id)
    links = session.scalars(query.where(table.activity_id.is_not(None)))
    return sum(1 for link in links if not is_makeable(link))


def set_credit_columns(
    session: Session, actor: Actor, platform_id: str, deployment_id: str, now: datetime, *, is_on: bool
) -> None:
    """Switch the columns of a deployment on or off, with an entry in the audit trail. On, the worker walks all of them
    for credit that is held already; off, what waits is not sent, and the columns stay as they are.

    Raises ``NotFound("platform_unknown")`` for a deployment that is not the actor's provider's, and
    ``Conflict("credit_being_withdrawn")`` where more waits from before than one transaction takes back.
    """
    own = {row.deployment_id: row for row in _own(session, actor.provider_id, platform_id)}
    row = own.get(deployment_id)
    if row is None:
        raise NotFound("platform_unknown")
    if row.sends_credit == is_on:
        return
    row.sends_credit = is_on
    session.flush()
    is_left = take_back(session, models.Delivery.placement_id.in_(_columns(row)), now) == AT_ONCE
    if is_on and is_left:
        raise Conflict("credit_being_withdrawn")
    # A worker that is walking one of them has its lease taken away with it.
    walked = {"credit_cursor": "" if is_on or is_left else None, "credit_leased_until": None}
    columns = update(models.Placement).where(models.Placement.id.in_(_columns(row)))
    session.execute(columns.values(walked), execution_options={"synchronize_session": False})
    action = "credit_columns.switched_on" if is_on else "credit_columns.switched_off"
    note(session, actor, action, f"platform:{platform_id}", now, detail={"deployment": deployment_id})


def take_back(session: Session, which: ColumnElement[bool], now: datetime) -> int:
    """Scores that were queued and not sent, at most ``AT_ONCE``: they are not sent any more. Gives their number."""
    table = models.Delivery
    unsent = select(table.id).where(which, table.state.in_(("waiting", "parked"))).order_by(table.id).limit(AT_ONCE)
    keys = session.scalars(unsent.with_for_update()).all()
    change = update(table).where(table.id.in_(keys)).values(state="superseded", finished_at=now)
    session.execute(change, execution_options={"synchronize_session": False})
    return len(keys)
