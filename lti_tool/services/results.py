"""How the learners of one course do in one activity: for its staff, in a handful of queries however many they are.

Test runs never count, nor does anybody whom the course lists as staff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.domain.activity import Activity, Step
from lti_tool.services.award_paper import AwardPaper
from lti_tool.services.participation import newest_version
from lti_tool.services.results_facts import Earned, Facts, activity_of, participations
from lti_tool.services.results_paths import Paths
from lti_tool.services.score_sheet import Sheet, Sheets, score_sheets
from lti_tool.services.session import Visit

SHORT_ID = 6
PAGE_SIZE = 50


class SortKey(StrEnum):
    NAME = "name"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """One learner. ``step`` is where they are; scores are percentages, 0 to 100."""

    participation_id: str
    learner_id: str
    name: str
    """As the LMS shares it, ``""`` if it does not."""
    short_id: str
    """Tells learners without a name apart."""
    started_at: datetime
    step: Step
    is_complete: bool
    sheets: Sheets
    is_evaluated: bool
    earned: tuple[Earned, ...]
    delivery: str
    """The least settled of this learner's newest grades: parked, waiting, sending or delivered; ``""`` for none."""

    @property
    def pre(self) -> Sheet | None:
        return self.sheets.pre

    @property
    def best(self) -> Sheet | None:
        return self.sheets.best

    @property
    def change(self) -> Decimal | None:
        """Percentage points from pre-test to the best post-test."""
        return self.best.percent - self.pre.percent if self.best and self.pre else None

    @property
    def certificates(self) -> tuple[AwardPaper, ...]:
        """Each once: one certificate can carry the credit of several bodies."""
        return tuple({paper.number: paper for one in self.earned for paper in one.certificates}.values())

    @property
    def has_passed(self) -> bool:
        return self.best is not None and self.best.has_passed


@dataclass(frozen=True, slots=True)
class Tiles:
    """Counts of learners and certificates; ``credit`` is what was awarded of each type, by name: never added up."""

    began: int
    passed: int
    completed: int
    claimed: int
    credit: tuple[tuple[str, Decimal], ...]
    certificates: int


@dataclass(frozen=True, slots=True)
class Results:
    """``activity`` is the newest version; rows are unsorted."""

    activity: Activity
    rows: tuple[LearnerRow, ...]

    @property
    def tiles(self) -> Tiles:
        earned = [one for row in self.rows for one in row.earned]
        return Tiles(
            began=len(self.rows),
            passed=sum(row.has_passed for row in self.rows),
            completed=sum(row.is_complete for row in self.rows),
            claimed=sum(bool(row.earned) for row in self.rows),
            credit=_sums(earned),
            certificates=sum(len(row.certificates) for row in self.rows),
        )


def _sums(earned: Sequence[Earned]) -> tuple[tuple[str, Decimal], ...]:
    found: dict[str, Decimal] = {}
    for one in earned:
        if one.is_awarded:
            found[one.name] = found.get(one.name, Decimal(0)) + one.amount
    return tuple(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """A page of rows. ``number`` and ``pages`` count from 1."""

    rows: tuple[LearnerRow, ...]
    found: int
    number: int
    pages: int


def results(db: Session, visit: Visit, now: datetime) -> Results:
    """Everything that the tables show. Raises ``Forbidden("staff_only")``, ``NotFound("placement_unbound")``."""
    activity_id, scope = activity_of(visit), participations(visit)
    newest = newest_version(db, activity_id)
    people = _people(db, visit)
    versions = {person.id: person.version for person in people}
    activities = {number: activity_value(db, activity_id, number) for number in {newest, *versions.values()}}
    facts = Facts.load(db, visit, scope, activities[newest])
    sheets = score_sheets(db, scope, versions, activities)
    paths = {number: Paths(activity, now) for number, activity in activities.items()}
    rows = (_row(person, sheets.get(person.id, Sheets()), facts, paths[person.version]) for person in people)
    return Results(activities[newest], tuple(rows))


def _people(db: Session, visit: Visit) -> Sequence[Row[*tuple[Any, ...]]]:
    participation, learner = models.Participation, models.Learner
    query = (
        select(
            participation.id,
            participation.learner_id,
            participation.version,
            participation.started_at,
            participation.content_finished_at,
            learner.lms_name,
        )
        .join(learner, learner.id == participation.learner_id)
        .where(participation.id.in_(participations(visit)))
    )
    return db.execute(query).all()


def _row(person: Row[*tuple[Any, ...]], sheets: Sheets, facts: Facts, paths: Paths) -> LearnerRow:
    where = paths.at(facts.done(person.id, sheets, has_studied=person.content_finished_at is not None))
    return LearnerRow(
        participation_id=person.id,
        learner_id=person.learner_id,
        name=person.lms_name,
        short_id=short_id(person.learner_id),
        started_at=person.started_at,
        step=where.current,
        is_complete=where.is_complete,
        sheets=sheets,
        is_evaluated=person.id in facts.evaluated,
        earned=tuple(facts.earned.get(person.id, ())),
        delivery=facts.deliveries.get(person.learner_id, ""),
    )


def short_id(learner_id: str) -> str:
    """The beginning of the row key, in capitals."""
    return learner_id[:SHORT_ID].upper()
