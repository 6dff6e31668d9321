"""The questions of a provider's bank: opening, adding, revising. Versions are added, never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.upsert import insert_or_skip
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.domain.question import BankQuestion, QuestionStatus, canonical
from lti_tool.domain.wire import read_question, write_question
from lti_tool.exchange import question_faults
from lti_tool.exchange.check import files_of
from lti_tool.services.audit import note
from lti_tool.services.office import Officer
from lti_tool.services.question_list import folded, own_questions
from lti_tool.services.question_picture import known_pictures

MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class QuestionEdition:
    """One version in the history. ``author`` is the person's name now, ``""`` for the tool."""

    number: int
    author: str
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedQuestion:
    """A question in one of its versions."""

    question_id: str
    status: QuestionStatus
    newest: int
    number: int
    bank: BankQuestion
    editions: Sequence[QuestionEdition] = field(default_factory=tuple)
    """Newest first."""


def words_of(bank: BankQuestion) -> str:
    """Everything that a search looks through."""
    question = bank.question
    texts = [entry.text for entry in (*question.entries, *question.options)]
    parts = (question.key, question.stem, question.vignette, question.rationale, bank.objective, *texts, *bank.tags)
    return folded(" ".join(parts))


def content_hash(bank: BankQuestion) -> str:
    body = json.dumps(write_question(bank), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()


def _row(db: Session, officer: Officer, question_id: str, *, is_locked: bool = False) -> models.Question:
    """Raises ``NotFound("bank_question_unknown")`` also for those of other providers."""
    query = own_questions(officer).where(models.Question.id == question_id)
    row = db.scalars(query.with_for_update() if is_locked else query).first()
    if row is None:
        raise NotFound("bank_question_unknown")
    return row


def version_of(db: Session, question_id: str, number: int) -> BankQuestion:
    """Raises ``NotFound("bank_question_unknown")``."""
    row = db.get(models.QuestionVersion, (question_id, number))
    if row is None:
        raise NotFound("bank_question_unknown")
    return read_question(row.definition)


def open_question(db: Session, officer: Officer, question_id: str, number: int | None = None) -> OpenedQuestion:
    """The newest version, or the one asked for, with the history. Raises ``Forbidden``, ``NotFound``."""
    officer.require(Capability.PLAN)
    row = _row(db, officer, question_id)
    chosen = row.version if number is None else number
    bank = version_of(db, row.id, chosen)
    return OpenedQuestion(row.id, QuestionStatus(row.status), row.version, chosen, bank, _editions(db, row.id))


def _editions(db: Session, question_id: str) -> Sequence[QuestionEdition]:
    table, person = models.QuestionVersion, models.Learner
    query = (
        select(table.number, person.lms_name, person.printed_name, table.reason, table.created_at)
        .outerjoin(person, person.id == table.author_id)
        .where(table.question_id == question_id)
        .order_by(table.number.desc())
    )
    return [QuestionEdition(row[0], row[1] or row[2] or "", row[3], row[4]) for row in db.execute(query)]


def checked(db: Session, officer: Officer, bank: BankQuestion) -> BankQuestion:
    """The question in the bank's one form. Raises ``BadInput("question_faulty")`` with ``found`` and ``faults``."""
    bank = canonical(bank)
    faults = question_faults(bank, known_pictures(db, officer, files_of(bank)))
    if faults:
        raise BadInput("question_faulty", faults={fault.field: fault.code for fault in faults}, found=faults)
    return bank


def create_question(db: Session, officer: Officer, bank: BankQuestion, now: datetime) -> str:
    """Add a draft; gives its id. Raises ``Forbidden``, ``BadInput("question_faulty")``, ``Conflict("key_taken")``."""
    officer.require(Capability.PLAN)
    bank = checked(db, officer, bank)
    question_id = add_question(db, officer, bank, now)
    note(db, officer, "question.created", f"question:{question_id}", now)
    return question_id


def add_question(db: Session, officer: Officer, bank: BankQuestion, now: datetime) -> str:
    """The rows of a new, checked question. Raises ``Conflict("key_taken")``."""
    values = {
        "provider_id": officer.provider_id,
        "key": bank.key,
        "status": QuestionStatus.DRAFT.value,
        "version": 1,
        "created_at": now,
        **_columns(bank, now),
    }
    question_id: str | None = db.scalar(insert_or_skip(db, models.Question, values).returning(models.Question.id))
    if question_id is None:
        raise Conflict("key_taken", f"the bank has a question {bank.key!r} already", key=bank.key)
    _add_version(db, officer, question_id, 1, bank, "", now)
    return question_id


def _columns(bank: BankQuestion, now: datetime) -> dict[str, Any]:
    """What lists show and filter."""
    return {
        "kind": bank.question.kind.value,
        "level": bank.level.value if bank.level else "",
        "stem": bank.question.stem,
        "words": words_of(bank),
        "changed_at": now,
    }


def _add_version(
    db: Session, officer: Officer, question_id: str, number: int, bank: BankQuestion, reason: str, now: datetime
) -> None:
    db.execute(delete(models.QuestionTag).where(models.QuestionTag.question_id == question_id))
    db.add_all(
        models.QuestionTag(question_id=question_id, tag=tag, provider_id=officer.provider_id) for tag in bank.tags
    )
    db.add(
        models.QuestionVersion(
            question_id=question_id,
            number=number,
            definition=write_question(bank),
            content_hash=content_hash(bank),
            author_id=officer.person_id or None,
            reason=reason[:MAX_REASON],
            created_at=now,
        )
    )
    db.flush()


def revise_question(
    db: Session, officer: Officer, question_id: str, bank: BankQuestion, based_on: int, reason: str, now: datetime
) -> int:
    """Add a version; gives its number. Nothing happens where nothing has changed.

    ``based_on`` is the version that the author had before them. An approved question becomes a draft again unless the
    author may approve. Raises ``Forbidden``, ``NotFound``, ``BadInput``, ``Conflict("question_changed")``.
    """
    officer.require(Capability.PLAN)
    row = _row(db, officer, question_id, is_locked=True)
    if row.version != based_on:
        raise Conflict("question_changed", "somebody else has revised this question", newest=row.version)
    bank = checked(db, officer, replace(bank, question=replace(bank.question, key=row.key)))
    if not add_revision(db, officer, row, bank, reason, now):
        return row.version
    detail = {"version": [row.version - 1, row.version]}
    note(db, officer, "question.revised", f"question:{row.id}", now, detail=detail)
    return row.version


def add_revision(
    db: Session, officer: Officer, row: models.Question, bank: BankQuestion, reason: str, now: datetime
) -> bool:
    """The rows of a new version of a locked question; ``False`` where it already says exactly this."""
    newest = db.get_one(models.QuestionVersion, (row.id, row.version))
    if newest.content_hash == content_hash(bank):
        return False
    row.version += 1
    for name, value in _columns(bank, now).items():
        setattr(row, name, value)
    if row.status == QuestionStatus.APPROVED.value and not officer.powers.may_everywhere(Capability.APPROVE):
        row.status = QuestionStatus.DRAFT.value
    _add_version(db, officer, row.id, row.version, bank, reason, now)
    return True


def set_status(db: Session, officer: Officer, question_id: str, status: QuestionStatus, now: datetime) -> None:
    """Approve, retire or take up again. Needs the right to approve over the whole provider. Raises ``Forbidden``,
    ``NotFound``."""
    officer.require_everywhere(Capability.APPROVE)
    row = _row(db, officer, question_id, is_locked=True)
    if row.status == status.value:
        return
    detail: Mapping[str, Any] = {"status": [row.status, status.value]}
    row.status, row.changed_at = status.value, now
    db.flush()
    note(db, officer, "question.status_changed", f"question:{row.id}", now, detail=detail)
