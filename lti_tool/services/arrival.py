"""A checked launch arrives: note the course, the person, the placement, and what it opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, false, func, select
from sqlalchemy.orm import Session, lazyload

from lti_tool.db import models
from lti_tool.db.engine import keep, note
from lti_tool.db.sealing import Sealer
from lti_tool.db.upsert import insert_missing, insert_or_replace
from lti_tool.domain.activity import Step
from lti_tool.domain.errors import LaunchRefused
from lti_tool.domain.launch import Launch, LmsFamily, MessageType
from lti_tool.services.address_mark import email_digest
from lti_tool.services.course_copy import is_known_elsewhere, origin_of

ACTIVITY_PARAMETER = "cme_activity"
STEP_PARAMETER = "cme_step"
OPEN_PARAMETER = "cme_open"
"""Custom parameters (and query parameters of the address) that say what a placement opens. They survive a copy of
the course, the resource link id does not: no LMS says what a link was copied from (seen in Moodle 4.5 and 5.1)."""
PLANNING = "planning"
"""Value of :data:`OPEN_PARAMETER`: the launch leads authors to their plans and is no placement."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Row keys of all that a launch touched."""

    deployment_id: str
    course_id: str
    learner_id: str
    placement_id: str | None
    noted_at: datetime | None = None
    """When a launch of the platform was last noted."""
    address_mark: str = ""
    """Digest of the learner's address; ``""`` for staff, and where the LMS shares none."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the link was made to open, as named by custom parameters or by the address itself."""

    activity_key: str = ""
    step: str = ""
    is_planning: bool = False
    """For authors: nothing is placed in the course, ``activity_key`` is what they want to plan."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Rows that earlier launches left."""

    deployment: models.Deployment
    platform: models.Platform
    course: models.Course | None = None
    learner: models.Learner | None = None
    member: models.CourseMember | None = None
    placement: models.Placement | None = None
    noted_at: datetime | None = None
    may_be_copied: bool = True
    """A link that opens nothing yet may be known by its ids from another registration, or its course as a copy."""


def _lookup() -> Select[*tuple[Any, ...]]:
    """All that a launch touches and that is there already, in one look: nothing is dearer than asking."""
    owner, platform, course = models.Deployment, models.Platform, models.Course
    learner, member, placement = models.Learner, models.CourseMember, models.Placement
    same_person = (learner.issuer == platform.issuer, learner.subject == bindparam("subject"))
    # Records of one person that were joined come to the course as the one that was kept.
    person_id = func.coalesce(learner.merged_into, learner.id)
    link, noted = placement.resource_link_id == bindparam("link"), models.ConnectionState
    is_open = placement.activity_id.is_not(None)
    may_be_copied = case((is_open, false()), else_=is_known_elsewhere(owner.provider_id, platform.issuer))
    return (
        select(owner, platform, course, learner, member, placement, noted.launched_at, may_be_copied)
        .join(platform, platform.id == owner.platform_id)
        .outerjoin(course, and_(course.deployment_id == owner.id, course.context_id == bindparam("context")))
        .outerjoin(learner, and_(learner.provider_id == owner.provider_id, *same_person))
        .outerjoin(member, and_(member.course_id == course.id, member.learner_id == person_id))
        .outerjoin(placement, and_(placement.course_id == course.id, link))
        .outerjoin(noted, noted.platform_id == platform.id)
        .where(platform.id == bindparam("platform"), owner.deployment_id == bindparam("deployment"))
        .options(lazyload("*"))
    )


_LOOKUP = _lookup()


def _known(session: Session, launch: Launch) -> _Known | None:
    link = launch.resource_link
    asked = {
        "platform": launch.platform.id,
        "deployment": launch.deployment_id,
        "context": _context_id(launch),
        "subject": launch.subject,
        "link": link.id if link else "",
    }
    found = session.execute(_LOOKUP, asked).first()
    return _Known(*found) if found is not None else None


def _context_id(launch: Launch) -> str:
    return launch.context.id if launch.context else ""


def _new_deployment(session: Session, launch: Launch, now: datetime) -> _Known:
    """A deployment that is seen for the first time, where whoever connected the platform takes all of them."""
    platform = session.get(models.Platform, launch.platform.id)
    if platform is None or not platform.takes_deployments or platform.home_provider_id is None:
        raise LaunchRefused("deployment_unknown", "this deployment is not connected")
    key = {"platform_id": launch.platform.id, "deployment_id": launch.deployment_id}
    rest = {"provider_id": platform.home_provider_id, "created_at": now}
    return _Known(insert_missing(session, models.Deployment, key, rest), platform)


def _note_family(platform: models.Platform, launch: Launch) -> None:
    """The launch tells which product it comes from; grade delivery must know it too."""
    if platform.family == LmsFamily.GENERIC and launch.platform.family is not LmsFamily.GENERIC:
        platform.family = launch.platform.family.value


