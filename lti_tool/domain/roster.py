"""Who is in a course, as the LMS lists it (1EdTech LTI Names and Role Provisioning Services 2.0)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from lti_tool.domain.launch import PersonName, Role


class MemberStatus(StrEnum):
    """LTI-NRPS 2.0, 2.3. A platform that leaves it out means Active."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"
    DELETED = "Deleted"


@dataclass(frozen=True, slots=True)
class Member:
    """One person in a course. ``user_id`` equals ``sub`` of that person's launches.

    ``roles`` here serve lists and counts only, never access: Moodle lists a non-editing teacher as
    a Learner and launches the same person as an Instructor.
    """

    user_id: str
    roles: frozenset[Role]
    status: MemberStatus = MemberStatus.ACTIVE
    name: PersonName = field(default_factory=PersonName)
    email: str = ""
