"""Correcting the key of a question that learners have answered: who is touched, and making it so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value, corrections, defined_activity
from lti_tool.domain.activity import Activity
from lti_tool.domain.assessment import Question, Test
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.domain.key_correction import Correction, answer_key, can_correct, corrected, scores_alike
from lti_tool.domain.question import as_question
from lti_tool.domain.wire import write_value
from lti_tool.exchange.check import files_of
from lti_tool.services.audit import note
from lti_tool.services.grade import note_progress_of
from lti_tool.services.office import Officer
from lti_tool.services.participation import lock, progress_of
from lti_tool.services.question import OpenedQuestion, open_question
from lti_tool.services.question_picture import PICTURE_TYPES, pictures_of
from lti_tool.services.question_use import QuestionUse, source_of, uses_of
from lti_tool.services.score_sheet import Sheet, Sheets, score_sheets

MAX_REASON = 500


class Change(StrEnum):
    """What the corrected key does to somebody's best result."""

    PASS_GAINED = "pass_gained"  # noqa: S105 - a word, not a secret
    RAISED = "raised"
    PASS_KEPT = "pass_kept"  # noqa: S105 - a word, not a secret
    """By the corrected key alone they would not have passed."""
    POINTS_KEPT = "points_kept"
    """By the corrected key alone they would have fewer points."""


@dataclass(frozen=True, slots=True)
class CorrectableActivity:
    """An activity that asks older versions of a question, keyed otherwise. ``keys``: its names there."""

    activity_id: str
    title: str
    keys: tuple[str, ...]
    may_correct: bool
    """The officer may approve this activity; only then the correction is theirs to make."""


@dataclass(frozen=True, slots=True)
class ChangedResult:
    """Points of the best attempt at the post-test. ``alone``: what the corrected key alone would give."""

    participation_id: str
    name: str
    before: Decimal
    after: Decimal
    alone: Decimal
    maximum: int
    change: Change


@dataclass(frozen=True, slots=True)
class CorrectionPreview:
    """Everybody whose result the corrected key touches, and how many it does not."""

    activity_id: str
    title: str
    opened: OpenedQuestion
    former: Question
    """As learners had it."""
    changes: Sequence[ChangedResult]
    untouched: int

    def count(self, change: Change) -> int:
        return sum(row.change is change for row in self.changes)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A correction that could be made."""

    activity: models.Activity
    opened: OpenedQuestion
    former: Mapping[str, Question]
    """By key within the activity."""
    question: Question
    """With the corrected key."""

    def corrections(self, now: datetime) -> tuple[Correction, ...]:
        return tuple(Correction(key, self.question, now, self.activity.version) for key in self.former)


def _asked(activity: Activity, key: str) -> Question | None:
    tests = [test for test in (activity.post_test, activity.pre_test) if test is not None]
    return next((question for test in tests for question in test.questions if question.key == key), None)


def _former(db: Session, use: QuestionUse, opened: OpenedQuestion) -> Question | None:
    """The question as this use of it asks it now, if the newest key differs and can replace it."""
    if use.number == opened.newest:
        return None
    question = _asked(activity_value(db, use.activity_id, use.version), use.key)
    newest = as_question(opened.bank, source_of(opened.question_id, opened.newest))
    if question is None or scores_alike(question, newest) or not can_correct(question, newest):
        return None
    return question


def correctable(db: Session, officer: Officer, question_id: str) -> Sequence[CorrectableActivity]:
    """Activities whose learners were asked this question with another key than the newest. Raises ``NotFound``."""
    opened = open_question(db, officer, question_id)
    found: dict[str, tuple[str, dict[str, None]]] = {}
    for use in uses_of(db, officer, question_id):
        if _former(db, use, opened) is not None:
            found.setdefault(use.activity_id, (use.title, {}))[1][use.key] = None
    return [
        CorrectableActivity(activity_id, title, tuple(keys), officer.may(Capability.APPROVE, activity_id))
        for activity_id, (title, keys) in found.items()
    ]


def _plan(db: Session, officer: Officer, question_id: str, activity_id: str) -> _Plan:
    officer.require(Capability.APPROVE, activity_id)
    opened = open_question(db, officer, question_id)
    uses = [use for use in uses_of(db, officer, question_id) if use.activity_id == activity_id]
    if not uses:
        raise NotFound("bank_question_unknown")
    former: dict[str, Question] = {}
    for use in uses:
        question = _former(db, use, opened)
        if question is not None:
            former.setdefault(use.key, question)
    if not former:
        raise Conflict("key_is_corrected", "learners are scored by this key already")
    return _Plan(
        db.get_one(models.Activity, activity_id),
        opened,
        former,
        as_question(opened.bank, source_of(question_id, opened.newest)),
    )


def _alone(activity: Activity) -> Activity:
    """Without the memory of former keys: what today's keys alone would give."""

    def bare(test: Test | None) -> Test | None:
        return replace(test, former_keys=()) if test else None

    return replace(activity, pre_test=bare(activity.pre_test), post_test=bare(activity.post_test))


def _best(sheets: Mapping[str, Sheets]) -> dict[str, Sheet]:
    return {key: found.best for key, found in sheets.items() if found.best is not None}


