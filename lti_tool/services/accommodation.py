"""More time for single learners in timed tests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.services import audit
from lti_tool.services.results_facts import participations
from lti_tool.services.session import Visit

MOST_EXTRA_MINUTES = 1440
MAX_REASON = 500


def grant_time(db: Session, visit: Visit, participation_id: str, extra: str, reason: str, now: datetime) -> None:
    """So many minutes more than the limit, from now on; 0 takes it back. An attempt under way gets them too.

    Raises ``Forbidden("staff_only")``, ``NotFound("participation_unknown")``, ``BadInput("time_unusable")`` with a
    fault for ``extra`` (``not_possible``) or ``reason`` (``missing``).
    """
    table = models.Participation
    known = db.scalars(select(table.id).where(table.id == participation_id, table.id.in_(participations(visit))))
    if known.first() is None:
        raise NotFound("participation_unknown")
    minutes, reason = _minutes(extra), " ".join(reason.split())[:MAX_REASON]
    faults = {} if reason else {"reason": "missing"}
    if minutes is None:
        faults["extra"] = "not_possible"
    if faults or minutes is None:
        raise BadInput("time_unusable", faults=faults)
    row = models.Accommodation(
        participation_id=participation_id,
        extra_minutes=minutes,
        reason=reason,
        granted_by=visit.learner_id,
        granted_at=now,
    )
    db.add(row)
    db.flush()
    actor = audit.ToolActor(visit.provider_id, visit.learner_id)
    about = f"participation:{participation_id}"
    audit.note(
        db, actor, "accommodation.granted", about, now, activity_id=visit.activity_id, detail={"extra_minutes": minutes}
    )


def _minutes(text: str) -> int | None:
    text = text.strip()
    is_number = text.isascii() and text.isdigit() and len(text) < 5
    return int(text) if is_number and int(text) <= MOST_EXTRA_MINUTES else None
