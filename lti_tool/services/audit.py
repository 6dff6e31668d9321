"""The audit trail: what staff did, who, when. Append-only, chained by hashes; the database itself refuses changes.

Entries hold keys of rows and plain changed values, never names or addresses: erasing a person leaves the chain whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.errors import NotFound
from lti_tool.domain.wire import write_value

START = "0" * 64
"""What the first entry follows."""
PAGE = 50
PORTION = 500
"""So many entries are read at a time when all are."""
TOOL = ""
"""The actor where no person acted: the command line, or the tool by itself."""


class Actor(Protocol):
    """Whoever acts in the office of one provider: :class:`lti_tool.services.office.Officer` is one."""

    @property
    def provider_id(self) -> str: ...

    @property
    def person_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ToolActor:
    """The command line, a worker, or another part of the tool that acts for nobody in particular."""

    provider_id: str
    person_id: str = TOOL


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry as it is read. ``actor`` is the person's name now, ``""`` for the tool."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    activity_id: str | None
    detail: Mapping[str, Any]


def note(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    now: datetime,
    *,
    activity_id: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Add an entry in the transaction of the act itself; gives its number.

    ``action`` is a dotted word such as ``grant.given``; ``subject`` is ``kind:key``. ``detail`` takes what
    :func:`lti_tool.domain.wire.write_value` takes; changed fields as ``{"field": [before, after]}``.
    """
    # The provider's row makes entries of one chain wait for each other. FOR NO KEY UPDATE: every row that names the
    # provider has locked its key already, and two that both wanted it alone would wait for each other for ever.
    chain = select(models.Provider.id).where(models.Provider.id == actor.provider_id)
    session.execute(chain.with_for_update(key_share=True))
    last = session.scalars(_chain(actor.provider_id).order_by(models.AuditEntry.number.desc()).limit(1)).first()
    row = models.AuditEntry(
        provider_id=actor.provider_id,
        number=last.number + 1 if last else 1,
        at=now,
        actor_id=actor.person_id,
        action=action,
        subject=subject,
        activity_id=activity_id,
        detail=write_value(dict(detail or {})),
        previous_hash=last.hash if last else START,
    )
    row.hash = _digest(row)
    session.add(row)
    session.flush()
    return row.number


def _chain(provider_id: str) -> Select[models.AuditEntry]:
    return select(models.AuditEntry).where(models.AuditEntry.provider_id == provider_id)


def _digest(row: models.AuditEntry) -> str:
    parts = [
        row.provider_id,
        row.number,
        row.at.astimezone(UTC).isoformat(),
        row.actor_id,
        row.action,
        row.subject,
        row.activity_id,
    ]
    body = json.dumps([*parts, row.detail, row.previous_hash], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()


def first_break(session: Session, provider_id: str) -> int | None:
    """The number of the first entry that was changed or is missing; ``None`` for a whole chain."""
    expected, previous = 1, START
    while rows := session.scalars(_from(provider_id, expected)).all():
        for row in rows:
            if row.number != expected or row.previous_hash != previous or row.hash != _digest(row):
                return expected
            expected, previous = expected + 1, row.hash
    return None


def _from(provider_id: str, number: int) -> Select[models.AuditEntry]:
    table = models.AuditEntry
    return _chain(provider_id).where(table.number >= number).order_by(table.number).limit(PORTION)


def trail(
    session: Session, provider_id: str, *, activity_id: str = "", before: int | None = None, limit: int = PAGE
) -> Sequence[AuditRow]:
    """Newest first, at most ``limit``; ``before`` gives the entries older than that number."""
    query = _chain(provider_id).order_by(models.AuditEntry.number.desc()).limit(limit)
    if activity_id:
        query = query.where(models.AuditEntry.activity_id == activity_id)
    if before is not None:
        query = query.where(models.AuditEntry.number < before)
    return _named(session, session.scalars(query).all())


def whole_trail(session: Session, provider_id: str, activity_id: str = "") -> Iterator[AuditRow]:
    """Every entry, newest first, read in portions."""
    before: int | None = None
    while found := trail(session, provider_id, activity_id=activity_id, before=before, limit=PORTION):
        yield from found
        before = found[-1].number


def _named(session: Session, rows: Sequence[models.AuditEntry]) -> Sequence[AuditRow]:
    keys = {row.actor_id for row in rows if row.actor_id}
    people = session.scalars(select(models.Learner).where(models.Learner.id.in_(keys))).all() if keys else []
    names = {person.id: person.lms_name or person.printed_name or person.id[:8] for person in people}
    return [
        AuditRow(
            row.number,
            row.at,
            names.get(row.actor_id, row.actor_id[:8]),
            row.action,
            row.subject,
            row.activity_id,
            row.detail,
        )
        for row in rows
    ]


def activity_of(session: Session, provider_id: str, activity_id: str) -> str:
    """The title of this provider's activity. Raises ``NotFound("activity_unknown")``."""
    row = session.get(models.Activity, activity_id)
    if row is None or row.provider_id != provider_id:
        raise NotFound("activity_unknown")
    return row.title
