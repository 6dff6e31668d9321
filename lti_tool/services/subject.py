"""What people, support and partners are decided for: an activity in planning.

The only place that knows which table a ``plan_id`` belongs to. While planning has no table of its own it is the
activity itself, in its newest version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.errors import NotFound
from lti_tool.services.row_key import is_row_key


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of the activity. Days are days in ``time_zone``."""

    id: str
    title: str
    format: LearningFormat
    starts_on: date
    ends_on: date
    time_zone: str = "UTC"
    is_series: bool = False

    @property
    def activity_id(self) -> str:
        """For capabilities that were granted for one activity."""
        return self.id


def _subject(db: Session, row: models.Activity) -> Subject:
    value = activity_value(db, row.id, row.version)
    return Subject(row.id, value.title, value.format, value.released_on, value.expires_on, value.time_zone)


def subject(db: Session, provider_id: str, plan_id: str) -> Subject:
    """Raises ``NotFound("plan_unknown")``, also for another provider's."""
    row = db.get(models.Activity, plan_id) if is_row_key(plan_id) else None
    if row is None or row.provider_id != provider_id or not row.version:
        raise NotFound("plan_unknown")
    return _subject(db, row)


def subjects(db: Session, provider_id: str, plan_ids: Sequence[str] | None = None) -> dict[str, Subject]:
    """The provider's activities by id, in order of their titles; only ``plan_ids`` where given."""
    table = models.Activity
    query = select(table).where(table.provider_id == provider_id, table.version > 0).order_by(table.title, table.id)
    if plan_ids is not None:
        query = query.where(table.id.in_(sorted(set(plan_ids))))
    return {row.id: _subject(db, row) for row in db.scalars(query)}
