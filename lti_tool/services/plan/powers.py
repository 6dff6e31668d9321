"""Who may do what with a plan: by grant over the provider, over its activity, or because they began it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, true
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import Forbidden
from lti_tool.services.office import Officer

READERS = (Capability.PLAN, Capability.APPROVE, Capability.PUBLISH)
"""Whoever has one of these over a plan may look at it."""


def may_on(officer: Officer, row: models.ActivityPlan, capability: Capability) -> bool:
    """Before there is an activity, a grant over single activities brings nothing; who began a plan may work on it."""
    if officer.powers.may_everywhere(capability):
        return True
    if row.activity_id is not None and officer.may(capability, row.activity_id):
        return True
    is_own = row.created_by is not None and row.created_by == officer.person_id
    return capability is Capability.PLAN and is_own and officer.may(Capability.PLAN)


def require_on(officer: Officer, row: models.ActivityPlan, capability: Capability) -> None:
    """Raises ``Forbidden("capability_missing", capability=…)``."""
    if not may_on(officer, row, capability):
        raise Forbidden("capability_missing", f"{capability.value} is not granted", capability=capability)


def require_reader(officer: Officer, row: models.ActivityPlan) -> None:
    """Raises ``Forbidden("capability_missing")``."""
    if not any(may_on(officer, row, capability) for capability in READERS):
        raise Forbidden("capability_missing", "no capability over this plan", capability=Capability.PLAN)


def plans_in_reach(officer: Officer) -> ColumnElement[bool]:
    """The plans that :func:`require_reader` lets this person see."""
    powers, table = officer.powers, models.ActivityPlan
    if any(powers.may_everywhere(capability) for capability in READERS):
        return true()
    activities = {grant.activity_id for grant in powers.grants if grant.activity_id and grant.capability in READERS}
    if Capability.PLAN in powers.course:
        activities |= powers.course_activities
    reach = table.activity_id.in_(activities)
    return or_(reach, table.created_by == officer.person_id) if officer.may(Capability.PLAN) else reach


def abilities(db: Session, officer: Officer, plan_id: str) -> frozenset[Capability]:
    """What the officer may do with this plan, for what its pages offer."""
    row = db.get_one(models.ActivityPlan, plan_id)
    return frozenset(capability for capability in READERS if may_on(officer, row, capability))
