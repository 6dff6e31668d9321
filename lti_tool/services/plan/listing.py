"""Which plans there are, and how each of them came about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.document import Change
from lti_tool.domain.plan import Phase, PlanState, phase
from lti_tool.services.office import Officer
from lti_tool.services.plan.powers import plans_in_reach
from lti_tool.services.plan.work import plan_row, restored

PAGE = 50
HISTORY_PAGE = 50


@dataclass(frozen=True, slots=True)
class ListedPlan:
    id: str
    key: str
    title: str
    state: PlanState
    phase: Phase
    errors: int
    """Unmet rules when it was saved last."""
    opens_at: datetime | None
    closes_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PlanList:
    plans: tuple[ListedPlan, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class Unplanned:
    """An activity that came as a file and has no plan here yet."""

    activity_id: str
    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Revision:
    number: int
    author_name: str
    at: datetime
    act: str
    note: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class History:
    revisions: tuple[Revision, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // HISTORY_PAGE))


def _filtered(officer: Officer, state: PlanState | None, search: str) -> Select[Any]:
    """Archived plans are listed only when they are asked for."""
    table = models.ActivityPlan
    query = select(table).where(table.provider_id == officer.provider_id, plans_in_reach(officer))
    if state is not None:
        query = query.where(table.state == state.value)
    else:
        query = query.where(table.state != PlanState.ARCHIVED.value)
    for word in search.replace("\0", "").split():
        query = query.where(table.title.icontains(word, autoescape=True) | table.key.icontains(word, autoescape=True))
    return query


def list_plans(
    db: Session, officer: Officer, now: datetime, state: PlanState | None = None, search: str = "", page: int = 1
) -> PlanList:
    """One page, by title, of those that the officer may see."""
    table = models.ActivityPlan
    query = _filtered(officer, state, search)
    total = db.scalar(select(func.count()).select_from(query.with_only_columns(table.id).subquery())) or 0
    page = min(page, max(1, -(-total // PAGE)))
    columns = (
        *(table.id, table.key, table.title, table.state, table.errors),
        *(table.opens_at, table.closes_at, table.updated_at),
    )
    rows = query.with_only_columns(*columns).order_by(table.title, table.id).limit(PAGE).offset((page - 1) * PAGE)
    plans = tuple(
        ListedPlan(
            id=row.id,
            key=row.key,
            title=row.title,
            state=PlanState(row.state),
            phase=phase(PlanState(row.state), row.opens_at, row.closes_at, now),
            errors=row.errors,
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            updated_at=row.updated_at,
        )
        for row in db.execute(rows)
    )
    return PlanList(plans, total, page)


def plan_named(db: Session, officer: Officer, key: str) -> str | None:
    """Row key of the plan with this key; ``None`` also for one that the officer may not see."""
    table = models.ActivityPlan
    mine = (table.provider_id == officer.provider_id, table.key == key.replace("\0", ""), plans_in_reach(officer))
    return db.scalars(select(table.id).where(*mine)).first()


def unplanned_activities(db: Session, officer: Officer) -> tuple[Unplanned, ...]:
    """Activities that were imported as files, by title: those that the officer may plan."""
    activity, plan = models.Activity, models.ActivityPlan
    query = (
        select(activity.id, activity.key, activity.title)
        .outerjoin(plan, plan.activity_id == activity.id)
        .where(activity.provider_id == officer.provider_id, activity.version > 0, plan.id.is_(None))
        .order_by(activity.title, activity.id)
    )
    found = (Unplanned(row.id, row.key, row.title) for row in db.execute(query))
    return tuple(one for one in found if officer.may(Capability.PLAN, one.activity_id))


def history(db: Session, officer: Officer, plan_id: str, page: int = 1) -> History:
    """Who changed what and when, newest first. Raises ``NotFound("plan_unknown")``."""
    row = plan_row(db, officer, plan_id)
    table = models.PlanRevision
    page = max(1, min(page, -(-row.revision // HISTORY_PAGE)))
    query = select(table).where(table.plan_id == plan_id).order_by(table.number.desc())
    rows = db.scalars(query.limit(HISTORY_PAGE).offset((page - 1) * HISTORY_PAGE))
    revisions = tuple(
        Revision(one.number, one.author_name, one.at, one.act, one.note, restored(one.changes)) for one in rows
    )
    return History(revisions, row.revision, page)
