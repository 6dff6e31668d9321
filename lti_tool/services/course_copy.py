"""What a link opens that names no activity itself: found from the link that it was copied from.

A link that was placed by Deep Linking carries its activity with it through every copy. One that staff bound by hand
does not; and a tool that was registered anew (another client id, another deployment) meets all of its old links as new.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.launch import Launch


@dataclass(frozen=True, slots=True)
class Origin:
    """What the earlier link opens."""

    activity_id: str
    step: str | None


def origin_of(session: Session, deployment: models.Deployment, launch: Launch) -> Origin | None:
    """The first that is known: the same link under an earlier registration, an id of its history, or the only link of
    this title in a course that this one was copied from. Never of another provider or issuer.
    """
    for query in _places(deployment, launch):
        found = [Origin(str(activity_id), step) for activity_id, step in session.execute(query.limit(2))]
        if len(found) == 1:
            return found[0]
    return None


def _places(deployment: models.Deployment, launch: Launch) -> Iterator[Select[str | None, str | None]]:
    placement, course = models.Placement, models.Course
    link, context = launch.resource_link, launch.context
    if link is None:
        return
    bound = _bound(deployment)
    if context is not None:
        yield bound.where(course.context_id == context.id, placement.resource_link_id == link.id)
    for earlier in launch.link_history:
        yield bound.where(placement.resource_link_id == earlier)
    for earlier in launch.context_history if link.title else ():
        yield bound.where(course.context_id == earlier, placement.title == link.title[:255])


def _bound(deployment: models.Deployment) -> Select[str | None, str | None]:
    """Links of this provider that came from the same LMS and open something."""
    placement, course, owner, platform = models.Placement, models.Course, models.Deployment, models.Platform
    return (
        select(placement.activity_id, placement.step)
        .distinct()
        .join(course, course.id == placement.course_id)
        .join(owner, owner.id == course.deployment_id)
        .join(platform, platform.id == owner.platform_id)
        .where(
            owner.provider_id == deployment.provider_id,
            platform.issuer == deployment.platform.issuer,
            placement.activity_id.is_not(None),
        )
    )
