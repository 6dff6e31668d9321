"""What lists need of an activity or a plan, kept beside the row so that no list reads hundreds of documents.

An outline says of which version (of a plan: revision) it was taken. One of another version, or an unreadable one,
counts as absent: then the document itself is asked. So an outline may be out of date, but never says anything wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.domain.activity import Activity, LearningFormat
from lti_tool.domain.document import Document
from lti_tool.domain.wire import write_value
from lti_tool.services.time_zone import time_zones

NO_DAY = date.max
"""Where a plan has no day yet: nothing is too late for it, and nothing is over."""
_FORMATS = frozenset(one.value for one in LearningFormat)


@dataclass(frozen=True, slots=True)
class Outline:
    """Days are days in ``time_zone``."""

    format: LearningFormat
    released_on: date
    expires_on: date
    reviewed_on: date
    time_zone: str


def of_activity(activity: Activity) -> Outline:
    days = (activity.released_on, activity.expires_on, activity.reviewed_on)
    return Outline(activity.format, *days, time_zone=activity.time_zone)


def of_document(document: Document) -> Outline:
    """As a plan stands now. One without format is held to what is allowed for enduring material, the least."""
    zone, learning_format = str(document.get("time_zone") or ""), str(document.get("format") or "")
    return Outline(
        LearningFormat(learning_format) if learning_format in _FORMATS else LearningFormat.ENDURING,
        released_on=_day(document, "release"),
        expires_on=_day(document, "expires"),
        reviewed_on=_day(document, "reviewed"),
        time_zone=zone if zone in time_zones() else "UTC",
    )


def _day(document: Document, name: str) -> date:
    try:
        return date.fromisoformat(str(document.get(name) or ""))
    except ValueError:
        return NO_DAY


def stored(outline: Outline, number: int) -> dict[str, Any]:
    """For the row's own column; ``number``: the version or revision that it was taken of."""
    return {"of": number, "is": write_value(outline)}


def current(column: dict[str, Any] | None, number: int) -> Outline | None:
    """What the column holds, if it is of this version."""
    if not column or column.get("of") != number:
        return None
    try:
        kept = column["is"]
        return Outline(
            LearningFormat(kept["format"]),
            released_on=date.fromisoformat(kept["released_on"]),
            expires_on=date.fromisoformat(kept["expires_on"]),
            reviewed_on=date.fromisoformat(kept["reviewed_on"]),
            time_zone=str(kept["time_zone"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def activity_outline(session: Session, row: Row[Any]) -> Outline:
    """Of the newest version. ``row`` has the activity's ``id``, ``version`` and ``outline``."""
    return current(row.outline, row.version) or of_activity(activity_value(session, row.id, row.version))


@dataclass(frozen=True, slots=True)
class OutlinedActivity:
    """An activity in its newest version."""

    activity_id: str
    title: str
    outline: Outline


def outlined_activities(session: Session, provider_id: str) -> Iterator[OutlinedActivity]:
    """All that the provider has, by title."""
    table = models.Activity
    query = select(table.id, table.title, table.version, table.outline)
    owned = query.where(table.provider_id == provider_id, table.version > 0).order_by(table.title, table.id)
    for row in session.execute(owned):
        yield OutlinedActivity(row.id, row.title, activity_outline(session, row))
