"""Bringing question files into the bank, after a look at what would come, and taking questions out as files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.domain.fault import Fault
from lti_tool.domain.question import BankQuestion
from lti_tool.domain.wire import read_question
from lti_tool.exchange import (
    QuestionFormat,
    ReadQuestions,
    WrittenQuestions,
    differences,
    read_questions,
    write_questions,
)
from lti_tool.exchange.formats import MAX_BYTES
from lti_tool.exchange.reading import MAX_QUESTIONS
from lti_tool.services.audit import note
from lti_tool.services.office import Officer
from lti_tool.services.question import add_question, add_revision, content_hash
from lti_tool.services.question_list import Wanted, filtered
from lti_tool.services.question_picture import keep_pictures, pictures_of

__all__ = ["MAX_FILE_BYTES", "QuestionFormat", "commit_import", "export_questions", "open_import", "preview_import"]
MAX_FILE_BYTES = MAX_BYTES
KEPT = timedelta(hours=24)
"""How long a file that was looked at waits to be brought in."""
BATCH = 500
MAX_NAME = 255


class Verdict(StrEnum):
    """What bringing a question in would do."""

    NEW = "new"
    CHANGED = "changed"
    """The bank has a question with this key: it would get a new version."""
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A question of a file. ``fields`` name what differs from the bank's newest version."""

    bank: BankQuestion
    verdict: Verdict
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """Either ``import_id`` and what would come, or ``faults``."""

    name: str
    import_id: str = ""
    arrivals: tuple[Arrival, ...] = ()
    media: Mapping[str, bytes] | None = None
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Fault, ...] = ()

    def count(self, verdict: Verdict) -> int:
        return sum(arrival.verdict is verdict for arrival in self.arrivals)


@dataclass(frozen=True, slots=True)
class ImportDone:
    created: int
    revised: int
    unchanged: int


def _known(db: Session, officer: Officer, keys: Sequence[str]) -> Iterator[tuple[models.Question, BankQuestion]]:
    """The provider's questions with these keys, in their newest versions."""
    table, version = models.Question, models.QuestionVersion
    for start in range(0, len(keys), BATCH):
        query = (
            select(table, version.definition)
            .join(version, (version.question_id == table.id) & (version.number == table.version))
            .where(table.provider_id == officer.provider_id, table.key.in_(keys[start : start + BATCH]))
        )
        for row, definition in db.execute(query):
            yield row, read_question(definition)


def _arrivals(db: Session, officer: Officer, read: ReadQuestions) -> Iterator[Arrival]:
    known = {row.key: bank for row, bank in _known(db, officer, [bank.key for bank in read.questions])}
    for bank in read.questions:
        old = known.get(bank.key)
        if old is None:
            yield Arrival(bank, Verdict.NEW)
        elif content_hash(old) == content_hash(bank):
            yield Arrival(bank, Verdict.SAME)
        else:
            yield Arrival(bank, Verdict.CHANGED, differences(old, bank))


def preview_import(db: Session, officer: Officer, name: str, data: bytes, now: datetime) -> ImportPreview:
    """Look at a file. Nothing comes in; a file without faults waits for ``commit_import``. Raises ``Forbidden``."""
    officer.require(Capability.PLAN)
    name = name.strip()[:MAX_NAME] or "questions"
    read = read_questions(name, data[: MAX_FILE_BYTES + 1])
    if read.faults:
        return ImportPreview(name, faults=read.faults, remarks=read.remarks)
    own = models.QuestionImport.provider_id == officer.provider_id
    db.execute(delete(models.QuestionImport).where(own, models.QuestionImport.created_at < now - KEPT))
    row = models.QuestionImport(
        provider_id=officer.provider_id, author_id=officer.person_id or None, name=name, body=data, created_at=now
    )
    db.add(row)
    db.flush()
    return ImportPreview(name, row.id, tuple(_arrivals(db, officer, read)), read.media, remarks=read.remarks)


