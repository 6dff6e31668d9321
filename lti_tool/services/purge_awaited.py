"""Purging what was entered for an address with which nobody came: attendance and awards that no participation holds.

Somebody did attend, so it is kept as long as attendance must be verifiable, and goes then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.activity import Accreditation
from lti_tool.domain.retention import Facts, RecordClass
from lti_tool.services.purge_tables import Candidate, Purge
from lti_tool.services.retention import Ground, activity_facts, day_of
from lti_tool.services.row_count import Counts, counted

_SEEN, _AWARD = models.Attendance, models.PendingAward
_NOBODYS_ATTENDANCE = _SEEN.participation_id.is_(None)
_NOBODYS_AWARD = _AWARD.entry_id.is_(None)
"""Also one that its person has declined, or has not confirmed to be theirs."""


def _awaited(
    table: Any,
    made_at: Any,
    is_nobodys: Any,
    session: Session,
    ground: Ground,
    before: datetime,
    after: str,
    limit: int,
) -> Sequence[Candidate]:
    query = (
        select(table.id, table.activity_id, made_at)
        .where(table.provider_id == ground.provider_id, is_nobodys, made_at < before, table.id > after)
        .order_by(table.id)
        .limit(limit)
    )
    rows = session.execute(query).all()
    known = {activity_id: activity_facts(session, activity_id) for activity_id in {row[1] for row in rows}}
    return [_candidate(ground, key, activity_id, day_of(made), known[activity_id]) for key, activity_id, made in rows]


def _candidate(
    ground: Ground, key: str, activity_id: str, made_on: date, about: tuple[date, Accreditation]
) -> Candidate:
    ends_on, accreditation = about
    facts = Facts(
        RecordClass.AWAITED,
        made_on,
        activity_ends_on=ends_on,
        term_ends_on=ground.term_ends_on,
        accreditation=accreditation,
    )
    return Candidate(key, ground.retention(facts), activity_ids=frozenset({activity_id}))


def remove_awaited_attendance(session: Session, keys: Sequence[str]) -> Counts:
    """Whoever has come in the meantime keeps it."""
    return counted(session, (delete(_SEEN).where(_SEEN.id.in_(keys), _NOBODYS_ATTENDANCE),))


def remove_awaited_awards(session: Session, keys: Sequence[str]) -> Counts:
    return counted(session, (delete(_AWARD).where(_AWARD.id.in_(keys), _NOBODYS_AWARD),))


AWAITED: tuple[Purge, ...] = (
    Purge(
        RecordClass.AWAITED,
        72,
        partial(_awaited, _SEEN, _SEEN.recorded_at, _NOBODYS_ATTENDANCE),
        remove_awaited_attendance,
    ),
    Purge(RecordClass.AWAITED, 72, partial(_awaited, _AWARD, _AWARD.created_at, _NOBODYS_AWARD), remove_awaited_awards),
)
