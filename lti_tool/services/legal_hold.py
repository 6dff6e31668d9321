"""Legal holds: who placed them on whom or what, why, and who lifted them. What is held is neither purged nor erased."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.domain.late_claim import clean_reason
from lti_tool.services.audit import note
from lti_tool.services.office import Officer
from lti_tool.services.row_key import is_row_key


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold as staff see it. ``target`` is a person's or an activity's name, ``""`` for all of the provider."""

    id: str
    learner_id: str
    activity_id: str
    target: str
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_by: str
    lifted_at: datetime | None
    lift_reason: str


def legal_holds(session: Session, officer: Officer) -> Sequence[HoldRow]:
    """Those in force first, newest first."""
    officer.require_everywhere(Capability.CONFIGURE)
    table = models.LegalHold
    query = select(table).where(table.provider_id == officer.provider_id)
    rows = session.scalars(query.order_by(table.lifted_at.is_not(None), table.placed_at.desc(), table.id)).all()
    return [_row(session, row) for row in rows]


def activities_to_hold(session: Session, officer: Officer) -> Sequence[tuple[str, str]]:
    """Activities that can be held: key and title, by title."""
    table = models.Activity
    query = select(table.id, table.title).where(table.provider_id == officer.provider_id)
    return [(key, title) for key, title in session.execute(query.order_by(table.title, table.id))]


def _row(session: Session, row: models.LegalHold) -> HoldRow:
    activity = session.get(models.Activity, row.activity_id) if row.activity_id else None
    target = activity.title if activity else person_name(session, row.learner_id or "")
    return HoldRow(
        row.id,
        row.learner_id or "",
        row.activity_id or "",
        target,
        row.reason,
        person_name(session, row.placed_by),
        row.placed_at,
        person_name(session, row.lifted_by),
        row.lifted_at,
        row.lift_reason,
    )


def person_name(session: Session, learner_id: str) -> str:
    """A person's name now, else the beginning of their key; ``""`` for nobody."""
    row = session.get(models.Learner, learner_id) if learner_id else None
    return (row.lms_name or row.printed_name or row.id[:8]) if row else learner_id[:8]


def place_hold(
    session: Session, officer: Officer, reason: str, now: datetime, *, learner_id: str = "", activity_id: str = ""
) -> str:
    """Hold one learner, one activity or (neither) the provider; gives the hold's key.

    Raises ``Forbidden``, ``BadInput("reason_unusable")``, ``BadInput("hold_unusable")`` for two targets at once, and
    ``NotFound`` for a person or activity of another provider.
    """
    officer.require_everywhere(Capability.CONFIGURE)
    words = clean_reason(reason)
    if learner_id and activity_id:
        raise BadInput("hold_unusable", faults={"target": "two"})
    _check_target(session, officer.provider_id, learner_id, activity_id)
    row = models.LegalHold(
        provider_id=officer.provider_id,
        learner_id=learner_id or None,
        activity_id=activity_id or None,
        reason=words,
        placed_by=officer.person_id,
        placed_at=now,
    )
    session.add(row)
    session.flush()
    note(session, officer, "hold.placed", f"hold:{row.id}", now, activity_id=activity_id or None)
    return row.id


def _check_target(session: Session, provider_id: str, learner_id: str, activity_id: str) -> None:
    if learner_id:
        person = session.get(models.Learner, learner_id) if is_row_key(learner_id) else None
        if person is None or person.provider_id != provider_id:
            raise NotFound("person_unknown")
    if activity_id:
        activity = session.get(models.Activity, activity_id) if is_row_key(activity_id) else None
        if activity is None or activity.provider_id != provider_id:
            raise NotFound("activity_unknown")


def lift_hold(session: Session, officer: Officer, hold_id: str, reason: str, now: datetime) -> None:
    """End a hold, once, with a reason. Raises ``Forbidden``, ``NotFound("record_unknown")``,
    ``BadInput("reason_unusable")`` and ``Conflict("changed_meanwhile")`` for one that was lifted before."""
    officer.require_everywhere(Capability.CONFIGURE)
    table = models.LegalHold
    query = select(table).where(table.id == hold_id, table.provider_id == officer.provider_id)
    row = session.scalars(query.with_for_update()).first() if is_row_key(hold_id) else None
    if row is None:
        raise NotFound("record_unknown")
    words = clean_reason(reason)
    if row.lifted_at is not None:
        raise Conflict("changed_meanwhile")
    row.lifted_at, row.lifted_by, row.lift_reason = now, officer.person_id, words
    session.flush()
    note(session, officer, "hold.lifted", f"hold:{row.id}", now, activity_id=row.activity_id)
