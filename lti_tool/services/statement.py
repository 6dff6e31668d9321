"""A provider's own wording of statements, and everything that an activity prints of its provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.catalogue import OwnWording, check_wording, own_wordings, statements
from lti_tool.db import models
from lti_tool.domain.activity import Activity
from lti_tool.domain.disclosure import Statements
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.domain.fields import FieldKind, FieldRule, Typed, read_fields
from lti_tool.domain.statement import Override, Overrides
from lti_tool.services.audit import Actor, note
from lti_tool.services.revision import added

MAX_WORDING = 4000
OVERRIDE = (
    FieldRule("which", FieldKind.CHOICE, is_required=True),
    FieldRule("text", FieldKind.LINE, is_required=True, longest=MAX_WORDING),
    FieldRule("effective_from", FieldKind.DAY, is_required=True),
)


@dataclass(frozen=True, slots=True)
class KeptOverride:
    """One entry as it is listed. ``wording`` is the catalogue's own."""

    id: str
    wording: OwnWording
    override: Override


def _rows(session: Session, provider_id: str) -> Sequence[models.StatementOverride]:
    table = models.StatementOverride
    query = select(table).where(table.provider_id == provider_id, table.withdrawn_at.is_(None))
    return session.scalars(query.order_by(table.series, table.text_key, table.effective_from)).all()


def _value(row: models.StatementOverride) -> Override:
    return Override(row.series, row.text_key, row.text, row.effective_from)


def overrides_of(session: Session, provider_id: str) -> Overrides:
    """All wording that the provider has laid down."""
    return Overrides(tuple(map(_value, _rows(session, provider_id))))


def overrides_of_activity(session: Session, activity_id: str) -> Overrides:
    """The same for the provider of an activity."""
    return overrides_of(session, session.get_one(models.Activity, activity_id).provider_id)


def activity_statements(session: Session, provider_id: str, activity: Activity) -> Statements:
    """The sentences of an activity: the wording in force on the day it was designated, else the catalogue's."""
    return statements(activity, activity.designated_on, overrides_of(session, provider_id))


def wordings(on: date) -> Sequence[OwnWording]:
    """What may be worded otherwise, as the catalogue words it on a day."""
    return own_wordings(on)


def list_overrides(session: Session, provider_id: str, on: date) -> Sequence[KeptOverride]:
    """By body and text, oldest first."""
    known = {(one.series, one.key): one for one in own_wordings(on)}
    rows = [row for row in _rows(session, provider_id) if (row.series, row.text_key) in known]
    return [KeptOverride(row.id, known[row.series, row.text_key], _value(row)) for row in rows]


def add_override(session: Session, actor: Actor, typed: Typed, now: datetime) -> None:
    """Lay down a wording from a day on.

    Raises ``BadInput("fields_unusable")`` (for the text also ``missing_slot``, ``unknown_slot``, ``unbalanced_star``
    and the like, as for the catalogue itself) and ``Conflict("wording_taken")`` if there is one for that very day.
    """
    known = {one.code: one for one in own_wordings(now.date())}
    rules = (FieldRule("which", FieldKind.CHOICE, is_required=True, choices=tuple(known)), *OVERRIDE[1:])
    values = read_fields(rules, typed)
    wording = known[values["which"]]
    fault = check_wording(wording.series, wording.key, values["text"])
    if fault:
        raise BadInput("fields_unusable", faults={"text": fault})
    row = models.StatementOverride(
        provider_id=actor.provider_id,
        series=wording.series,
        text_key=wording.key,
        text=values["text"],
        effective_from=values["effective_from"],
        created_at=now,
    )
    _keep(session, actor, row, values, now)


def _keep(session: Session, actor: Actor, row: models.StatementOverride, values: dict[str, Any], now: datetime) -> None:
    try:
        with session.begin_nested():
            added(session, actor, row, "statement.worded", "statement", now, values=values)
    except IntegrityError as error:
        raise Conflict("wording_taken", "there is a wording of this text from that very day") from error


def withdraw_override(session: Session, actor: Actor, override_id: str, now: datetime) -> None:
    """From now on the earlier wording stands. What was printed keeps its own. Raises ``NotFound("record_unknown")``."""
    row = session.get(models.StatementOverride, override_id[:32])
    if row is None or row.provider_id != actor.provider_id or row.withdrawn_at is not None:
        raise NotFound("record_unknown")
    row.withdrawn_at = now
    session.flush()
    detail = {"series": row.series, "key": row.text_key, "effective_from": row.effective_from.isoformat()}
    note(session, actor, "statement.withdrawn", f"statement:{row.id}", now, detail=detail)
