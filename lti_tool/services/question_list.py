"""Lists of the question bank: filtered, newest changes first, one page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.domain.question import QuestionStatus
from lti_tool.services.office import Officer

PAGE_SIZE = 50
MAX_SEARCH = 100
CURSOR = "~"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of a list; empty ones filter nothing, except that retired questions are shown only when asked for."""

    text: str = ""
    tag: str = ""
    kind: str = ""
    level: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class ListedQuestion:
    question_id: str
    key: str
    status: QuestionStatus
    version: int
    kind: str
    level: str
    stem: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class QuestionList:
    """``found``: how many the filters let through; ``next`` asks for the rows after these, ``""`` if there are none."""

    rows: Sequence[ListedQuestion]
    found: int
    next: str


def folded(text: str) -> str:
    """As searches compare it."""
    return " ".join(text.casefold().split())


def own_questions(officer: Officer) -> Select[models.Question]:
    """All questions of the officer's provider."""
    return select(models.Question).where(models.Question.provider_id == officer.provider_id)


def filtered(officer: Officer, wanted: Wanted) -> Select[models.Question]:
    """The provider's questions that the filters let through."""
    table, tag = models.Question, models.QuestionTag
    query = own_questions(officer)
    if wanted.status:
        query = query.where(table.status == wanted.status)
    else:
        query = query.where(table.status != QuestionStatus.RETIRED.value)
    if wanted.kind:
        query = query.where(table.kind == wanted.kind)
    if wanted.level:
        query = query.where(table.level == wanted.level)
    for word in folded(wanted.text[:MAX_SEARCH]).split():
        query = query.where(table.words.contains(word, autoescape=True))
    if wanted.tag:
        tagged = select(tag.question_id).where(tag.provider_id == officer.provider_id, tag.tag == wanted.tag)
        query = query.where(table.id.in_(tagged))
    return query


def _after(cursor: str) -> tuple[datetime, str]:
    """Raises ``BadInput("page_wrong")`` for what this tool has not written."""
    moment, _, key = cursor.partition(CURSOR)
    try:
        at = datetime.fromisoformat(moment)
    except ValueError as error:
        raise BadInput("page_wrong", faults={"after": "page_wrong"}) from error
    if at.tzinfo is None or not key:
        raise BadInput("page_wrong", faults={"after": "page_wrong"})
    return at, key[:32]


def list_questions(db: Session, officer: Officer, wanted: Wanted, after: str = "") -> QuestionList:
    """Newest changes first, ``PAGE_SIZE`` at a time. Raises ``Forbidden``, ``BadInput("page_wrong")``."""
    officer.require(Capability.PLAN)
    table, query = models.Question, filtered(officer, wanted)
    found = db.scalar(query.with_only_columns(func.count())) or 0
    if after:
        at, key = _after(after)
        query = query.where(or_(table.changed_at < at, and_(table.changed_at == at, table.id < key)))
    rows = db.scalars(query.order_by(table.changed_at.desc(), table.id.desc()).limit(PAGE_SIZE + 1)).all()
    shown = rows[:PAGE_SIZE]
    last = shown[-1] if len(rows) > PAGE_SIZE else None
    return QuestionList(
        [_listed(row) for row in shown], found, f"{last.changed_at.isoformat()}{CURSOR}{last.id}" if last else ""
    )


def _listed(row: models.Question) -> ListedQuestion:
    status = QuestionStatus(row.status)
    return ListedQuestion(row.id, row.key, status, row.version, row.kind, row.level, row.stem, row.changed_at)


def tags_in_use(db: Session, officer: Officer, limit: int = 200) -> Sequence[str]:
    """The provider's tags, most used first."""
    officer.require(Capability.PLAN)
    tag = models.QuestionTag
    query = select(tag.tag).where(tag.provider_id == officer.provider_id).group_by(tag.tag)
    return db.scalars(query.order_by(func.count().desc(), tag.tag).limit(limit)).all()