def open_import(db: Session, officer: Officer, import_id: str, now: datetime) -> ImportPreview:
    """The preview of a file that waits. Raises ``Forbidden``, ``NotFound("import_unknown")``."""
    officer.require(Capability.PLAN)
    row = _waiting(db, officer, import_id, now)
    read = read_questions(row.name, row.body)
    return ImportPreview(row.name, row.id, tuple(_arrivals(db, officer, read)), read.media, read.faults, read.remarks)


def _waiting(
    db: Session, officer: Officer, import_id: str, now: datetime, *, is_locked: bool = False
) -> models.QuestionImport:
    table = models.QuestionImport
    query = select(table).where(table.id == import_id, table.provider_id == officer.provider_id)
    row = db.scalars(query.with_for_update() if is_locked else query).first()
    if row is None or row.created_at < now - KEPT:
        raise NotFound("import_unknown")
    return row


def commit_import(
    db: Session, officer: Officer, import_id: str, now: datetime, *, has_revisions: bool = True
) -> ImportDone:
    """Bring in a file that was looked at, whole or not at all.

    ``has_revisions``: questions that the bank knows get a new version; otherwise they are passed over. Raises
    ``Forbidden``, ``NotFound("import_unknown")``, ``Conflict("key_taken")`` where somebody was quicker.
    """
    officer.require(Capability.PLAN)
    waiting = _waiting(db, officer, import_id, now, is_locked=True)
    read = read_questions(waiting.name, waiting.body)
    if read.faults:
        raise BadInput("import_faulty")
    keep_pictures(db, officer, read.media)
    done = _bring_in(db, officer, read, waiting.name, now, has_revisions=has_revisions)
    detail = {"created": done.created, "revised": done.revised, "unchanged": done.unchanged}
    note(db, officer, "question.imported", f"import:{waiting.id}", now, detail=detail)
    db.delete(waiting)
    db.flush()
    return done


def _bring_in(
    db: Session, officer: Officer, read: ReadQuestions, name: str, now: datetime, *, has_revisions: bool
) -> ImportDone:
    known = {row.key: row for row, _ in _known(db, officer, [bank.key for bank in read.questions])}
    created = revised = 0
    for bank in read.questions:
        row = known.get(bank.key)
        if row is None:
            add_question(db, officer, bank, now)
            created += 1
        elif has_revisions:
            db.refresh(row, with_for_update=True)
            revised += add_revision(db, officer, row, bank, f"import of {name}", now)
    return ImportDone(created, revised, len(read.questions) - created - revised)


def export_questions(
    db: Session, officer: Officer, form: QuestionFormat, wanted: Wanted, ids: Sequence[str] = ()
) -> WrittenQuestions:
    """The chosen questions, or all that the filters let through, in their newest versions.

    Raises ``Forbidden``, ``BadInput``: ``nothing_to_export``, ``export_too_large`` (most).
    """
    officer.require(Capability.PLAN)
    table, version = models.Question, models.QuestionVersion
    chosen = filtered(officer, wanted)
    if ids:
        chosen = select(table).where(table.provider_id == officer.provider_id, table.id.in_(ids[:MAX_QUESTIONS]))
    query = (
        select(version.definition)
        .join(table, (version.question_id == table.id) & (version.number == table.version))
        .where(table.id.in_(chosen.with_only_columns(table.id)))
        .order_by(table.key)
        .limit(MAX_QUESTIONS + 1)
    )
    questions = [read_question(definition) for definition in db.scalars(query)]
    if not questions:
        raise BadInput("nothing_to_export", faults={"format": "nothing_to_export"})
    if len(questions) > MAX_QUESTIONS:
        raise BadInput("export_too_large", faults={"format": "export_too_large"}, most=MAX_QUESTIONS)
    return write_questions(form, questions, pictures_of(db, officer.provider_id, questions))
