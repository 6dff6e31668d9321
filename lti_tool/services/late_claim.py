"""Late claims: the learner asks with a reason, staff decide, and a granted one opens the claim for some days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.upsert import insert_or_replace
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import Conflict, NotFound, Refused
from lti_tool.domain.late_claim import LateClaimPolicy, check_policy, clean_reason, request_fault
from lti_tool.services.audit import note
from lti_tool.services.office import Officer
from lti_tool.services.participation import Progress, progress_for_update
from lti_tool.services.session import Visit

PAGE = 200


@dataclass(frozen=True, slots=True)
class LateClaimState:
    """What the learner is told. ``fault`` is the code of why no request is taken, ``""`` if one is."""

    fault: str
    was_refused: bool = False
    note: str = ""
    """Of the newest decision."""


@dataclass(frozen=True, slots=True)
class LateClaimRow:
    """A request as staff see it."""

    id: str
    learner_id: str
    learner_name: str
    activity_id: str
    activity_title: str
    reason: str
    requested_at: datetime
    is_open: bool
    is_granted: bool
    note: str


def policy_of(session: Session, provider_id: str) -> LateClaimPolicy:
    row = session.get(models.LateClaimPolicy, provider_id)
    return LateClaimPolicy(row.days, row.quota, row.grace_days) if row else LateClaimPolicy()


def set_policy(session: Session, officer: Officer, policy: LateClaimPolicy, now: datetime) -> None:
    """Raises ``Forbidden("capability_missing")`` and ``BadInput("policy_unusable")``."""
    officer.require_everywhere(Capability.CONFIGURE)
    check_policy(policy)
    before = policy_of(session, officer.provider_id)
    values = {"days": policy.days, "quota": policy.quota, "grace_days": policy.grace_days}
    insert_or_replace(session, models.LateClaimPolicy, {"provider_id": officer.provider_id}, values)
    changed = {name: [getattr(before, name), value] for name, value in values.items() if getattr(before, name) != value}
    note(session, officer, "late_claim.policy_set", f"provider:{officer.provider_id}", now, detail=changed)


def _newest(session: Session, participation_id: str) -> models.LateClaim | None:
    table = models.LateClaim
    query = select(table).where(table.participation_id == participation_id)
    return session.scalars(query.order_by(table.requested_at.desc(), table.id).limit(1)).first()


def _granted_this_year(session: Session, found: Progress) -> int:
    """Of this learner, at this provider, in the calendar year of the activity's zone."""
    year = found.activity.day_of(found.now).year
    claim, part = models.LateClaim, models.Participation
    query = (
        select(func.count())
        .select_from(claim)
        .join(part, part.id == claim.participation_id)
        .where(
            part.learner_id == found.learner_id, claim.is_granted, claim.decided_at >= datetime(year, 1, 1, tzinfo=UTC)
        )
    )
    return session.scalar(query) or 0


def late_claim_state(session: Session, found: Progress, provider_id: str) -> LateClaimState:
    """Whether this learner may ask now, and what became of the newest request."""
    newest = _newest(session, found.participation_id)
    fault = request_fault(
        found.activity,
        found.standing,
        policy_of(session, provider_id),
        granted=_granted_this_year(session, found),
        is_waiting=newest is not None and newest.decided_at is None,
        now=found.now,
    )
    was_refused = newest is not None and newest.decided_at is not None and not newest.is_granted
    return LateClaimState(fault, was_refused, newest.note if newest else "")


def request_late_claim(session: Session, visit: Visit, reason: str, now: datetime) -> None:
    """Ask. Raises ``Refused`` with the code of ``domain.late_claim.request_fault``, ``BadInput("reason_unusable")``."""
    found = progress_for_update(session, visit, now)
    words = clean_reason(reason)
    if found.is_trial:
        raise Refused("late_claim_not_late")
    state = late_claim_state(session, found, visit.provider_id)
    if state.fault:
        raise Refused(state.fault)
    row = models.LateClaim(
        provider_id=visit.provider_id, participation_id=found.participation_id, reason=words, requested_at=now
    )
    session.add(row)
    session.flush()


def late_claims(session: Session, officer: Officer, *, is_open: bool = True) -> tuple[LateClaimRow, ...]:
    """Requests over which this person may decide, oldest first."""
    claim, part = models.LateClaim, models.Participation
    query = (
        select(claim, part, models.Activity.title)
        .join(part, part.id == claim.participation_id)
        .join(models.Activity, models.Activity.id == part.activity_id)
        .where(claim.provider_id == officer.provider_id)
        .where(claim.decided_at.is_(None) if is_open else claim.decided_at.is_not(None))
        .order_by(claim.requested_at, claim.id)
        .limit(PAGE)
    )
    rows = (_row(*found) for found in session.execute(query))
    return tuple(row for row in rows if officer.may(Capability.OVERRIDE_CLAIMS, row.activity_id))


def _row(row: models.LateClaim, part: models.Participation, title: str) -> LateClaimRow:
    return LateClaimRow(
        row.id,
        part.learner_id,
        part.learner.lms_name or part.learner.printed_name,
        part.activity_id,
        title,
        row.reason,
        row.requested_at,
        row.decided_at is None,
        row.is_granted,
        row.note,
    )


def decide_late_claim(
    session: Session, officer: Officer, claim_id: str, *, is_granted: bool, words: str, now: datetime
) -> None:
    """Grant or refuse, once.

    Raises ``NotFound("late_claim_unknown")``, ``Forbidden``, ``Conflict("late_claim_decided")`` and, for a refusal
    without words, ``BadInput("reason_unusable")``.
    """
    row = session.get(models.LateClaim, claim_id)
    if row is None or row.provider_id != officer.provider_id:
        raise NotFound("late_claim_unknown")
    part = session.get_one(models.Participation, row.participation_id)
    officer.require(Capability.OVERRIDE_CLAIMS, part.activity_id)
    said = clean_reason(words) if words.strip() or not is_granted else ""
    grace = timedelta(days=policy_of(session, officer.provider_id).grace_days)
    table = models.LateClaim
    values = {
        "is_granted": is_granted,
        "decided_at": now,
        "decided_by": officer.person_id,
        "note": said,
        "open_until": now + grace if is_granted else None,
    }
    done = session.execute(update(table).where(table.id == row.id, table.decided_at.is_(None)).values(**values))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("late_claim_decided")
    action = "late_claim.granted" if is_granted else "late_claim.refused"
    note(session, officer, action, f"late_claim:{row.id}", now, activity_id=part.activity_id)
