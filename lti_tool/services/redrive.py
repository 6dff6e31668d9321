"""Grades that were given up: listed and sent again from the command line, over all courses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.grade import Delivery
from lti_tool.services.grade import is_outdated, put_back


@dataclass(frozen=True, slots=True)
class ParkedGrade:
    """One grade that waits for somebody to look. Nobody is named."""

    delivery_id: str
    issuer: str
    outcome: str
    status: int | None
    answer: str


def _parked(issuer: str | None, outcome: str | None) -> Select[models.Delivery]:
    """Parked and not outdated by a newer score."""
    table = models.Delivery
    query = select(table).join(models.Platform, models.Platform.id == table.platform_id)
    query = query.where(table.state == "parked", ~is_outdated()).order_by(table.finished_at, table.id)
    if issuer:
        query = query.where(models.Platform.issuer == issuer)
    return query.where(table.outcome == outcome) if outcome else query


def parked(session: Session) -> Sequence[ParkedGrade]:
    """All of them, the longest first."""
    return [
        ParkedGrade(
            row.id,
            session.get_one(models.Platform, row.platform_id).issuer,
            row.outcome,
            row.status,
            row.answer,
        )
        for row in session.scalars(_parked(None, None))
    ]


def redrive(session: Session, now: datetime, *, issuer: str | None = None, outcome: str | None = None) -> int:
    """Let them wait again, for another full period; gives their number. A deleted column is looked for anew."""
    rows = session.scalars(_parked(issuer, outcome).with_for_update(of=models.Delivery)).all()
    for row in rows:
        if row.outcome == Delivery.GONE.value and row.placement.line_item == row.line_item:
            row.placement.line_item = None
        put_back(row, now)
    return len(rows)
