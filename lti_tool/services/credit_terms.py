"""What a claim rests on: when the education was completed, and the terms and evidence that the ledger keeps of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from lti_tool.domain.activity import Activity, LearningFormat
from lti_tool.domain.assessment import Result, TestKind
from lti_tool.domain.credit import Degree
from lti_tool.domain.learner import Profile
from lti_tool.domain.pathway import attempt_result, has_acknowledged
from lti_tool.domain.record import Attempt, Record
from lti_tool.domain.series import attended_sessions
from lti_tool.domain.wire import write_value
from lti_tool.services.claimable import ClaimableCredit
from lti_tool.services.learner import EQUIVALENT
from lti_tool.services.ledger import standing_terms
from lti_tool.services.participation import Progress


def completed_on(activity: Activity, record: Record, now: datetime) -> date:
    """When the education was completed: the last of the attended sessions, study, post-test and evaluation; the day of
    the claim if none is asked.

    Who attended sessions of a live activity took part on their days, whenever the evaluation was sent: bodies ask for
    the date of a live activity (AMA PRA, documentation), and CPE Monitor refuses any other (ACPE).
    """
    tests = [attempt.submitted_at for attempt in record.submitted(TestKind.POST)]
    moments = [moment for moment in (*tests, record.content_finished_at, record.evaluated_at) if moment is not None]
    sessions = attended_sessions(activity.sessions, record.attendance or {})
    held = [session.held_on for session in sessions]
    if held and activity.format is LearningFormat.LIVE:
        return max(held)
    days = [*(activity.day_of(moment) for moment in moments), *held]
    return max(days, default=activity.day_of(now))


def claim_terms(found: Progress, profile: Profile, one: ClaimableCredit) -> dict[str, Any]:
    states_equivalence = profile.degree is Degree.OTHER_PHYSICIAN
    return standing_terms(
        one.credit,
        one.offer,
        profile={**write_value(profile), "statement": EQUIVALENT if states_equivalence else ""},
        attestation=one.attestation,
        evidence=_evidence(found) | basis_of(one),
    )


BEYOND = "beyond_attendance"
"""Where an entry keeps why it goes beyond the attendance."""


def basis_of(one: ClaimableCredit) -> dict[str, Any]:
    """The sessions or the working that the amount rests on, as they stood."""
    sessions = {"sessions": write_value(one.series.sessions)} if one.series else {}
    sessions |= {BEYOND: one.beyond_reason} if one.beyond_reason else {}
    return sessions | ({"working": write_value(one.working)} if one.working else {})


def _evidence(found: Progress) -> dict[str, Any]:
    record, fingerprint = found.record, found.page.fingerprint
    acknowledged = max((one.at for one in record.acknowledgements if one.fingerprint == fingerprint), default=None)
    return {
        "fingerprint": fingerprint if has_acknowledged(record, fingerprint) else "",
        "text_version": found.newest_version,
        "acknowledged_at": write_value(acknowledged),
        "activity_version": found.version,
        "post_test": _passing(found),
        "seconds_studied": record.seconds_studied,
        "content_finished_at": write_value(record.content_finished_at),
        "evaluated_at": write_value(record.evaluated_at),
    }


def _passing(found: Progress) -> dict[str, Any] | None:
    """The best submitted attempt at the post-test."""
    test, attempts = found.activity.post_test, found.record.submitted(TestKind.POST)
    if test is None or not attempts:
        return None

    def result(attempt: Attempt) -> Result:
        return attempt_result(test, attempt)

    best = max(attempts, key=lambda attempt: result(attempt).points)
    return {"attempt": best.id, "number": best.number, **write_value(result(best))}
