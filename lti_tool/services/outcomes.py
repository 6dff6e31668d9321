"""What the learners of a course gained, before and after, by question; and what they said in the evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.domain.activity import Activity
from lti_tool.domain.assessment import Question
from lti_tool.domain.evaluation import SMALL_CELL, EvaluationAnswer, ItemSummary, summarise
from lti_tool.services.participation import newest_version
from lti_tool.services.results import Results, results
from lti_tool.services.results_facts import activity_of
from lti_tool.services.score_sheet import Sheet, Sheets
from lti_tool.services.session import Visit


@dataclass(frozen=True, slots=True)
class MatchedPairs:
    """Learners who took both tests. Means are percentages, 0 to 100, ``None`` while there is nobody."""

    count: int
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of those asked were right. ``percent`` is ``None`` where too few were asked to show it."""

    asked: int
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class QuestionOutcome:
    """One question; a share is ``None`` where the test does not ask it."""

    question: Question
    before: Share | None
    after: Share | None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """``is_paired``: every number compares the same people, those who took both tests."""

    activity: Activity
    pairs: MatchedPairs
    questions: tuple[QuestionOutcome, ...]
    is_paired: bool
    small_cell: int


@dataclass(frozen=True, slots=True)
class EvaluationSummary:
    """``responses`` counts those who answered in this course. Items are ``()`` where too few did."""

    activity: Activity
    responses: int
    items: tuple[ItemSummary, ...]
    is_hidden: bool
    small_cell: int


def outcomes(db: Session, visit: Visit, now: datetime, small_cell: int = SMALL_CELL) -> Outcomes:
    """Pre-test against the best post-test attempt. Raises as ``results``."""
    found = results(db, visit, now)
    is_paired = found.activity.pre_test is not None and found.activity.post_test is not None
    people = [row.sheets for row in found.rows if not is_paired or (row.pre and row.best)]
    least = max(small_cell, SMALL_CELL)
    return Outcomes(found.activity, _pairs(found), _questions(found.activity, people, least), is_paired, least)


def _pairs(found: Results) -> MatchedPairs:
    both = [(row.pre.percent, row.best.percent) for row in found.rows if row.pre and row.best]
    if not both:
        return MatchedPairs(0, None, None)
    before, after = (sum(column, Decimal(0)) / len(both) for column in zip(*both, strict=True))
    return MatchedPairs(len(both), before, after)


def _questions(activity: Activity, people: Sequence[Sheets], least: int) -> tuple[QuestionOutcome, ...]:
    """Questions of the newest version, those of the pre-test first; a pair stands on one line."""
    tests = [test for test in (activity.pre_test, activity.post_test) if test is not None]
    asked = {question.key: question for test in tests for question in test.questions}
    before = {question.key for question in activity.pre_test.questions} if activity.pre_test else set()
    after = {question.key for question in activity.post_test.questions} if activity.post_test else set()
    pres, posts = [one.pre for one in people], [one.best for one in people]
    return tuple(
        QuestionOutcome(
            question,
            _share(pres, key, least) if key in before else None,
            _share(posts, key, least) if key in after else None,
        )
        for key, question in asked.items()
    )


def _share(sheets: Iterable[Sheet | None], key: str, least: int) -> Share:
    given = [sheet.by_question[key] for sheet in sheets if sheet is not None and key in sheet.by_question]
    if len(given) < least:
        return Share(len(given), None)
    return Share(len(given), Decimal(100) * sum(points == 1 for points in given) / len(given))


def evaluation_summary(db: Session, visit: Visit, small_cell: int = SMALL_CELL) -> EvaluationSummary:
    """What this course's learners answered, by the newest version's questions; too few answers are not shown at all.

    Raises ``Forbidden("staff_only")``, ``NotFound("placement_unbound")``.
    """
    activity_id = activity_of(visit)
    activity = activity_value(db, activity_id, newest_version(db, activity_id))
    table = models.EvaluationResponse
    query = select(table.answers).where(table.activity_id == activity_id, table.course_id == visit.course_id)
    stored = [_answers(row) for row in db.scalars(query)]
    least = max(small_cell, SMALL_CELL)
    is_hidden = len(stored) < least
    items = summarise(activity.evaluation, stored) if activity.evaluation and not is_hidden else ()
    return EvaluationSummary(activity, len(stored), items, is_hidden, least)


def _answers(stored: dict[str, object]) -> dict[str, EvaluationAnswer]:
    return {key: tuple(value) if isinstance(value, list) else str(value) for key, value in stored.items()}
