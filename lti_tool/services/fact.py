"""What follows from every new fact about a learner, in the same transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.domain.activity import Step
from lti_tool.services.grade import note_progress
from lti_tool.services.participation import Progress, progress
from lti_tool.services.session import Visit


def note_fact(db: Session, visit: Visit, now: datetime) -> Progress:
    """Where the learner stands now that something was written; the gradebooks of their courses are told."""
    db.flush()
    after = progress(db, visit, now)
    note_progress(db, after, visit, now)
    return after


def may_review(here: Progress, step: Step) -> bool:
    """What the learner did in this step may still be looked at: only the activity's end stands in the way."""
    return all(blocker.code in ("expired", "closed") for blocker in here.standing.of(step).blockers)
