"""Test runs by staff: they never count, and can be wiped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.errors import Forbidden
from lti_tool.services.session import Visit


@dataclass(frozen=True, slots=True)
class Trial:
    """The visitor's own test run of the placement's activity."""

    started_at: datetime


def _own(visit: Visit) -> ColumnElement[bool]:
    if not visit.is_staff:
        raise Forbidden("staff_only")
    table = models.Participation
    return and_(table.learner_id == visit.learner_id, table.activity_id == visit.activity_id, table.is_trial.is_(True))


def trial(db: Session, visit: Visit) -> Trial | None:
    """``None`` if the visitor has not begun one. Raises ``Forbidden("staff_only")``."""
    started_at = db.scalars(select(models.Participation.started_at).where(_own(visit))).first()
    return Trial(started_at) if started_at else None


def wipe_trial(db: Session, visit: Visit) -> bool:
    """Delete the visitor's own test run with all that hangs on it; says whether there was one.

    Nothing of anybody else is touched, nor what the visitor did as a learner. Raises ``Forbidden("staff_only")``.
    """
    gone = db.scalars(delete(models.Participation).where(_own(visit)).returning(models.Participation.id)).all()
    db.expire_all()
    return bool(gone)