def _changes(db: Session, plan: _Plan, now: datetime) -> tuple[list[ChangedResult], int]:
    table = models.Participation
    scope = select(table.id).where(table.activity_id == plan.activity.id, table.is_trial.is_(False))
    query = select(table.id, table.version, models.Learner.lms_name).join(models.Learner).where(table.id.in_(scope))
    people = {row[0]: (row[1], row[2]) for row in db.execute(query)}
    versions = {key: version for key, (version, _) in people.items()}
    earlier = corrections(db, plan.activity.id)
    defined = {number: defined_activity(db, plan.activity.id, number) for number in set(versions.values())}
    before = {number: corrected(one, number, earlier) for number, one in defined.items()}
    after = {number: corrected(one, number, (*earlier, *plan.corrections(now))) for number, one in defined.items()}
    alone = {number: _alone(one) for number, one in after.items()}
    old, new, strict = (_best(score_sheets(db, scope, versions, tests)) for tests in (before, after, alone))
    rows = []
    for key, sheet in old.items():
        change = _change(sheet, new[key], strict[key])
        if change is not None:
            points = (sheet.points, new[key].points, strict[key].points)
            rows.append(ChangedResult(key, people[key][1], *points, sheet.maximum, change))
    order = list(Change)
    return sorted(rows, key=lambda row: (order.index(row.change), row.name, row.participation_id)), len(old) - len(rows)


def _change(before: Sheet, after: Sheet, alone: Sheet) -> Change | None:
    if after.has_passed and not before.has_passed:
        return Change.PASS_GAINED
    if after.points > before.points:
        return Change.RAISED
    if before.has_passed and not alone.has_passed:
        return Change.PASS_KEPT
    return Change.POINTS_KEPT if alone.points < before.points else None


def preview_correction(
    db: Session, officer: Officer, question_id: str, activity_id: str, now: datetime
) -> CorrectionPreview:
    """Whom the question's newest key would touch in this activity. Nothing is changed.

    Raises ``Forbidden``, ``NotFound``, ``Conflict("key_is_corrected")``.
    """
    plan = _plan(db, officer, question_id, activity_id)
    changes, untouched = _changes(db, plan, now)
    former = next(iter(plan.former.values()))
    return CorrectionPreview(activity_id, plan.activity.title, plan.opened, former, changes, untouched)


def correct_key(
    db: Session, officer: Officer, question_id: str, activity_id: str, number: int, reason: str, now: datetime
) -> CorrectionPreview:
    """Score this activity's learners by the question's newest key from now on; gives what that has changed.

    ``number``: the version of the question that was previewed. Grades that rise go out to the LMS. Raises as
    ``preview_correction``, ``BadInput("reason_missing")``, ``Conflict("question_changed")``.
    """
    reason = " ".join(reason.split())[:MAX_REASON]
    if not reason:
        raise BadInput("reason_missing", faults={"reason": "reason_missing"})
    officer.require(Capability.APPROVE, activity_id)
    db.execute(select(models.Activity.id).where(models.Activity.id == activity_id).with_for_update())
    plan = _plan(db, officer, question_id, activity_id)
    if plan.opened.newest != number:
        raise Conflict("question_changed", newest=plan.opened.newest)
    changes, untouched = _changes(db, plan, now)
    _add(db, officer, plan, reason, now)
    for row in changes:
        if row.after > row.before:
            _pass_on(db, officer.provider_id, row.participation_id, now)
    _note(db, officer, plan, changes, now)
    former = next(iter(plan.former.values()))
    return CorrectionPreview(activity_id, plan.activity.title, plan.opened, former, changes, untouched)


def _add(db: Session, officer: Officer, plan: _Plan, reason: str, now: datetime) -> None:
    for correction in plan.corrections(now):
        db.add(
            models.KeyCorrection(
                activity_id=plan.activity.id,
                question=correction.key,
                through_version=correction.through_version,
                body=write_value(correction.question),
                source=source_of(plan.opened.question_id, plan.opened.newest),
                reason=reason,
                author_id=officer.person_id or None,
                applied_at=now,
            )
        )
    _add_pictures(db, officer, plan)
    db.flush()


def _add_pictures(db: Session, officer: Officer, plan: _Plan) -> None:
    """The new rationale may show pictures that the activity has not had."""
    table = models.Media
    for name, body in pictures_of(db, officer.provider_id, (plan.opened.bank,)).items():
        query = select(table.version).where(table.activity_id == plan.activity.id, table.name == name)
        known = set(db.scalars(query))
        kind = PICTURE_TYPES[PurePosixPath(name).suffix]
        db.add_all(
            table(
                activity_id=plan.activity.id,
                version=version,
                name=name,
                media_type=kind,
                content_hash=PurePosixPath(name).stem,
                body=body,
            )
            for version in range(1, plan.activity.version + 1)
            if version not in known and name in files_of(plan.opened.bank)
        )


def _pass_on(db: Session, provider_id: str, participation_id: str, now: datetime) -> None:
    row = lock(db, participation_id)
    note_progress_of(db, progress_of(db, row, now), provider_id, now)


def _note(db: Session, officer: Officer, plan: _Plan, changes: Sequence[ChangedResult], now: datetime) -> None:
    """Whose result changed stands in the trail by the key of their participation, which tells no name."""
    counts = {change.value: sum(row.change is change for row in changes) for change in Change}
    raised = [[row.participation_id, str(row.before), str(row.after)] for row in changes if row.after > row.before]
    kept = [row.participation_id for row in changes if row.after == row.before]
    old = next(iter(plan.former.values()))
    detail = {
        "question": [source_of(plan.opened.question_id, plan.opened.newest)],
        "key": (answer_key(old), answer_key(plan.question)),
        "raised": raised,
        "kept": kept,
        "counts": counts,
    }
    subject = f"question:{plan.opened.question_id}"
    note(db, officer, "question.key_corrected", subject, now, activity_id=plan.activity.id, detail=detail)
