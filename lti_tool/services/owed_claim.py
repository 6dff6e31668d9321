"""What a learner can still claim: of activities that they began, and of those that have given something already."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.catalogue import named_credit
from lti_tool.db import models
from lti_tool.db.load import identities
from lti_tool.domain.activity import Step
from lti_tool.domain.credential import Requirement
from lti_tool.domain.pathway import CLOSES_AT_EXPIRY, claims_end_at
from lti_tool.domain.series import attended_sessions
from lti_tool.domain.standing import Blocker
from lti_tool.domain.transcript import LateClaim, OwedClaim, OwedCredit
from lti_tool.services.claimable import ClaimableCredit, Claimables, claimables, nothing_claimable
from lti_tool.services.credential import held_credentials
from lti_tool.services.late_claim import late_claim_state, policy_of
from lti_tool.services.participation import Progress, progress_of

HOPELESS = frozenset({"closed", "credit_ended", "credited_elsewhere", "nothing_to_claim"})
"""What no step of the learner's clears: such an activity is not among those that are still to be claimed."""
OVER = frozenset({"expired", "claims_closed"})
"""The deadline is over: something can be claimed only where a late claim may be asked for."""
LATE = {"": LateClaim.CAN_BE_ASKED, "late_claim_waiting": LateClaim.WAITING}
"""By the fault of a request; every other one ends it."""


def owed_claims(session: Session, provider_id: str, learner_id: str, now: datetime) -> tuple[OwedClaim, ...]:
    """Activities of which the person can still claim something, by title.

    Of two identities that began the same activity the one that stays counts.
    """
    table = models.Participation
    query = select(table).where(table.learner_id.in_(identities(learner_id)), table.is_trial.is_(False))
    rows = {
        row.activity_id: row for row in sorted(session.scalars(query), key=lambda row: row.learner_id == learner_id)
    }
    given = held_credentials(session, learner_id)
    found = (_owed(session, provider_id, progress_of(session, row, now), given) for row in rows.values())
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.activity_title))


def _owed(session: Session, provider_id: str, here: Progress, given: Collection[Requirement]) -> OwedClaim | None:
    if Step.CLAIM not in here.activity.steps:
        return None
    left, late = claimables(session, here), LateClaim.NONE
    blockers = _blockers(here, left)
    if here.record.claims and not left.credits:
        return None
    if any(blocker.code in OVER for blocker in blockers):
        late = LATE.get(late_claim_state(session, here, provider_id).fault, LateClaim.NONE)
        if late is LateClaim.NONE:
            return None
    if _is_hopeless(here, blockers):
        return None
    return OwedClaim(
        here.activity_id,
        here.activity.title,
        blockers,
        here.activity.day_of(_ends_at(session, provider_id, here, blockers, late) - timedelta(microseconds=1)),
        tuple(_credit(one, given) for one in left.credits),
        bool(here.record.claims),
        late,
        _course(session, here),
    )


def _blockers(here: Progress, left: Claimables) -> tuple[Blocker, ...]:
    """Of the claim; an open claim that has nothing to give names the reason."""
    blockers = here.standing.of(Step.CLAIM).blockers
    if blockers or left.credits or here.profile is None:
        return blockers
    return (nothing_claimable(left.barred),)


def _is_hopeless(here: Progress, blockers: Collection[Blocker]) -> bool:
    """Also where a step that is missing can no longer be done, or no session is left that could be attended."""
    codes = {blocker.code for blocker in blockers}
    steps = (here.standing.of(blocker.step) for blocker in blockers if blocker.step)
    if codes & HOPELESS or any(reason.code in HOPELESS | OVER for step in steps for reason in step.blockers):
        return True
    return "attended_too_little" in codes and _has_attended_all(here)


def _has_attended_all(here: Progress) -> bool:
    sessions, attendance = here.activity.sessions, here.record.attendance or {}
    return len(attended_sessions(sessions, attendance)) == len(sessions)


def _ends_at(
    session: Session, provider_id: str, here: Progress, blockers: Collection[Blocker], late: LateClaim
) -> datetime:
    """First moment at which it is over: also the time for a request, and for steps that end with the activity."""
    if late is not LateClaim.NONE:
        return here.activity.claims_close_at + timedelta(days=policy_of(session, provider_id).days)
    ends = claims_end_at(here.activity, here.record, here.closed_at)
    is_unfinished = any(blocker.step in CLOSES_AT_EXPIRY for blocker in blockers)
    return min(ends, here.activity.closes_at) if is_unfinished else ends


def _credit(one: ClaimableCredit, given: Collection[Requirement]) -> OwedCredit:
    return OwedCredit(
        one.credit.code,
        named_credit(one.credit.code, one.offer.variant),
        one.amounts[-1] if one.amounts else None,
        one.held,
        tuple(need for need in one.needs if need not in given),
    )


def _course(session: Session, here: Progress) -> str:
    """Where the person can open it again: the course from which they came last."""
    course, member, placement = models.Course, models.CourseMember, models.Placement
    query = (
        select(course.title)
        .join(member, member.course_id == course.id)
        .join(placement, placement.course_id == course.id)
        .where(member.learner_id == here.learner_id, placement.activity_id == here.activity_id)
        .order_by(member.last_seen_at.desc(), course.id)
        .limit(1)
    )
    return session.scalar(query) or ""
