"""What staff may do, and where: capabilities, grants of them, and what a course role brings by default.

Course-level capabilities may come with an LTI role in the course. Provider-level ones are only ever granted inside the
tool, by name: some LMSs send ``system/person#Administrator`` for ordinary course staff (Open edX, seen in 11.4.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lti_tool.domain.launch import Role


class Capability(StrEnum):
    """One thing that staff may do. The values stand in addresses, exports and the audit trail."""

    PLAN = "plan"
    REVIEW_DISCLOSURES = "review-disclosures"
    APPROVE = "approve"
    PUBLISH = "publish"
    MARK_ATTENDANCE = "mark-attendance"
    OVERRIDE_CLAIMS = "override-claims"
    MANAGE_CERTIFICATES = "manage-certificates"
    REPORT = "report"
    REVIEW_SUBMISSIONS = "review-submissions"
    CONFIGURE = "configure"


COURSE_LEVEL = frozenset({Capability.PLAN, Capability.MARK_ATTENDANCE, Capability.REPORT})
"""What a role in a course may bring; everything else is granted by name."""

BY_ROLE: Mapping[Role, frozenset[Capability]] = {
    Role.INSTRUCTOR: COURSE_LEVEL,
    Role.ADMINISTRATOR: COURSE_LEVEL,
    Role.CONTENT_DEVELOPER: frozenset({Capability.PLAN}),
    Role.TEACHING_ASSISTANT: frozenset({Capability.MARK_ATTENDANCE, Capability.REPORT}),
    Role.LEARNER: frozenset(),
    Role.MENTOR: frozenset(),
}
"""What a course role brings until the provider says otherwise."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A capability over one activity, or over the whole provider (``activity_id`` empty)."""

    capability: Capability
    activity_id: str = ""


@dataclass(frozen=True, slots=True)
class Powers:
    """All that one person may do in one provider's office, now."""

    grants: frozenset[Grant] = frozenset()
    course: frozenset[Capability] = frozenset()
    """What their role in the course brings, over ``course_activities`` and what they began themselves."""
    course_activities: frozenset[str] = frozenset()

    def may(self, capability: Capability, activity_id: str | None = None) -> bool:
        """Over this activity; without one: anywhere at all, so that a page is offered if it holds something."""
        if activity_id is None:
            return capability in self.course or any(one.capability is capability for one in self.grants)
        if self.grants & {Grant(capability), Grant(capability, activity_id)}:
            return True
        return capability in self.course and activity_id in self.course_activities

    def may_everywhere(self, capability: Capability) -> bool:
        """Over the provider as a whole."""
        return Grant(capability) in self.grants


def course_capabilities(
    roles: frozenset[Role], by_role: Mapping[Role, frozenset[Capability]] = BY_ROLE
) -> frozenset[Capability]:
    """What roles in a course bring together. Provider-level capabilities in ``by_role`` are passed over."""
    found = frozenset(capability for role in roles for capability in by_role.get(role, frozenset()))
    return found & COURSE_LEVEL