def _course(session: Session, known: _Known, launch: Launch, now: datetime) -> models.Course:
    context, key = launch.context, {"deployment_id": known.deployment.id, "context_id": _context_id(launch)}
    row = known.course or insert_missing(session, models.Course, key, {"created_at": now})
    if context and (context.title or context.label):
        note(row, title=(context.title or context.label)[:255])
    if launch.roster:
        note(row, roster_url=launch.roster.url)
    return row


def _address_mark(known: _Known, launch: Launch, sealer: Sealer | None) -> str:
    if sealer is None or launch.is_staff or not launch.email.strip():
        return ""
    return email_digest(sealer, known.deployment.provider_id, launch.email)


def _learner(session: Session, known: _Known, launch: Launch, now: datetime, address_mark: str) -> models.Learner:
    said = {"lms_name": launch.name.display[:255], "locale": launch.locale[:35]}
    if address_mark:
        said["email_digest"] = address_mark
    key = {"issuer": launch.platform.issuer, "subject": launch.subject}
    place = {"provider_id": known.deployment.provider_id, **key}
    row = known.learner or insert_missing(session, models.Learner, place, {"created_at": now, **said})
    note(row, **said)
    return row


def _activity(session: Session, provider_id: str, key: str) -> str | None:
    if not key.isascii() or not key.isprintable():
        return None  # no key looks like that, and PostgreSQL takes no NUL even in a question
    query = select(models.Activity.id).where(
        models.Activity.provider_id == provider_id,
        models.Activity.key == key,
        models.Activity.published_at.is_not(None),
    )
    return session.scalars(query).first()


def _step(value: str) -> str | None:
    return value if value in {step.value for step in Step} else None


def _placement(
    session: Session, known: _Known, course: models.Course, launch: Launch, target: Target, now: datetime
) -> models.Placement | None:
    link, deployment = launch.resource_link, known.deployment
    if link is None:
        return None
    key = {"course_id": course.id, "resource_link_id": link.id}
    first = {"created_at": now, "title": link.title[:255]}
    row = known.placement or insert_missing(session, models.Placement, key, first)
    named = _activity(session, deployment.provider_id, target.activity_key) if target.activity_key else None
    if named:
        row.activity_id, row.step = named, _step(target.step)
    elif row.activity_id is None and _may_be_copied(known, launch):
        _follow_origin(session, row, deployment, launch)
    note(row, title=link.title[:255] or row.title)
    _note_gradebook(row, launch)
    return row


def _may_be_copied(known: _Known, launch: Launch) -> bool:
    return known.may_be_copied or bool(launch.link_history or launch.context_history)


def _follow_origin(session: Session, row: models.Placement, deployment: models.Deployment, launch: Launch) -> None:
    origin = origin_of(session, deployment, launch)
    if origin is not None:
        row.activity_id, row.step = origin.activity_id, origin.step


def _note_gradebook(row: models.Placement, launch: Launch) -> None:
    endpoint = launch.gradebook
    if endpoint is None:
        return
    note(row, line_items=endpoint.lineitems, scopes=" ".join(sorted(endpoint.scopes))[:1024])
    if endpoint.lineitem:
        note(row, line_item=endpoint.lineitem)


def _member(
    session: Session, known: _Known, course: models.Course, learner: models.Learner, launch: Launch, now: datetime
) -> None:
    key = {"course_id": course.id, "learner_id": learner.merged_into or learner.id}
    said = {
        "is_staff": launch.is_staff,
        "last_seen_at": now,
        "seen_as": learner.id if learner.merged_into else None,
    }
    if known.member is None:
        insert_or_replace(session, models.CourseMember, key, said)
        return
    note(known.member, **said)


def arrive(session: Session, launch: Launch, target: Target, now: datetime, sealer: Sealer | None = None) -> Arrival:
    """Note everything that the launch tells. Raises ``LaunchRefused("deployment_unknown")``.

    ``sealer``: a learner's address that the LMS shares is kept too, as a keyed digest; one that it shares no longer
    takes nothing away.
    """
    known = _known(session, launch) or _new_deployment(session, launch, now)
    keep(session, known.deployment, known.platform)
    _note_family(known.platform, launch)
    course = _course(session, known, launch, now)
    address_mark = _address_mark(known, launch, sealer)
    learner = _learner(session, known, launch, now, address_mark)
    _member(session, known, course, learner, launch, now)
    is_link = launch.message_type not in (MessageType.DEEP_LINKING, MessageType.DATA_PRIVACY) and not target.is_planning
    placement = _placement(session, known, course, launch, target, now) if is_link else None
    session.flush()
    keep(session, course, learner, placement)
    place = placement.id if placement else None
    return Arrival(known.deployment.id, course.id, learner.id, place, known.noted_at, address_mark)
