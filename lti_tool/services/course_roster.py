"""Who of a course has not started: the LMS's list of members beside what is known here.

The list is asked for when staff want to see it, shown, and forgotten: nobody gets a row for being enrolled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load_platform import platform_value
from lti_tool.domain.errors import Forbidden, NotFound
from lti_tool.domain.launch import Platform, Role, RosterEndpoint
from lti_tool.domain.roster import Member, MemberStatus
from lti_tool.services.results_facts import activity_of, participations
from lti_tool.services.session import Visit

STAFF = frozenset({Role.INSTRUCTOR, Role.ADMINISTRATOR, Role.CONTENT_DEVELOPER, Role.TEACHING_ASSISTANT})


@dataclass(frozen=True, slots=True)
class RosterPlace:
    """Where the members of the visit's course are listed."""

    platform: Platform
    endpoint: RosterEndpoint
    resource_link_id: str
    """Moodle shares names for this link only, where teachers decide about names."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One person as the LMS names them; ``user_id`` tells those without a name apart."""

    user_id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """Learners of the course, as the LMS lists them now. ``gone`` are names or ids of those who began and left."""

    enrolled: int
    started: int
    not_started: tuple[Listed, ...]
    gone: tuple[str, ...]


def roster_place(session: Session, visit: Visit) -> RosterPlace:
    """Raises ``Forbidden("staff_only")``; ``NotFound("roster_absent")`` where the LMS offers no list."""
    if not visit.is_staff:
        raise Forbidden("staff_only")
    activity_of(visit)
    course = session.get_one(models.Course, visit.course_id)
    if not course.roster_url:
        raise NotFound("roster_absent")
    placement = session.get(models.Placement, visit.placement_id) if visit.placement_id else None
    link = placement.resource_link_id if placement else ""
    return RosterPlace(platform_value(course.deployment.platform), RosterEndpoint(course.roster_url), link)


def attendance(session: Session, visit: Visit, members: Sequence[Member]) -> Attendance:
    """Compare the list with who began the activity; test runs do not count. Nothing is kept.

    Whoever came as staff is no learner, whatever the list says: Moodle lists non-editing teachers as learners.
    """
    staff = _came_as_staff(session, visit)
    learners = {one.user_id: one for one in members if _is_learner(one) and one.user_id not in staff}
    began = _began(session, visit)
    missing = (one for user_id, one in learners.items() if user_id not in began)
    listed = [Listed(one.user_id, one.name.display, one.email) for one in missing]
    present = {one.user_id for one in members if one.status is MemberStatus.ACTIVE}
    return Attendance(
        enrolled=len(learners),
        started=len(learners) - len(listed),
        not_started=tuple(sorted(listed, key=lambda one: (one.name.casefold(), one.user_id))),
        gone=tuple(sorted(name or user_id for user_id, name in began.items() if user_id not in present)),
    )


def _is_learner(member: Member) -> bool:
    return member.status is MemberStatus.ACTIVE and Role.LEARNER in member.roles and not member.roles & STAFF


def _came_as_staff(session: Session, visit: Visit) -> frozenset[str]:
    """Subjects of those whose last launch from this course carried a staff role."""
    learner, member = models.Learner, models.CourseMember
    query = (
        select(learner.subject)
        .join(member, learner.id == func.coalesce(member.seen_as, member.learner_id))
        .where(member.course_id == visit.course_id, member.is_staff.is_(True))
    )
    return frozenset(session.scalars(query))


def _began(session: Session, visit: Visit) -> Mapping[str, str]:
    """Subject to name of everybody of this course who began, as the LMS knows them."""
    learner, participation, member = models.Learner, models.Participation, models.CourseMember
    query = (
        select(learner.subject, learner.lms_name)
        .select_from(participation)
        .join(member, and_(member.learner_id == participation.learner_id, member.course_id == visit.course_id))
        .join(learner, learner.id == func.coalesce(member.seen_as, participation.learner_id))
        .where(participation.id.in_(participations(visit)))
    )
    return dict(session.execute(query).all())
