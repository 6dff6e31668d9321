"""What a link opens that names no activity itself: found from the link that it was copied from.

A link that was placed by Deep Linking carries its activity with it through every copy. One that staff bound by hand
does not; and a tool that was registered anew (another client id, another deployment) meets all of its old links as new.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, select
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
    mine = {"provider": deployment.provider_id, "issuer": deployment.platform.issuer}
    for query, asked in _places(launch):
        found = [Origin(str(activity_id), step) for activity_id, step in session.execute(query, {**mine, **asked})]
        if len(found) == 1:
            return found[0]
    return None


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


def _places(launch: Launch) -> Iterator[tuple[Select[str | None, str | None], dict[str, str]]]:
    link, context = launch.resource_link, launch.context
    if link is None:
        return
    if context is not None:
        yield _THERE, {"context": context.id, "link": link.id}
    for earlier in launch.link_history:
        yield _ANYWHERE, {"link": earlier}
    for earlier in launch.context_history if link.title else ():
        yield _BY_TITLE, {"context": earlier, "title": link.title[:255]}
