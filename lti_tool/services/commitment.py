"""Commitments to change: kept with the learner who made them, asked about again, counted for the provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.domain.evaluation import SMALL_CELL, Evaluation, EvaluationAnswer, FollowUp, ItemKind, text_fault
from lti_tool.services.participation import take_up
from lti_tool.services.results_facts import participations
from lti_tool.services.session import Visit


@dataclass(frozen=True, slots=True)
class Promise:
    """One commitment as its learner sees it. ``outcome`` is ``None`` until they have said what became of it."""

    item: str
    text: str
    made_at: datetime
    due_at: datetime | None
    outcome: FollowUp | None
    note: str

    def is_due(self, now: datetime) -> bool:
        return self.outcome is None and self.due_at is not None and now >= self.due_at


def keep_commitments(
    db: Session, participation_id: str, form: Evaluation, answers: Mapping[str, EvaluationAnswer], now: datetime
) -> None:
    """Store what was promised, apart from the answers that may be anonymous."""
    for item in form.items:
        text = answers.get(item.key)
        if item.kind is ItemKind.COMMITMENT and isinstance(text, str) and text.strip():
            due = now + timedelta(days=item.follow_up_days) if item.follow_up_days else None
            row = models.Commitment(
                participation_id=participation_id, item=item.key, text=text.strip(), made_at=now, due_at=due
            )
            db.add(row)


def without_commitments(form: Evaluation, answers: Mapping[str, EvaluationAnswer]) -> dict[str, EvaluationAnswer]:
    """The same words in both places would tell whose anonymous answers they are."""
    promised = {item.key for item in form.items if item.kind is ItemKind.COMMITMENT}
    return {key: answer for key, answer in answers.items() if key not in promised}


def commitments(db: Session, visit: Visit, now: datetime) -> tuple[Promise, ...]:
    """The visitor's own, in the order in which they were made."""
    table = models.Commitment
    own = take_up(db, visit, now).id
    rows = db.scalars(select(table).where(table.participation_id == own).order_by(table.made_at, table.item))
    return tuple(
        Promise(row.item, row.text, row.made_at, row.due_at, FollowUp(row.outcome) if row.outcome else None, row.note)
        for row in rows
    )


def follow_up(db: Session, visit: Visit, item: str, outcome: str, note: str, now: datetime) -> None:
    """The learner says what became of it; a later answer takes the place of an earlier one.

    Raises ``NotFound("commitment_unknown")``; ``BadInput("follow_up_unusable")`` with a fault for ``outcome``
    (``required``) or ``note`` (``too_long``, ``not_possible``).
    """
    row = db.get(models.Commitment, (take_up(db, visit, now).id, item[:64]))
    if row is None:
        raise NotFound("commitment_unknown")
    faults = {}
    if outcome not in {one.value for one in FollowUp}:
        faults["outcome"] = "required"
    if text_fault(note):
        faults["note"] = text_fault(note)
    if faults:
        raise BadInput("follow_up_unusable", faults=faults)
    row.outcome, row.note, row.answered_at = outcome, note.strip(), now


@dataclass(frozen=True, slots=True)
class CommitmentSummary:
    """What the learners of a course promised. ``texts`` and ``outcomes`` stay empty where too few did."""

    made: int
    due: int
    answered: int
    outcomes: Mapping[FollowUp, int]
    texts: tuple[str, ...]
    is_hidden: bool


def commitment_summary(db: Session, visit: Visit, now: datetime, small_cell: int = SMALL_CELL) -> CommitmentSummary:
    """For staff, without names; in alphabetical order. Raises ``Forbidden("staff_only")``, ``NotFound``."""
    table = models.Commitment
    rows = db.scalars(select(table).where(table.participation_id.in_(participations(visit)))).all()
    is_hidden = len({row.participation_id for row in rows}) < max(small_cell, SMALL_CELL)
    counts = Counter(FollowUp(row.outcome) for row in rows if row.outcome)
    return CommitmentSummary(
        made=len(rows),
        due=sum(row.due_at is not None and now >= row.due_at for row in rows),
        answered=sum(counts.values()),
        outcomes={} if is_hidden else {one: counts[one] for one in FollowUp},
        texts=() if is_hidden else tuple(sorted(row.text for row in rows)),
        is_hidden=is_hidden,
    )
