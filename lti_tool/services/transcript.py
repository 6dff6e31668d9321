"""A learner's transcript: all that stands in the ledger for them at this provider, by activity and type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_name
from lti_tool.db import models
from lti_tool.db.load import current_accounts, identities
from lti_tool.domain.ledger import Entry, balance, is_expired, live_award
from lti_tool.services.session import Visit


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One account. ``amount`` is its balance: ``0`` for credit that was taken back or has expired."""

    activity_title: str
    credit_type: str
    credit_name: str
    amount: Decimal
    is_awarded: bool
    is_live: bool
    is_expired: bool
    at: datetime


def transcript(session: Session, provider_id: str, learner_id: str) -> tuple[TranscriptLine, ...]:
    """Of a person, under whichever identity it was recorded; newest first."""
    table = models.CreditEntry
    query = (
        select(table, models.Activity.title)
        .join(models.Activity, models.Activity.id == table.activity_id)
        .where(table.learner_id.in_(identities(learner_id)), table.provider_id == provider_id)
    )
    rows = session.execute(query).all()
    titles = {row.activity_id: title for row, title in rows}
    found = current_accounts((row for row, _ in rows), learner_id)
    lines = (_line(titles[activity_id], chain) for (activity_id, _), chain in found.items())
    return tuple(sorted(lines, key=lambda line: (line.at, line.activity_title, line.credit_type), reverse=True))


def _line(title: str, chain: tuple[Entry, ...]) -> TranscriptLine:
    last = live_award(chain) or chain[-1]
    return TranscriptLine(
        title,
        last.credit_type,
        credit_name(last.credit_type),
        balance(chain),
        last.is_awarded,
        live_award(chain) is not None,
        is_expired(chain),
        last.at,
    )


def own_transcript(session: Session, visit: Visit) -> tuple[TranscriptLine, ...]:
    """The visitor's own."""
    return transcript(session, visit.provider_id, visit.learner_id)


def totals(lines: Iterable[TranscriptLine]) -> dict[str, Decimal]:
    """Awarded credit by name of its type. Types are never added up with each other."""
    found: dict[str, Decimal] = {}
    for line in lines:
        if line.is_awarded and line.is_live:
            found[line.credit_name] = found.get(line.credit_name, Decimal(0)) + line.amount
    return found
