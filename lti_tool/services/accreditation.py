"""The accreditation tracker: milestones, findings, and everything that is due at one provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.accreditation import FINDING, MILESTONE, Due, DueKind, MilestoneKind
from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.fields import FieldRule, Typed, offering, read_fields
from lti_tool.domain.provider import MAY_ACCREDIT
from lti_tool.services.audit import Actor
from lti_tool.services.outline import outlined_activities
from lti_tool.services.provider_settings import Kept, accreditations
from lti_tool.services.revision import added, own, put, retire
from lti_tool.services.vault import owners

REVIEW_YEARS = 3
"""Enduring materials are reviewed at least every three years (rules 1.8)."""
REFERENCES = {"owner": "owner_id", "accreditation": "accreditation_id"}
"""Fields that are stored as a key, and their columns."""


@dataclass(frozen=True, slots=True)
class Noun:
    """One kind of row of the tracker."""

    name: str
    table: Any
    rules: tuple[FieldRule, ...]
    done: str
    """The column that says it is done."""


MILESTONES = Noun("milestone", models.AccreditationMilestone, MILESTONE, "done_on")
FINDINGS = Noun("finding", models.AccreditationFinding, FINDING, "resolved_on")


def entry_rules(session: Session, provider_id: str, noun: Noun) -> Sequence[FieldRule]:
    """The form's rules with the people and accreditations of this provider."""
    people = [one.person_id for one in owners(session, provider_id)]
    held = [key for key, _ in accreditations(session, provider_id)]
    return offering(noun.rules, owner=people, accreditation=held)


def _columns(session: Session, provider_id: str, noun: Noun, typed: Typed) -> dict[str, Any]:
    values = read_fields(entry_rules(session, provider_id, noun), typed)
    return {
        REFERENCES.get(name, name): (value or None) if name in REFERENCES else value for name, value in values.items()
    }


def _kept(noun: Noun, row: Any) -> Kept:
    values = {
        rule.name: getattr(row, REFERENCES[rule.name]) or "" if rule.name in REFERENCES else getattr(row, rule.name)
        for rule in noun.rules
    }
    return Kept(row.id, values, row.revision)


def entries(session: Session, provider_id: str, noun: Noun) -> Sequence[Kept]:
    """All that are not retired, by day."""
    table = noun.table
    query = select(table).where(table.provider_id == provider_id, table.retired_at.is_(None))
    return [_kept(noun, row) for row in session.scalars(query.order_by(table.due_on, table.id))]


def entry(session: Session, actor: Actor, noun: Noun, key: str) -> Kept:
    """Raises ``NotFound("record_unknown")``."""
    return _kept(noun, own(session, noun.table, actor, key))


def add_entry(session: Session, actor: Actor, noun: Noun, typed: Typed, now: datetime) -> str:
    """Raises ``BadInput("fields_unusable")``. Gives the new row's key."""
    values = _columns(session, actor.provider_id, noun, typed)
    row = noun.table(provider_id=actor.provider_id, revision=1, created_at=now, **values)
    added(session, actor, row, f"{noun.name}.added", noun.name, now, values=values)
    return str(row.id)


def save_entry(
    session: Session, actor: Actor, noun: Noun, key: str, typed: Typed, based_on: int, now: datetime
) -> bool:
    """Raises ``NotFound``, ``BadInput("fields_unusable")``, ``Conflict("changed_meanwhile")``."""
    row = own(session, noun.table, actor, key)
    values, subject = _columns(session, actor.provider_id, noun, typed), f"{noun.name}:{row.id}"
    return put(session, actor, row, values, based_on, now, action=f"{noun.name}.changed", subject=subject)


def retire_entry(session: Session, actor: Actor, noun: Noun, key: str, now: datetime) -> None:
    retire(session, actor, own(session, noun.table, actor, key), f"{noun.name}.retired", noun.name, now)


def _entry_dues(session: Session, provider_id: str) -> Iterator[Due]:
    for one in entries(session, provider_id, MILESTONES):
        kind = MilestoneKind(one.values["kind"])
        is_done = one.values["done_on"] is not None
        yield Due(
            f"milestone:{one.id}", kind, one.values["due_on"], _line(one.values["note"]), one.values["owner"], is_done
        )
    for one in entries(session, provider_id, FINDINGS):
        values, is_done = one.values, one.values["resolved_on"] is not None
        text = f"{values['criterion']}: {_line(values['action'])}"
        yield Due(f"finding:{one.id}", DueKind.FINDING, values["due_on"], text, values["owner"], is_done)


def _line(text: str, longest: int = 120) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _term_dues(session: Session, provider_id: str) -> Iterator[Due]:
    for key, held in accreditations(session, provider_id):
        if held.status in MAY_ACCREDIT:
            yield Due(f"accreditation:{key}", DueKind.TERM_END, held.term_to, held.body)


def _document_dues(session: Session, provider_id: str) -> Iterator[Due]:
    table = models.VaultDocument
    query = select(table.id, table.review_on, table.title, table.owner_id).where(
        table.provider_id == provider_id, table.retired_at.is_(None), table.review_on.is_not(None)
    )
    for key, day, title, owner in session.execute(query.order_by(table.review_on, table.id)):
        if day is not None:
            yield Due(f"document:{key}", DueKind.DOCUMENT_REVIEW, day, title, owner or "")


def _activity_dues(session: Session, provider_id: str) -> Iterator[Due]:
    for one in outlined_activities(session, provider_id):
        outline = one.outline
        yield Due(f"activity:{one.activity_id}", DueKind.ACTIVITY_EXPIRY, outline.expires_on, one.title)
        if outline.format is LearningFormat.ENDURING:
            day = _years_after(outline.reviewed_on, REVIEW_YEARS)
            if day < outline.expires_on:
                yield Due(f"activity:{one.activity_id}", DueKind.CONTENT_REVIEW, day, one.title)


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


SOURCES: tuple[Callable[[Session, str], Iterator[Due]], ...] = (
    _entry_dues,
    _term_dues,
    _document_dues,
    _activity_dues,
)


def all_dues(session: Session, provider_id: str) -> Sequence[Due]:
    """Everything with a day at this provider, done or not."""
    return [due for source in SOURCES for due in source(session, provider_id)]


def owner_names(session: Session, provider_id: str) -> Mapping[str, str]:
    """The people of the office, by key."""
    return {one.person_id: one.name for one in owners(session, provider_id)}
