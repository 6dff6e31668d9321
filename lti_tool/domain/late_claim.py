"""Claims after the deadline: when a request is taken, and when no longer.

The credit itself is earned in time: all education was completed before. A provider sets how long after the deadline a
request is taken, how many a learner is granted in a year, and how long a granted claim stays open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lti_tool.domain.activity import Activity, Requirement, Step
from lti_tool.domain.errors import BadInput
from lti_tool.domain.standing import Standing, StepState

MAX_REASON = 1000


@dataclass(frozen=True, slots=True)
class LateClaimPolicy:
    """A provider's rule. ``quota`` counts requests that were granted in a calendar year of the activity's zone."""

    days: int = 90
    quota: int = 2
    grace_days: int = 14


def check_policy(policy: LateClaimPolicy) -> None:
    """Raises ``BadInput("policy_unusable")`` with ``out_of_range`` for each field that is."""
    limits = {"days": (policy.days, 0, 1095), "quota": (policy.quota, 0, 100), "grace_days": (policy.grace_days, 1, 90)}
    faults = {name: "out_of_range" for name, (value, least, most) in limits.items() if not least <= value <= most}
    if faults:
        raise BadInput("policy_unusable", faults=faults)


def is_education_complete(activity: Activity, where: Standing) -> bool:
    """Every required step before the claim is done."""
    earlier = activity.steps[: activity.steps.index(Step.CLAIM)] if Step.CLAIM in activity.steps else ()
    required = {step for step in earlier if activity.requirement(step) is Requirement.REQUIRED}
    return bool(earlier) and all(one.state is StepState.DONE for one in where.steps if one.step in required)


def request_fault(
    activity: Activity, where: Standing, policy: LateClaimPolicy, *, granted: int, is_waiting: bool, now: datetime
) -> str:
    """Why no request is taken now: ``late_claim_not_late``, ``late_claim_incomplete``, ``late_claim_waiting``,
    ``late_claim_too_late``, ``late_claim_quota``; ``""`` if one is."""
    closes = activity.claims_close_at
    if now < closes:
        return "late_claim_not_late"
    if not is_education_complete(activity, where):
        return "late_claim_incomplete"
    if is_waiting:
        return "late_claim_waiting"
    if now >= closes + timedelta(days=policy.days):
        return "late_claim_too_late"
    return "late_claim_quota" if granted >= policy.quota else ""


def clean_reason(raw: str, most: int = MAX_REASON, field: str = "reason") -> str:
    """Words that say why. Raises ``BadInput("reason_unusable")``, for ``field``: ``missing`` or ``too_long``."""
    text = " ".join(raw.split())
    if not any(character.isalpha() for character in text):
        raise BadInput("reason_unusable", faults={field: "missing"})
    if len(text) > most:
        raise BadInput("reason_unusable", faults={field: "too_long"})
    return text
