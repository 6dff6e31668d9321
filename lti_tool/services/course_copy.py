"""What a link opens that names no activity itself: found from the link that it was copied from.

A link that was placed by Deep Linking carries its activity with it through every copy. One that staff bound by hand
does not; and a tool that was registered anew (another client id, another deployment) meets all of its old links as new.

Where a course came from is told by the launch itself (its histories) or was told before, by a notice of the platform.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, bindparam, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from lti_tool.db import models
from lti_tool.domain.launch import Launch

MAX_ORIGINS = 20
"""Copies of copies that are looked through."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What the earlier link opens."""

    activity_id: str
    step: str | None


def _bound() -> Select[str | None, str | None]:
    """Links of a provider that came from one LMS and open something."""
    placement, course, owner, platform = models.Placement, models.Course, models.Deployment, models.Platform
    return (
        select(placement.activity_id, placement.step)
        .distinct()
        .join(course, course.id == placement.course_id)
        .join(owner, owner.id == course.deployment_id)
        .join(platform, platform.id == owner.platform_id)
        .where(
            owner.provider_id == bindparam("provider"),
            platform.issuer == bindparam("issuer"),
            placement.activity_id.is_not(None),
        )
        .limit(2)
    )


_SAME_LINK = models.Placement.resource_link_id == bindparam("link")
_SAME_CONTEXT = models.Course.context_id == bindparam("context")
_THERE = _bound().where(_SAME_CONTEXT, _SAME_LINK)
_ANYWHERE = _bound().where(_SAME_LINK)
_BY_TITLE = _bound().where(_SAME_CONTEXT, models.Placement.title == bindparam("title"))


def is_known_elsewhere(
    provider_id: InstrumentedAttribute[str], issuer: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """For the first look of a launch (``:context``, ``:link``): ``origin_of`` may find something by these ids alone.

    Nearly every link is new to everybody, and every further question costs all of them.
    """
    course, owner, platform = aliased(models.Course), aliased(models.Deployment), aliased(models.Platform)
    copy, placement = models.CourseCopy, aliased(models.Placement)
    ours = (owner.provider_id == provider_id, platform.id == owner.platform_id, platform.issuer == issuer)
    same_link = exists().where(
        *ours,
        course.deployment_id == owner.id,
        course.context_id == bindparam("context"),
        placement.course_id == course.id,
        placement.resource_link_id == bindparam("link"),
        placement.activity_id.is_not(None),
    )
    copied = exists().where(*ours, copy.deployment_id == owner.id, copy.context_id == bindparam("context"))
    return or_(same_link, copied)


def origin_of(session: Session, deployment: models.Deployment, launch: Launch) -> Origin | None:
    """The first that is known: the same link under an earlier registration, an id of its history, or the only link of
    this title in a course that this one was copied from. Never of another provider or issuer.
    """
    mine = {"provider": deployment.provider_id, "issuer": deployment.platform.issuer}
    for query, asked in _places(session, deployment, launch):
        found = [Origin(str(activity_id), step) for activity_id, step in session.execute(query, {**mine, **asked})]
        if len(found) == 1:
            return found[0]
    return None


def _places(
    session: Session, deployment: models.Deployment, launch: Launch
) -> Iterator[tuple[Select[str | None, str | None], dict[str, str]]]:
    link, context = launch.resource_link, launch.context
    if link is None:
        return
    if context is not None:
        yield _THERE, {"context": context.id, "link": link.id}
    for earlier in launch.link_history:
        yield _ANYWHERE, {"link": earlier}
    told = noticed_origins(session, deployment, context.id) if context is not None and link.title else ()
    for earlier in dict.fromkeys((*launch.context_history, *told)) if link.title else ():
        yield _BY_TITLE, {"context": earlier, "title": link.title[:255]}


def noticed_origins(session: Session, deployment: models.Deployment, context_id: str) -> tuple[str, ...]:
    """Ids of the courses that notices name as the origin of this one, of those origins and so on: the nearest first,
    of several the one that was copied last."""
    found: dict[str, None] = {context_id: None}
    level = [context_id]
    while level and len(found) <= MAX_ORIGINS:
        level = [one for one in session.scalars(_copies(deployment, level)) if one not in found]
        found |= dict.fromkeys(level)
    return tuple(found)[1 : MAX_ORIGINS + 1]


def _copies(deployment: models.Deployment, contexts: Sequence[str]) -> Select[str]:
    copy, owner, platform = models.CourseCopy, models.Deployment, models.Platform
    return (
        select(copy.origin_id)
        .join(owner, owner.id == copy.deployment_id)
        .join(platform, platform.id == owner.platform_id)
        .where(
            owner.provider_id == deployment.provider_id,
            platform.issuer == deployment.platform.issuer,
            copy.context_id.in_(contexts),
        )
        .order_by(copy.copied_at.desc(), copy.origin_id)
        .limit(MAX_ORIGINS)
    )
