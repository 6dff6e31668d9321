"""What people, support and partners are decided for: a plan, or an activity that came as a file and has no plan.

The only place that knows which table a ``plan_id`` belongs to. An activity that has a plan goes by the plan's id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import Forbidden, NotFound
from lti_tool.domain.plan import PlanState
from lti_tool.services import outline
from lti_tool.services.office import Officer
from lti_tool.services.outline import NO_DAY, Outline
from lti_tool.services.row_key import is_row_key

HELD = (
    models.ActivityRole,
    models.RelevanceDecision,
    models.EvidenceFile,
    models.CommercialSupport,
    models.JointProvider,
    models.Standard3Choice,
)
"""Everything that hangs on a ``plan_id``."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of the activity. Days are days in ``time_zone``."""

    id: str
    title: str
    format: LearningFormat
    starts_on: date
    ends_on: date
    time_zone: str = "UTC"
    is_series: bool = False
    activity_id: str = ""
    """For capabilities that were granted for one activity; empty before the approval."""
    created_by: str | None = None
    """Who began the plan."""

    @property
    def is_dated(self) -> bool:
        return self.starts_on != NO_DAY

    def is_over(self, ends_on: date | None, now: datetime) -> bool:
        """A role in it that ends on that day, with the activity if it has no day of its own."""
        return (ends_on or self.ends_on) < now.astimezone(ZoneInfo(self.time_zone)).date()


def may_for(officer: Officer, about: Subject, capability: Capability) -> bool:
    """By grant over the provider, over the activity, or because the officer began the plan."""
    if officer.may(capability, about.activity_id):
        return True
    is_own = about.created_by is not None and about.created_by == officer.person_id
    return capability is Capability.PLAN and is_own and officer.may(Capability.PLAN)


def require_for(officer: Officer, about: Subject, capability: Capability) -> None:
    """Raises ``Forbidden("capability_missing", capability=…)``."""
    if not may_for(officer, about, capability):
        raise Forbidden("capability_missing", f"{capability.value} is not granted", capability=capability)


def _subject(row: Row[Any], found: Outline, activity_id: str, created_by: str | None = None) -> Subject:
    days = (found.released_on, found.expires_on)
    return Subject(
        row.id, row.title, found.format, *days, found.time_zone, activity_id=activity_id, created_by=created_by
    )


def _of_plans(db: Session, rows: Sequence[Row[Any]]) -> list[Subject]:
    """As the plans stand now."""
    found = {row.id: outline.current(row.outline, row.revision) for row in rows}
    table = models.ActivityPlan
    outdated = [key for key, kept in found.items() if kept is None]
    if outdated:
        documents = db.execute(select(table.id, table.document).where(table.id.in_(outdated)))
        found |= {row.id: outline.of_document(row.document) for row in documents}
    held = ((row, found[row.id]) for row in rows)
    return [_subject(row, kept, row.activity_id or "", row.created_by) for row, kept in held if kept is not None]


def subject(db: Session, provider_id: str, plan_id: str) -> Subject:
    """Raises ``NotFound("plan_unknown")``, also for another provider's, and for an activity that has a plan."""
    found = subjects(db, provider_id, [plan_id]) if is_row_key(plan_id) else {}
    if plan_id not in found:
        raise NotFound("plan_unknown")
    return found[plan_id]


def subjects(db: Session, provider_id: str, plan_ids: Sequence[str] | None = None) -> dict[str, Subject]:
    """The provider's plans and unplanned activities by id, in order of their titles.

    Only ``plan_ids`` where given; otherwise without what is archived.
    """
    plan, activity = models.ActivityPlan, models.Activity
    of_plan = (plan.id, plan.title, plan.activity_id, plan.created_by, plan.revision, plan.outline)
    plans = select(*of_plan).where(plan.provider_id == provider_id)
    planned = select(plan.activity_id).where(plan.activity_id.is_not(None))
    files = select(activity.id, activity.title, activity.version, activity.outline).where(
        activity.provider_id == provider_id, activity.version > 0, activity.id.not_in(planned)
    )
    if plan_ids is not None:
        wanted = sorted(set(plan_ids))
        plans, files = plans.where(plan.id.in_(wanted)), files.where(activity.id.in_(wanted))
    else:
        plans = plans.where(plan.state != PlanState.ARCHIVED.value)
    every = _of_plans(db, db.execute(plans).all()) + [
        _subject(row, outline.activity_outline(db, row), row.id) for row in db.execute(files)
    ]
    return {one.id: one for one in sorted(every, key=lambda one: (one.title, one.id))}


def take_over(db: Session, provider_id: str, activity_id: str, plan_id: str) -> None:
    """An activity gets a plan: what was decided for it hangs on the plan from now on."""
    for table in HELD:
        where = (table.provider_id == provider_id, table.plan_id == activity_id)
        db.execute(update(table).where(*where).values(plan_id=plan_id))
