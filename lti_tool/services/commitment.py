"""Commitments to change: kept with the learner who made them, asked about again, counted for the provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.domain.evaluation import (
    SMALL_CELL,
    Barrier,
    Evaluation,
    EvaluationAnswer,
    FollowUp,
    ItemKind,
    text_fault,
)
from lti_tool.services.mail import withdraw_mail
from lti_tool.services.participation import take_up
from lti_tool.services.results_facts import participations
from lti_tool.services.session import Visit


@dataclass(frozen=True, slots=True)
class FollowUpAnswer:
    """What became of a commitment, as typed."""

    outcome: str
    note: str = ""
    barriers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """One commitment as its learner sees it. ``outcome`` is ``None`` until they have said what became of it."""

    item: str
    text: str
    made_at: datetime
    due_at: datetime | None
    outcome: FollowUp | None
    note: str
    barriers: tuple[Barrier, ...] = ()
    participation_id: str = ""
    activity_title: str = ""

    def is_due(self, now: datetime) -> bool:
        return self.outcome is None and self.due_at is not None and now >= self.due_at

    @property
    def key(self) -> str:
        """Names it among all of its learner's."""
        return f"{self.participation_id}-{self.item}"


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


def _promise(row: models.Commitment, title: str) -> Promise:
    outcome = FollowUp(row.outcome) if row.outcome else None
    barriers = tuple(map(Barrier, row.barriers))
    return Promise(
        row.item, row.text, row.made_at, row.due_at, outcome, row.note, barriers, row.participation_id, title
    )


def _promises(db: Session, which: ColumnElement[bool]) -> tuple[Promise, ...]:
    table, part, activity = models.Commitment, models.Participation, models.Activity
    query = (
        select(table, activity.title)
        .join(part, part.id == table.participation_id)
        .join(activity, activity.id == part.activity_id)
        .where(which, part.is_trial.is_(False))
        .order_by(table.made_at, table.participation_id, table.item)
    )
    return tuple(_promise(row, title) for row, title in db.execute(query))


def commitments(db: Session, visit: Visit, now: datetime) -> tuple[Promise, ...]:
    """The visitor's own in this activity, in the order in which they were made."""
    return commitments_of(db, take_up(db, visit, now).id)


def commitments_of(db: Session, participation_id: str) -> tuple[Promise, ...]:
    """Those of one learner in one activity."""
    return _promises(db, models.Commitment.participation_id == participation_id)


def due_elsewhere(db: Session, visit: Visit, now: datetime) -> tuple[Promise, ...]:
    """The visitor's own in the provider's other activities that wait for an answer. Nothing for staff."""
    if visit.is_staff or visit.is_test_user:
        return ()
    part, activity = models.Participation, models.Activity
    here = select(activity.id).where(activity.provider_id == visit.provider_id, activity.id != visit.activity_id)
    mine = and_(part.learner_id == visit.learner_id, part.activity_id.in_(here))
    return tuple(one for one in _promises(db, mine) if one.is_due(now))


def has_due_commitment(db: Session, visit: Visit, now: datetime) -> bool:
    """Something waits to be answered: the to-do of the next launch."""
    return any(one.is_due(now) for one in (*commitments(db, visit, now), *due_elsewhere(db, visit, now)))


def follow_up(db: Session, visit: Visit, key: str, answer: FollowUpAnswer, now: datetime) -> None:
    """The visitor says what became of one of theirs; ``key`` as of :class:`Promise`. Raises as :func:`answer_one`."""
    participation_id, _, item = key.partition("-")
    own = {one.key for one in (*commitments(db, visit, now), *due_elsewhere(db, visit, now))}
    if key not in own:
        raise NotFound("commitment_unknown")
    answer_one(db, visit.provider_id, participation_id, item, answer, now)


def answer_one(
    db: Session, provider_id: str, participation_id: str, item: str, answer: FollowUpAnswer, now: datetime
) -> None:
    """Keep what became of it; a later answer takes the place of an earlier one, and nobody is reminded any more.

    Raises ``NotFound("commitment_unknown")``; ``BadInput("follow_up_unusable")`` with a fault for ``outcome``
    (``required``), ``barriers`` (``not_possible``) or ``note`` (``too_long``, ``not_possible``).
    """
    row = db.get(models.Commitment, (participation_id, item[:64])) if text_fault(item) == "" else None
    if row is None:
        raise NotFound("commitment_unknown")
    faults = {}
    if answer.outcome not in {one.value for one in FollowUp}:
        faults["outcome"] = "required"
    if not {one.value for one in Barrier}.issuperset(answer.barriers):
        faults["barriers"] = "not_possible"
    if text_fault(answer.note):
        faults["note"] = text_fault(answer.note)
    if faults:
        raise BadInput("follow_up_unusable", faults=faults)
    row.outcome, row.note, row.answered_at = answer.outcome, answer.note.strip(), now
    row.barriers = sorted(set(answer.barriers))
    db.flush()
    if not any(one.is_due(now) for one in commitments_of(db, participation_id)):
        withdraw_mail(db, provider_id, about_follow_up(participation_id))


def about_follow_up(participation_id: str) -> str:
    """How the keys of all mail begin that asks about these commitments."""
    return f"follow-up:{participation_id}:"


@dataclass(frozen=True, slots=True)
class CommitmentSummary:
    """What the learners of a course promised. Texts and counts stay empty where too few learners did."""

    made: int
    due: int
    answered: int
    outcomes: Mapping[FollowUp, int]
    barriers: Mapping[Barrier, int]
    texts: tuple[str, ...]
    is_hidden: bool


def commitment_summary(db: Session, visit: Visit, now: datetime, small_cell: int = SMALL_CELL) -> CommitmentSummary:
    """For staff, without names; in alphabetical order. Raises ``Forbidden("staff_only")``, ``NotFound``."""
    return summary_of(db, participations(visit), now, small_cell)


def summary_of(db: Session, whose: Select[str], now: datetime, small_cell: int = SMALL_CELL) -> CommitmentSummary:
    """Of the participations whose keys ``whose`` selects."""
    table = models.Commitment
    rows = db.scalars(select(table).where(table.participation_id.in_(whose))).all()
    is_hidden = len({row.participation_id for row in rows}) < max(small_cell, SMALL_CELL)
    counts = Counter(FollowUp(row.outcome) for row in rows if row.outcome)
    barriers = Counter(Barrier(name) for row in rows for name in row.barriers)
    return CommitmentSummary(
        made=len(rows),
        due=sum(row.due_at is not None and now >= row.due_at for row in rows),
        answered=sum(counts.values()),
        outcomes={} if is_hidden else {one: counts[one] for one in FollowUp},
        barriers={} if is_hidden else {one: barriers[one] for one in Barrier if barriers[one]},
        texts=() if is_hidden else tuple(sorted(row.text for row in rows)),
        is_hidden=is_hidden,
    )
