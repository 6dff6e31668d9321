"""Awards of staff at an activity with sessions: bound by the recorded attendance, or beyond it with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_name, credit_type
from lti_tool.db.load import activity_value, attendance_of
from lti_tool.domain.activity import Activity
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.domain.late_claim import clean_reason
from lti_tool.domain.series import ActivitySession, Attendance, attended_sessions, minutes_attended, series_credit
from lti_tool.services.claimable import ClaimableCredit, attended
from lti_tool.services.credit_terms import BEYOND, basis_of
from lti_tool.services.office import Officer
from lti_tool.services.own_activity import own_activity
from lti_tool.services.participation import Progress

MAX_BEYOND = 500


@dataclass(frozen=True, slots=True)
class SessionSeen:
    """One session and one person. ``minutes`` is ``None`` for somebody who was not there."""

    session: ActivitySession
    minutes: int | None


@dataclass(frozen=True, slots=True)
class AttendanceSeen:
    """What is recorded of one person, and the most of each credit, by its name, that it gives."""

    sessions: tuple[SessionSeen, ...]
    credits: tuple[tuple[str, Decimal], ...]


def attendance_seen(session: Session, officer: Officer, learner_id: str, activity_id: str) -> AttendanceSeen | None:
    """``None`` for an activity without sessions. Raises ``NotFound("activity_unknown")``, ``Forbidden``."""
    row = own_activity(session, officer.provider_id, activity_id)
    officer.require(Capability.OVERRIDE_CLAIMS, activity_id)
    activity = activity_value(session, activity_id, row.version)
    if not activity.sessions:
        return None
    there = attendance_of(session, learner_id, activity_id)
    ordered = sorted(activity.sessions, key=lambda one: one.held_on)
    seen = (SessionSeen(one, minutes_attended(one, there[one.key]) if one.key in there else None) for one in ordered)
    return AttendanceSeen(tuple(seen), tuple(_totals(activity, there)))


def has_sessions(session: Session, officer: Officer, activity_id: str) -> bool:
    """Raises ``NotFound("activity_unknown")``."""
    row = own_activity(session, officer.provider_id, activity_id)
    return bool(activity_value(session, activity_id, row.version).sessions)


def _totals(activity: Activity, there: Mapping[str, Attendance]) -> list[tuple[str, Decimal]]:
    pairs = [(credit_type(offer.credit_type, activity.designated_on), offer) for offer in activity.credits]
    return [
        (credit_name(credit.code), series_credit(activity.sessions, there, credit, offer).total)
        for credit, offer in pairs
        if credit.awarded_to
    ]


def is_beyond(
    activity: Activity, there: Mapping[str, Attendance] | None, one: ClaimableCredit, amount: Decimal
) -> bool:
    """More than the attendance gives; for whom nothing is awarded: without having been at any session."""
    if there is None or not activity.sessions:
        return False
    if not one.is_awarded:
        return not attended_sessions(activity.sessions, there)
    return amount > series_credit(activity.sessions, there, one.credit, one.offer).total


def on_attendance(found: Progress, one: ClaimableCredit, amount: Decimal, beyond: str) -> ClaimableCredit:
    """The credit with the sessions that the amount rests on, and the reason for going beyond them where it does.

    Raises ``BadInput("award_above_attended")`` with the fault ``beyond`` where there is none.
    """
    series = attended(found, one.credit, one.offer)
    if not is_beyond(found.activity, found.record.attendance, one, amount):
        return replace(one, series=series)
    return replace(one, series=series, beyond_reason=clean_beyond(beyond))


def on_what_is_left(found: Progress, one: ClaimableCredit, amount: Decimal) -> ClaimableCredit:
    """The credit with the sessions as they are recorded now, where these give exactly ``amount``; else as it was."""
    series = attended(found, one.credit, one.offer)
    return one if series is None or series.total != amount else replace(one, series=series)


def clean_beyond(typed: str) -> str:
    """Raises ``BadInput("award_above_attended")`` without a reason, ``BadInput("reason_unusable")`` for a long one."""
    if not typed.strip():
        raise BadInput("award_above_attended", faults={"beyond": "award_above_attended"})
    return clean_reason(typed, MAX_BEYOND, "beyond")


def adjusted_terms(terms: Mapping[str, Any], one: ClaimableCredit) -> dict[str, Any]:
    """The terms of an account with the attendance that its new amount rests on."""
    if one.series is None:
        return dict(terms)
    evidence = {name: value for name, value in terms.get("evidence", {}).items() if name != BEYOND}
    return {**terms, "evidence": {**evidence, **basis_of(one)}}
