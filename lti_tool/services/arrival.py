"""A checked launch arrives: note the course, the person, the placement, and what it opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import keep
from lti_tool.db.upsert import insert_once
from lti_tool.domain.activity import Step
from lti_tool.domain.errors import LaunchRefused
from lti_tool.domain.launch import Launch, LmsFamily, MessageType
from lti_tool.services.course_copy import origin_of

ACTIVITY_PARAMETER = "cme_activity"
STEP_PARAMETER = "cme_step"
"""Custom parameters (and query parameters of the address) that say what a placement opens. They survive a copy of
the course, the resource link id does not: no LMS says what a link was copied from (seen in Moodle 4.5)."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Row keys of all that a launch touched."""

    deployment_id: str
    course_id: str
    learner_id: str
    placement_id: str | None


@dataclass(frozen=True, slots=True)
class Target:
    """What the link was made to open, as named by custom parameters or by the address itself."""

    activity_key: str = ""
    step: str = ""


def _deployment(session: Session, launch: Launch, now: datetime) -> models.Deployment:
    key = {"platform_id": launch.platform.id, "deployment_id": launch.deployment_id}
    row = session.scalars(select(models.Deployment).filter_by(**key)).first()
    return row or _new_deployment(session, launch, key, now)


def _new_deployment(session: Session, launch: Launch, key: dict[str, str], now: datetime) -> models.Deployment:
    """A deployment that is seen for the first time, where whoever connected the platform takes all of them."""
    platform = session.get(models.Platform, launch.platform.id)
    if platform is None or not platform.takes_deployments or platform.home_provider_id is None:
        raise LaunchRefused("deployment_unknown", "this deployment is not connected")
    return insert_once(session, models.Deployment, key, {"provider_id": platform.home_provider_id, "created_at": now})


def _note_family(platform: models.Platform, launch: Launch) -> None:
    """The launch tells which product it comes from; grade delivery must know it too."""
    if platform.family == LmsFamily.GENERIC and launch.platform.family is not LmsFamily.GENERIC:
        platform.family = launch.platform.family.value


def _course(session: Session, deployment: models.Deployment, launch: Launch, now: datetime) -> models.Course:
    context = launch.context
    row = insert_once(
        session,
        models.Course,
        {"deployment_id": deployment.id, "context_id": context.id if context else ""},
        {"created_at": now},
    )
    if context and (context.title or context.label):
        row.title = (context.title or context.label)[:255]
    if launch.roster:
        row.roster_url = launch.roster.url
    return row


def _learner(session: Session, provider_id: str, launch: Launch, now: datetime) -> models.Learner:
    key = {"provider_id": provider_id, "issuer": launch.platform.issuer, "subject": launch.subject}
    said = {"lms_name": launch.name.display[:255], "locale": launch.locale[:35]}
    row = insert_once(session, models.Learner, key, {"created_at": now, **said})
    row.lms_name, row.locale = said["lms_name"], said["locale"]
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
    session: Session,
    course: models.Course,
    deployment: models.Deployment,
    launch: Launch,
    target: Target,
    now: datetime,
) -> models.Placement | None:
    link = launch.resource_link
    if link is None:
        return None
    key = {"course_id": course.id, "resource_link_id": link.id}
    row = insert_once(session, models.Placement, key, {"created_at": now, "title": link.title[:255]})
    named = _activity(session, deployment.provider_id, target.activity_key) if target.activity_key else None
    if named:
        row.activity_id, row.step = named, _step(target.step)
    elif row.activity_id is None and (origin := origin_of(session, deployment, launch)):
        row.activity_id, row.step = origin.activity_id, origin.step
    row.title = link.title[:255] or row.title
    _note_gradebook(row, launch)
    return row


def _note_gradebook(row: models.Placement, launch: Launch) -> None:
    endpoint = launch.gradebook
    if endpoint is None:
        return
    row.line_items = endpoint.lineitems
    row.scopes = " ".join(sorted(endpoint.scopes))[:1024]
    if endpoint.lineitem:
        row.line_item = endpoint.lineitem


def _member(session: Session, course: models.Course, learner: models.Learner, launch: Launch, now: datetime) -> None:
    key = {"course_id": course.id, "learner_id": learner.merged_into or learner.id}
    row = insert_once(session, models.CourseMember, key, {"is_staff": launch.is_staff, "last_seen_at": now})
    row.is_staff, row.last_seen_at = launch.is_staff, now
    row.seen_as = learner.id if learner.merged_into else None


def arrive(session: Session, launch: Launch, target: Target, now: datetime) -> Arrival:
    """Note everything that the launch tells. Raises ``LaunchRefused("deployment_unknown")``."""
    deployment = _deployment(session, launch, now)
    _note_family(deployment.platform, launch)
    course = _course(session, deployment, launch, now)
    learner = _learner(session, deployment.provider_id, launch, now)
    _member(session, course, learner, launch, now)
    is_link = launch.message_type not in (MessageType.DEEP_LINKING, MessageType.DATA_PRIVACY)
    placement = _placement(session, course, deployment, launch, target, now) if is_link else None
    session.flush()
    keep(session, deployment, course, learner, placement)
    return Arrival(deployment.id, course.id, learner.id, placement.id if placement else None)
