"""Whose data may not be sent anywhere at present (GDPR, article 18): every sender asks here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.data_request import RESTRICTING


def is_restricted(learner_id: Any) -> ColumnElement[bool]:
    """For queries: the person of this column has a request that restricts what may be done with their data."""
    table = models.DataRequest
    states = sorted(state.value for state in RESTRICTING)
    return exists().where(table.learner_id == learner_id, table.state.in_(states))


def is_person_restricted(session: Session, learner_id: str) -> bool:
    """The same for one person."""
    return bool(session.scalar(select(is_restricted(models.Learner.id)).where(models.Learner.id == learner_id)))
