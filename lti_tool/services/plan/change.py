"""Changing what has been approved: a request with a reason, worked on like a draft, applied as a new version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.document import Change, changes, undone
from lti_tool.domain.errors import BadInput, Conflict, Refused
from lti_tool.domain.plan import PlanState, is_accreditation_relevant
from lti_tool.services.office import Officer
from lti_tool.services.plan.approval import freeze, require_ready, require_seen
from lti_tool.services.plan.media import restore_files, version_files
from lti_tool.services.plan.people import counted, held_for
from lti_tool.services.plan.powers import require_on
from lti_tool.services.plan.work import (
    change_row,
    changes_since,
    judged,
    note_revision,
    plan_row,
    restored,
    stored,
)

OPEN_TO_CHANGE = frozenset({PlanState.APPROVED, PlanState.PUBLISHED})
"""A closed or archived activity stays as it was."""
MAX_REASON = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change request changes. ``relevant`` touches what was designated or disclosed: an approver decides."""

    relevant: tuple[Change, ...]
    editorial: tuple[Change, ...]

    @property
    def all(self) -> tuple[Change, ...]:
        return (*self.relevant, *self.editorial)


@dataclass(frozen=True, slots=True)
class DecidedChange:
    """A change request of the past."""

    id: str
    state: str
    reason: str
    opened_name: str
    opened_at: datetime
    decided_name: str
    decided_at: datetime | None
    version: int | None
    changes: tuple[Change, ...]


def _open_row(db: Session, plan_id: str) -> models.PlanChange:
    row = change_row(db, plan_id)
    if row is None:
        raise Conflict("change_over")
    return row


def _difference(
    db: Session, officer: Officer, row: models.ActivityPlan, change: models.PlanChange, now: datetime
) -> Difference:
    """Against what was approved; a roster that says something else by now is a change like any other."""
    approved = undone(row.document, changes_since(db, row.id, change.base_revision))
    made = changes(approved, counted(row.document, held_for(db, officer, row.id, now)))
    relevant = tuple(one for one in made if is_accreditation_relevant(one))
    return Difference(relevant, tuple(one for one in made if one not in relevant))


def difference(db: Session, officer: Officer, plan_id: str, now: datetime) -> Difference:
    """Raises ``Conflict("change_over")`` when no request is open."""
    row = plan_row(db, officer, plan_id)
    return _difference(db, officer, row, _open_row(db, plan_id), now)


def open_change(db: Session, officer: Officer, plan_id: str, reason: str, now: datetime) -> None:
    """Begin a request. Raises ``BadInput("reason_missing")``, ``Refused("plan_not_changeable")``,
    ``Conflict("change_open")``."""
    row = plan_row(db, officer, plan_id, is_locked=True)
    require_on(officer, row, Capability.PLAN)
    reason = reason.strip()[:MAX_REASON]
    if not reason:
        raise BadInput("reason_missing", faults={"reason": "missing"})
    if PlanState(row.state) not in OPEN_TO_CHANGE:
        raise Refused("plan_not_changeable")
    if change_row(db, plan_id) is not None:
        raise Conflict("change_open")
    db.add(
        models.PlanChange(
            plan_id=plan_id,
            state="open",
            reason=reason,
            base_revision=row.revision,
            opened_by=officer.person_id,
            opened_name=officer.name[:255],
            opened_at=now,
        )
    )
    note_revision(db, row, officer, "change-begun", row.document, now, reason)


def _decide(change: models.PlanChange, officer: Officer, state: str, made: tuple[Change, ...], now: datetime) -> None:
    change.state, change.changes = state, stored(made)
    change.decided_by, change.decided_name, change.decided_at = officer.person_id, officer.name[:255], now


def apply_change(
    db: Session, officer: Officer, plan_id: str, revision: int, now: datetime, seen: str | None = None
) -> int:
    """Make a new version of the activity; gives its number. ``seen``: as for ``act_on``.

    What was designated or disclosed is changed by an approver only. Raises ``Conflict``: ``change_over``,
    ``plan_moved_on``, ``plan_people_moved_on``; ``Refused``: ``nothing_changed``, ``plan_not_ready``.
    """
    row = plan_row(db, officer, plan_id, is_locked=True)
    change = _open_row(db, plan_id)
    if row.revision != revision:
        raise Conflict("plan_moved_on")
    made = _difference(db, officer, row, change, now)
    require_on(officer, row, Capability.APPROVE if made.relevant else Capability.PLAN)
    if not made.all:
        raise Refused("nothing_changed")
    document = counted(row.document, held_for(db, officer, plan_id, now))
    require_seen(document, seen)
    found = judged(db, officer, row, now)
    done = freeze(db, row, require_ready(found), found, now)
    _decide(change, officer, "applied", made.all, now)
    change.version = done.version
    note_revision(db, row, officer, "change-applied", document, now, change.reason)
    row.approved_revision = row.revision
    return done.version


def withdraw_change(db: Session, officer: Officer, plan_id: str, now: datetime) -> None:
    """Back to what was approved, files included; what was tried stays in the history."""
    row = plan_row(db, officer, plan_id, is_locked=True)
    require_on(officer, row, Capability.PLAN)
    change = _open_row(db, plan_id)
    made = _difference(db, officer, row, change, now)
    approved = undone(row.document, changes_since(db, row.id, change.base_revision))
    if row.activity_id is not None:
        activity = db.get_one(models.Activity, row.activity_id)
        restore_files(db, plan_id, version_files(db, row.activity_id, activity.version), now)
    _decide(change, officer, "withdrawn", made.all, now)
    note_revision(db, row, officer, "change-withdrawn", approved, now, change.reason)


def past_changes(db: Session, officer: Officer, plan_id: str) -> tuple[DecidedChange, ...]:
    """Newest first."""
    plan_row(db, officer, plan_id)
    table = models.PlanChange
    query = select(table).where(table.plan_id == plan_id, table.state != "open").order_by(table.opened_at.desc())
    return tuple(
        DecidedChange(
            id=one.id,
            state=one.state,
            reason=one.reason,
            opened_name=one.opened_name,
            opened_at=one.opened_at,
            decided_name=one.decided_name,
            decided_at=one.decided_at,
            version=one.version,
            changes=restored(one.changes),
        )
        for one in db.scalars(query)
    )
