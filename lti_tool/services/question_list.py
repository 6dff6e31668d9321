"""Lists of the question bank: filtered, newest changes first, one page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, defer

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.domain.question import QuestionStatus
from lti_tool.services.office import Officer

PAGE_SIZE = 50
MAX_SEARCH = 100
MOST_COUNTED = 1000
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
    """``found``: how many the filters let through, told with the first page; ``next`` asks for the rows after these."""

    rows: Sequence[ListedQuestion]
    found: int | None
    has_more: bool
    """There are more than ``found``: nobody counts further."""
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
    if after:
        at, key = _after(after)
        query = query.where(or_(table.changed_at < at, and_(table.changed_at == at, table.id < key)))
    # One pass over what may be thousands of texts: it counts and finds the page at once.
    newest = query.with_only_columns(table.id).order_by(table.changed_at.desc(), table.id.desc())
    ids = db.scalars(newest.limit(MOST_COUNTED + 1)).all()
    rows = [_listed(row) for row in db.scalars(_lean(ids[:PAGE_SIZE]))]
    last = rows[-1] if len(ids) > PAGE_SIZE else None
    following = f"{last.changed_at.isoformat()}{CURSOR}{last.question_id}" if last else ""
    return QuestionList(rows, None if after else min(len(ids), MOST_COUNTED), len(ids) > MOST_COUNTED, following)


def _lean(ids: Sequence[str]) -> Select[models.Question]:
    """Rows for a list, without the texts that only searches need."""
    table = models.Question
    query = select(table).where(table.id.in_(ids)).order_by(table.changed_at.desc(), table.id.desc())
    return query.options(defer(table.words))


def _listed(row: models.Question) -> ListedQuestion:
    status = QuestionStatus(row.status)
    return ListedQuestion(row.id, row.key, status, row.version, row.kind, row.level, row.stem, row.changed_at)


def tags_in_use(db: Session, officer: Officer, limit: int = 300) -> Sequence[str]:
    """The provider's tags by name."""
    officer.require(Capability.PLAN)
    tag = models.QuestionTag
    query = select(tag.tag).where(tag.provider_id == officer.provider_id).distinct()
    return db.scalars(query.order_by(tag.tag).limit(limit)).all()
