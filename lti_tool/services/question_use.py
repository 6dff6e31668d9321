"""Where questions of the bank are asked: which activities, in which of their versions, and taking questions along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.activity import Activity
from lti_tool.domain.assessment import Question
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import NotFound, Refused
from lti_tool.domain.question import BankQuestion, QuestionStatus, as_question
from lti_tool.domain.response import items_of
from lti_tool.services.office import Officer
from lti_tool.services.question import version_of
from lti_tool.services.question_list import own_questions
from lti_tool.services.question_picture import pictures_of


@dataclass(frozen=True, slots=True)
class QuestionUse:
    """One version of an activity asks one version of a question. ``is_newest``: learners who begin now get it."""

    activity_id: str
    title: str
    version: int
    key: str
    """The question's key within the activity."""
    number: int
    is_newest: bool


@dataclass(frozen=True, slots=True)
class TakenQuestion:
    """A question on its way into a test: the newest wording, its citations, and its pictures by name."""

    question: Question
    bank: BankQuestion
    media: dict[str, bytes]


def source_of(question_id: str, number: int) -> str:
    """What a question in an activity says of where it came from."""
    return f"{question_id}/{number}"


def told_source(source: str) -> tuple[str, int] | None:
    """Question and version; ``None`` for what is no source."""
    question_id, _, number = source.partition("/")
    return (question_id, int(number)) if question_id and number.isdigit() else None


def _asked(activity: Activity) -> dict[str, Question]:
    tests = [test for test in (activity.pre_test, activity.post_test) if test is not None]
    asked = {question.key: question for test in tests for question in test.questions}
    cases = (item.question for item in items_of(activity) if item.question is not None)
    return {**{question.key: question for question in cases}, **asked}


def note_uses(db: Session, provider_id: str, activity_id: str, version: int, activity: Activity) -> None:
    """Note which questions of the provider's bank this version asks; other sources are passed over."""
    told = {key: told_source(question.source) for key, question in _asked(activity).items()}
    table = models.QuestionVersion
    wanted = {found[0] for found in told.values() if found}
    query = (
        select(table.question_id, table.number)
        .join(models.Question, models.Question.id == table.question_id)
        .where(models.Question.provider_id == provider_id, table.question_id.in_(wanted))
    )
    known = {(question_id, number) for question_id, number in db.execute(query)} if wanted else set()
    db.add_all(
        models.QuestionUse(activity_id=activity_id, version=version, key=key, question_id=found[0], number=found[1])
        for key, found in told.items()
        if found in known and found is not None
    )


def uses_of(db: Session, officer: Officer, question_id: str) -> Sequence[QuestionUse]:
    """Where a question is or was asked, newest versions first. Raises ``Forbidden``."""
    officer.require(Capability.PLAN)
    return list(_uses(db, officer, question_id))


def _uses(db: Session, officer: Officer, question_id: str) -> Iterator[QuestionUse]:
    use, activity = models.QuestionUse, models.Activity
    query = (
        select(activity.id, activity.title, use.version, use.key, use.number, activity.version)
        .join(activity, activity.id == use.activity_id)
        .where(activity.provider_id == officer.provider_id, use.question_id == question_id)
        .order_by(activity.title, activity.id, use.version.desc())
    )
    for activity_id, title, version, key, number, newest in db.execute(query):
        yield QuestionUse(activity_id, title, version, key, number, version == newest)


def take_question(
    db: Session, officer: Officer, question_id: str, objective: str = "", references: tuple[str, ...] = ()
) -> TakenQuestion:
    """A question for a test that is being built. ``objective`` and ``references`` are keys of its activity.

    Raises ``Forbidden``, ``NotFound("bank_question_unknown")``, ``Refused("question_retired")``.
    """
    officer.require(Capability.PLAN)
    row = db.scalars(own_questions(officer).where(models.Question.id == question_id)).first()
    if row is None:
        raise NotFound("bank_question_unknown")
    if row.status == QuestionStatus.RETIRED.value:
        raise Refused("question_retired", "a retired question is asked in no new test")
    bank = version_of(db, row.id, row.version)
    question = as_question(bank, source_of(row.id, row.version), objective, references)
    return TakenQuestion(question, bank, pictures_of(db, officer.provider_id, (bank,)))
