"""Rows that several people edit: a change names what it was based on, is never lost silently, and leaves its trace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from lti_tool.db.base import Base
from lti_tool.domain.errors import Conflict, NotFound
from lti_tool.domain.wire import write_value
from lti_tool.services.audit import Actor, note

Row = TypeVar("Row", bound=Base)


def own(session: Session, table: type[Row], actor: Actor, key: str) -> Row:
    """This provider's row. Raises ``NotFound("record_unknown")``, also for another provider's and for retired ones."""
    row: Any = session.get(table, key[:32])
    if row is None or row.provider_id != actor.provider_id or getattr(row, "retired_at", None) is not None:
        raise NotFound("record_unknown")
    found: Row = row
    return found


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def put(
    session: Session,
    actor: Actor,
    row: Base,
    values: Mapping[str, Any],
    based_on: int,
    now: datetime,
    *,
    action: str,
    subject: str,
    activity_id: str | None = None,
) -> bool:
    """Write changed values into a row that has a ``revision``; says whether anything was changed.

    Raises ``Conflict("changed_meanwhile", current=…)`` with what stands there now, by column, if somebody else has
    changed the row since revision ``based_on`` and it would come out differently.
    """
    session.refresh(row, with_for_update=True)
    target: Any = row
    changed = {
        name: [_plain(getattr(target, name)), _plain(value)]
        for name, value in values.items()
        if _plain(getattr(target, name)) != _plain(value)
    }
    if not changed:
        return False
    if target.revision != based_on:
        current = {name: before for name, (before, _) in changed.items()}
        raise Conflict("changed_meanwhile", current=current, revision=target.revision)
    for name, (_, after) in changed.items():
        setattr(target, name, after)
    target.revision += 1
    if hasattr(target, "updated_at"):
        target.updated_at = now
    session.flush()
    detail = {name: _written(pair) for name, pair in changed.items()}
    note(session, actor, action, subject, now, activity_id=activity_id, detail=detail)
    return True


def _written(pair: list[Any]) -> list[Any]:
    return [write_value(tuple(value) if isinstance(value, list) else value) for value in pair]


def added(session: Session, actor: Actor, row: Base, action: str, subject: str, now: datetime, **how: Any) -> None:
    """Add a row and note its first values. ``how``: ``values`` to note, ``activity_id``."""
    session.add(row)
    session.flush()
    detail = {name: _written([None, value]) for name, value in how.get("values", {}).items()}
    key = getattr(row, "id", "")
    activity_id = how.get("activity_id")
    note(session, actor, action, f"{subject}:{key}", now, activity_id=activity_id, detail=detail)


def retire(session: Session, actor: Actor, row: Base, action: str, subject: str, now: datetime) -> None:
    """The row stays, and is no longer shown or used."""
    target: Any = row
    target.retired_at = now
    session.flush()
    note(session, actor, action, f"{subject}:{target.id}", now)
