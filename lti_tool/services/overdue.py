"""Attempts whose time limit is up: closed with what was saved, whether or not the learner comes back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.domain.pathway import LATE
from lti_tool.services.grade import note_progress_of
from lti_tool.services.participation import Progress, lock, progress_of

AT_ONCE = 100
"""Most learners that one look of the worker deals with."""


def close_overdue(db: Session, here: Progress, now: datetime) -> bool:
    """Store what the pathway has computed: the attempt was submitted when its time was up. Says whether one was."""
    over = {attempt.id: attempt.submitted_at for attempt in here.record.attempts if not attempt.is_open}
    query = select(models.Attempt).where(models.Attempt.id.in_(over), models.Attempt.submitted_at.is_(None))
    if not db.scalars(query).all():
        return False
    row = lock(db, here.participation_id)
    for attempt in db.scalars(query.execution_options(populate_existing=True)):
        attempt.submitted_at = over[attempt.id]
    db.flush()
    after = progress_of(db, row, now)
    note_progress_of(db, after, row.learner.provider_id, now)
    return True


def close_all_overdue(sessions: Sessions, now: datetime) -> int:
    """The worker's part, one learner per transaction; gives how many attempts it looked at.

    ``ends_at`` is without the time that single learners were granted: those are looked at again until it is up.
    """
    table = models.Attempt
    due = (
        select(table.participation_id)
        .where(table.submitted_at.is_(None), table.ends_at <= now - LATE)
        .order_by(table.ends_at)
        .limit(AT_ONCE)
    )
    with transaction(sessions) as db:
        waiting = list(dict.fromkeys(db.scalars(due)))
    closed = 0
    for participation_id in waiting:
        with transaction(sessions) as db:
            row = db.get(models.Participation, participation_id)
            if row is not None:
                closed += close_overdue(db, progress_of(db, row, now), now)
    return closed
