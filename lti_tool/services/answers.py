"""Keeping answers while they are given, from one tab or several, over connections that fail.

Every stored answer carries a *stamp*: how many changes the attempt had seen, and which tab made this one. A form
comes back with the newest stamp it was shown. An answer that another tab has changed since is never overwritten;
everything else in the form is kept. A tab does not stand in its own way when an acknowledgement was lost on the line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import answer_value
from lti_tool.domain.assessment import Answer, FormItem, Question, QuestionKind, Test, check_answer
from lti_tool.domain.errors import BadInput

TABS = 1 << 15
"""Numbers to tell open tabs apart: ``0 <= tab < TABS``."""
MOST_CHANGES = (1 << 16) - 1
"""Stamps fit a 32-bit column."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form as it came back. Questions that are not in ``answers`` were left empty."""

    answers: Mapping[str, Answer]
    faults: Mapping[str, str] = field(default_factory=dict)
    """Question to the code of what is wrong; these are not stored."""
    revision: int = 0
    """The newest stamp that the form was shown."""
    tab: int = 0


class SheetReader(Protocol):
    """Reads what was posted, once the questions that were given are known."""

    def __call__(self, test: Test, form: tuple[FormItem, ...]) -> Sheet: ...


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a sheet. ``stale`` names questions that another tab answered since: these were left alone."""

    answers: Mapping[str, Answer]
    """All that is stored now."""
    revision: int
    stale: tuple[str, ...]
    faults: Mapping[str, str]


def blank(question: Question) -> Answer:
    """No answer, in the shape that this kind of question has."""
    if question.kind is QuestionKind.MATCHING:
        return {}
    return () if question.kind in (QuestionKind.MULTIPLE, QuestionKind.ORDERING) else ""


def _checked(test: Test, sheet: Sheet, form: tuple[FormItem, ...]) -> tuple[dict[str, Answer], dict[str, str]]:
    given: dict[str, Answer] = {}
    faults = dict(sheet.faults)
    for question in (test.question(item.question) for item in form if item.question not in faults):
        answer = sheet.answers.get(question.key, blank(question))
        try:
            if answer:
                check_answer(question, answer)
            given[question.key] = answer
        except BadInput as error:
            faults.update(error.faults)
    return given, faults


def stored_answers(db: Session, attempt_id: str) -> dict[str, models.Answer]:
    rows = db.scalars(select(models.Answer).where(models.Answer.attempt_id == attempt_id))
    return {row.question: row for row in rows}


def newest_stamp(db: Session, attempt_id: str) -> int:
    """What a form must carry as its ``revision``."""
    return _newest(stored_answers(db, attempt_id))


def _newest(rows: Mapping[str, models.Answer]) -> int:
    return max((row.revision for row in rows.values()), default=0)


def _is_foreign(row: models.Answer, sheet: Sheet) -> bool:
    return row.revision // TABS > sheet.revision // TABS and row.revision % TABS != sheet.tab % TABS


def _plain(answer: Answer) -> object:
    return list(answer) if isinstance(answer, tuple) else dict(answer) if isinstance(answer, Mapping) else answer


def save_sheet(
    db: Session, attempt_id: str, test: Test, form: tuple[FormItem, ...], sheet: Sheet, now: datetime
) -> Saved:
    """Store what has changed. The attempt's participation must be locked by the caller."""
    rows = stored_answers(db, attempt_id)
    given, faults = _checked(test, sheet, form)
    changed = {key: answer for key, answer in given.items() if _differs(rows.get(key), answer)}
    stale = tuple(key for key in changed if key in rows and _is_foreign(rows[key], sheet))
    stamp = min(_newest(rows) // TABS + 1, MOST_CHANGES) * TABS + sheet.tab % TABS
    for key, answer in changed.items():
        if key not in stale:
            rows[key] = _write(db, rows.get(key), attempt_id, key, answer)
            rows[key].revision, rows[key].saved_at = stamp, now
    db.flush()
    kept = {key: answer_value(row.value) for key, row in rows.items()}
    return Saved(kept, _newest(rows), stale, faults)


def _differs(row: models.Answer | None, answer: Answer) -> bool:
    return bool(answer) if row is None else answer_value(row.value) != answer


def _write(db: Session, row: models.Answer | None, attempt_id: str, key: str, answer: Answer) -> models.Answer:
    if row is None:
        row = models.Answer(attempt_id=attempt_id, question=key)
        db.add(row)
    row.value = _plain(answer)
    return row
