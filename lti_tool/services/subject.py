"""What people, support and partners are decided for: a plan, or an activity that came as a file and has no plan.

The only place that knows which table a ``plan_id`` belongs to. An activity that has a plan goes by the plan's id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.capability import Capability
from lti_tool.domain.document import Document
from lti_tool.domain.errors import Forbidden, NotFound
from lti_tool.domain.plan import PlanState
from lti_tool.services.office import Officer
from lti_tool.services.row_key import is_row_key
from lti_tool.services.time_zone import time_zones

NO_DAY = date.max
"""Where a plan has no day yet: nothing is too late for it, and nothing is over."""
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


def _of_activity(db: Session, row: models.Activity) -> Subject:
    value = activity_value(db, row.id, row.version)
    days = (value.released_on, value.expires_on)
    return Subject(row.id, value.title, value.format, *days, value.time_zone, activity_id=row.id)


def _day(document: Document, name: str) -> date:
    try:
        return date.fromisoformat(str(document.get(name) or ""))
    except ValueError:
        return NO_DAY


def plan_subject(row: models.ActivityPlan) -> Subject:
    """As the plan stands now. A plan without format is held to what is allowed for enduring material, the least."""
    document = row.document
    zone, learning_format = str(document.get("time_zone") or ""), str(document.get("format") or "")
    known = learning_format in {one.value for one in LearningFormat}
    return Subject(
        row.id,
        row.title,
        LearningFormat(learning_format) if known else LearningFormat.ENDURING,
        _day(document, "release"),
        _day(document, "expires"),
        zone if zone in time_zones() else "UTC",
        activity_id=row.activity_id or "",
        created_by=row.created_by,
    )


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
    plans = select(plan).where(plan.provider_id == provider_id)
    planned = select(plan.activity_id).where(plan.activity_id.is_not(None))
    files = select(activity).where(
        activity.provider_id == provider_id, activity.version > 0, activity.id.not_in(planned)
    )
    if plan_ids is not None:
        wanted = sorted(set(plan_ids))
        plans, files = plans.where(plan.id.in_(wanted)), files.where(activity.id.in_(wanted))
    else:
        plans = plans.where(plan.state != PlanState.ARCHIVED.value)
    every = [plan_subject(row) for row in db.scalars(plans)] + [_of_activity(db, row) for row in db.scalars(files)]
    return {one.id: one for one in sorted(every, key=lambda one: (one.title, one.id))}


def take_over(db: Session, provider_id: str, activity_id: str, plan_id: str) -> None:
    """An activity gets a plan: what was decided for it hangs on the plan from now on."""
    for table in HELD:
        where = (table.provider_id == provider_id, table.plan_id == activity_id)
        db.execute(update(table).where(*where).values(plan_id=plan_id))
