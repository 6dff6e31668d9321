"""What was entered for an address before anybody with it came: asked for at every launch, so in one question."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.services.attendance import match_attendance
from lti_tool.services.session import Visit
from lti_tool.services.waiting_award import match_waiting_awards

_AWARD, _SEEN = models.PendingAward, models.Attendance
_WAITING = select(
    exists()
    .where(
        _AWARD.email_digest == bindparam("mark"),
        _AWARD.provider_id == bindparam("provider"),
        _AWARD.settled_at.is_(None),
        _AWARD.learner_id.is_(None),
    )
    .label("award"),
    exists()
    .where(
        _SEEN.email_digest == bindparam("mark"),
        _SEEN.provider_id == bindparam("provider"),
        _SEEN.participation_id.is_(None),
    )
    .label("attendance"),
)


def match_awaited(session: Session, visit: Visit, mark: str, now: datetime) -> None:
    """Awards and attendance. The LMS vouches for the address behind ``mark``; nothing is looked for where it shares
    none, or for staff."""
    if not mark or visit.is_staff:
        return
    found = session.execute(_WAITING, {"mark": mark, "provider": visit.provider_id}).one()
    if found.award:
        match_waiting_awards(session, visit.provider_id, visit.learner_id, mark)
    if found.attendance:
        match_attendance(session, visit, mark, now)
