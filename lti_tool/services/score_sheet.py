"""Scores of many attempts at once: a course of thousands is read with two queries and scored question by question.

The score of an attempt is the domain's (``domain.assessment.score``). Equal answers to a question are scored once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ColumnElement, Row, Select, func, null, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.base import Json
from lti_tool.db.load import answer_value
from lti_tool.domain.activity import Activity
from lti_tool.domain.assessment import Answer, FormItem, Test, TestKind, points
from lti_tool.domain.key_correction import score_submitted


@dataclass(frozen=True, slots=True)
class Sheet:
    """One submitted attempt. ``by_question`` holds the points, 0 to 1, of each question that was given."""

    kind: TestKind
    number: int
    points: Decimal
    maximum: int
    has_passed: bool
    by_question: Mapping[str, Decimal]

    @property
    def percent(self) -> Decimal:
        """0 to 100."""
        return 100 * self.points / self.maximum if self.maximum else Decimal(0)


@dataclass(frozen=True, slots=True)
class Sheets:
    """All submitted attempts of one participation."""

    pre: Sheet | None = None
    posts: tuple[Sheet, ...] = ()

    @property
    def best(self) -> Sheet | None:
        """The post-test attempt with the most points, the earliest of equals."""
        return max(self.posts, key=lambda sheet: (sheet.points, -sheet.number), default=None)


@dataclass(slots=True)
class _Scorer:
    """Scores attempts of one test, and remembers what each answer is worth."""

    test: Test
    worth: dict[tuple[str, object], Decimal] = field(default_factory=dict)

    def sheet(self, number: int, given: Iterable[str], answers: Mapping[str, Any], submitted_at: datetime) -> Sheet:
        """Questions are scored by today's keys; the attempt as a whole keeps a better result of former ones."""
        by_question = {key: self._points(key, answers.get(key)) for key in given}
        total = sum(by_question.values(), Decimal(0))
        if total % 1 or self.test.former_keys:  # the domain knows how thirds add up, and what corrections leave
            form = tuple(FormItem(key) for key in by_question)
            values = {key: answer_value(answers[key]) for key in answers}
            total = score_submitted(self.test, form, values, submitted_at).points
        has_passed = self.test.pass_mark is None or total >= self.test.pass_mark
        return Sheet(self.test.kind, number, total, len(by_question), has_passed, by_question)

    def _points(self, key: str, stored: Any) -> Decimal:
        answer: Answer | None = stored if isinstance(stored, str) else answer_value(stored)
        known = (key, tuple(sorted(answer.items())) if isinstance(answer, dict) else answer)
        found = self.worth.get(known)
        if found is None:
            found = self.worth[known] = points(self.test.question(key), answer)
        return found


def _tests(activities: Mapping[int, Activity]) -> dict[tuple[int, str], Test]:
    both = ((number, test) for number, made in activities.items() for test in (made.pre_test, made.post_test))
    return {(number, test.kind.value): test for number, test in both if test is not None}


def _answers(db: Session, scope: Select[str]) -> dict[str, Mapping[str, Any]]:
    """Answers by attempt, put together by the database: one row per attempt."""
    answer, attempt = models.Answer, models.Attempt
    gathered: ColumnElement[Any]
    if db.get_bind().dialect.name == "postgresql":
        gathered = func.jsonb_object_agg(answer.question, answer.value, type_=Json)
    else:
        gathered = func.json_group_object(answer.question, func.json(answer.value), type_=JSON)
    query = (
        select(answer.attempt_id, gathered)
        .join(attempt, attempt.id == answer.attempt_id)
        .where(attempt.submitted_at.is_not(None), attempt.participation_id.in_(scope))
        .group_by(answer.attempt_id)
    )
    return {row[0]: row[1] for row in db.execute(query)}


def _attempts(db: Session, scope: Select[str], *, with_forms: bool) -> Iterable[Row[*tuple[Any, ...]]]:
    attempt = models.Attempt
    form: ColumnElement[Any] = attempt.form.expression if with_forms else null()
    columns = (attempt.id, attempt.participation_id, attempt.test, attempt.number, attempt.submitted_at)
    query = select(*columns, form).where(attempt.submitted_at.is_not(None), attempt.participation_id.in_(scope))
    return db.execute(query.order_by(attempt.number)).all()


def score_sheets(
    db: Session, scope: Select[str], versions: Mapping[str, int], activities: Mapping[int, Activity]
) -> dict[str, Sheets]:
    """By participation, for those in ``scope`` (a query for their keys).

    ``versions`` says which version each participation keeps, ``activities`` holds those versions.
    """
    tests = _tests(activities)
    scorers = {key: _Scorer(test) for key, test in tests.items()}
    whole = {key: tuple(question.key for question in test.questions) for key, test in tests.items()}
    answers = _answers(db, scope)
    found: dict[str, list[Sheet]] = {}
    is_drawn = any(test.draw is not None for test in tests.values())
    for attempt_id, participation_id, kind, number, at, form in _attempts(db, scope, with_forms=is_drawn):
        key = (versions.get(participation_id, 0), kind)
        if key not in scorers:
            continue
        given = [item["question"] for item in form] if form is not None else whole[key]
        sheet = scorers[key].sheet(number, given, answers.get(attempt_id, {}), at)
        found.setdefault(participation_id, []).append(sheet)
    return {participation_id: _sheets(sheets) for participation_id, sheets in found.items()}


def _sheets(found: list[Sheet]) -> Sheets:
    pre = next((sheet for sheet in found if sheet.kind is TestKind.PRE), None)
    return Sheets(pre, tuple(sheet for sheet in found if sheet.kind is TestKind.POST))
