"""Lists of the people who took an activity up, by name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from lti_tool.db import models


def takers(
    activity_id: str, search: str, most: int, *columns: ColumnElement[Any] | InstrumentedAttribute[Any]
) -> Select[*tuple[Any, ...]]:
    """Key, name (the LMS's or the printed one) and ``columns`` of those whose name contains ``search``, without test
    runs; at most ``most``. Participations are joined, for further joins."""
    learner, part = models.Learner, models.Participation
    name = func.coalesce(func.nullif(learner.lms_name, ""), learner.printed_name)
    query = (
        select(learner.id, name, *columns)
        .select_from(learner)
        .join(part, part.learner_id == learner.id)
        .where(part.activity_id == activity_id, part.is_trial.is_(False))
        .order_by(name, learner.id)
        .limit(most)
    )
    if search:
        like = f"%{search.replace('%', '').replace('_', ' ')}%"
        query = query.where(or_(learner.lms_name.ilike(like), learner.printed_name.ilike(like)))
    return query
