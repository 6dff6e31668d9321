"""From draft to archive: review, approval (which designates the credit), publishing, closing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.activity import Activity
from lti_tool.domain.capability import Capability
from lti_tool.domain.document import Document
from lti_tool.domain.errors import Conflict, Refused
from lti_tool.domain.plan import Act, PlanState, after
from lti_tool.services.activity import Imported, import_activity
from lti_tool.services.office import Officer
from lti_tool.services.plan.media import plan_files
from lti_tool.services.plan.people import counted, fingerprint, held_for
from lti_tool.services.plan.powers import require_on
from lti_tool.services.plan.readiness import Readiness
from lti_tool.services.plan.work import change_row, judged, note_revision, plan_row

NEEDED: Mapping[Act, Capability] = {
    Act.SUBMIT: Capability.PLAN,
    Act.RETURN: Capability.APPROVE,
    Act.APPROVE: Capability.APPROVE,
    Act.PUBLISH: Capability.PUBLISH,
    Act.CLOSE: Capability.PUBLISH,
    Act.ARCHIVE: Capability.PLAN,
}
"""What each act asks of the officer."""
MAX_NOTE = 2000
WRITES_PEOPLE = frozenset({Act.SUBMIT, Act.APPROVE})
"""Acts after which the history holds the people of the roster: what was reviewed, and what learners are told."""


def require_ready(found: Readiness) -> Activity:
    """Raises ``Refused("plan_not_ready", unmet=…)`` with the very list that the authors see."""
    if found.activity is None or not found.is_ready:
        raise Refused("plan_not_ready", f"{len(found.errors)} rules are not met", unmet=found.errors)
    return found.activity


def require_seen(document: Document, seen: str | None) -> None:
    """Raises ``Conflict("plan_people_moved_on")`` unless this is what the approver has read."""
    if seen is not None and seen != fingerprint(document):
        raise Conflict("plan_people_moved_on")


def freeze(db: Session, row: models.ActivityPlan, activity: Activity, found: Readiness, now: datetime) -> Imported:
    """The activity as a version of its own; learners under way keep theirs."""
    files = plan_files(db, row.id, found.files)
    done = import_activity(db, row.provider_id, activity, files, now, plan_id=row.id)
    row.activity_id, row.designated_on = done.activity_id, activity.designated_on
    row.opens_at, row.closes_at = activity.opens_at, activity.closes_at
    return done


def _approve(db: Session, officer: Officer, row: models.ActivityPlan, now: datetime) -> None:
    """Credit is designated today at the earliest: never before the approval (AMA PRA: no retroactive designation)."""
    found = judged(db, officer, row, now)
    freeze(db, row, require_ready(found), found, now)


def _publish(db: Session, officer: Officer, row: models.ActivityPlan, now: datetime) -> None:
    activity = db.get_one(models.Activity, row.activity_id)
    if row.closes_at is not None and now >= row.closes_at:
        raise Refused("activity_over")
    activity.published_at = now


def _close(db: Session, officer: Officer, row: models.ActivityPlan, now: datetime) -> None:
    if change_row(db, row.id) is not None:
        raise Refused("change_open")
    db.get_one(models.Activity, row.activity_id).closed_at = now


def _archive(db: Session, officer: Officer, row: models.ActivityPlan, now: datetime) -> None:
    if change_row(db, row.id) is not None:
        raise Refused("change_open")


def _nothing(db: Session, officer: Officer, row: models.ActivityPlan, now: datetime) -> None:
    """The act has no effect but the state."""


_EFFECTS = {Act.APPROVE: _approve, Act.PUBLISH: _publish, Act.CLOSE: _close, Act.ARCHIVE: _archive}


def act_on(
    db: Session,
    officer: Officer,
    plan_id: str,
    act: Act,
    revision: int,
    now: datetime,
    note: str = "",
    seen: str | None = None,
) -> PlanState:
    """Do it, if the plan is still what the officer saw; gives the new state.

    ``seen``: ``Plan.fingerprint`` of what was read; ``None`` where nobody reads. Raises
    ``Forbidden("capability_missing")``; ``Conflict``: ``plan_moved_on`` (somebody has saved since),
    ``plan_people_moved_on`` (the roster says something else by now; approval only), ``plan_state_wrong``;
    ``Refused``: ``plan_not_ready`` (approval), ``activity_over`` (publishing), ``change_open``.
    """
    row = plan_row(db, officer, plan_id, is_locked=True)
    require_on(officer, row, NEEDED[act])
    if row.revision != revision:
        raise Conflict("plan_moved_on")
    state = after(PlanState(row.state), act)
    document = counted(row.document, held_for(db, officer, plan_id, now)) if act in WRITES_PEOPLE else row.document
    if act is Act.APPROVE:
        require_seen(document, seen)
    _EFFECTS.get(act, _nothing)(db, officer, row, now)
    row.state = state.value
    note_revision(db, row, officer, act.value, document, now, note[:MAX_NOTE])
    if act is Act.APPROVE:
        row.approved_revision = row.revision
    return state
