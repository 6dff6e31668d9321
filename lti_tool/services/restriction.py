"""Whose data may not be sent anywhere at present (GDPR, article 18): every sender asks here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, exists, or_, select, union
from sqlalchemy.orm import Session, aliased

from lti_tool.db import models
from lti_tool.domain.data_request import RESTRICTING


def is_restricted(learner_id: Any) -> ColumnElement[bool]:
    """For queries: the person of this column has a request that restricts what may be done with their data."""
    table, identity = models.DataRequest, aliased(models.Learner)
    states = sorted(state.value for state in RESTRICTING)
    # Grades go to the identity that the LMS knows, which may be merged into the one that asked.
    asked = or_(table.learner_id == identity.id, table.learner_id == identity.merged_into)
    return exists().where(identity.id == learner_id, asked, table.state.in_(states))


def restricted_people() -> CompoundSelect[str]:
    """The row keys of all of them, with the identities that were merged into them: for queues, which look at many rows
    and find the few requests once."""
    table, identity = models.DataRequest, models.Learner
    open_ones = table.state.in_(sorted(state.value for state in RESTRICTING))
    merged = select(identity.id).join(table, table.learner_id == identity.merged_into).where(open_ones)
    return union(select(table.learner_id).where(open_ones), merged)


def is_person_restricted(session: Session, learner_id: str) -> bool:
    """The same for one person."""
    return bool(session.scalar(select(is_restricted(models.Learner.id)).where(models.Learner.id == learner_id)))
