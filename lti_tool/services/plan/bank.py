"""Questions of the bank in a plan: choosing approved ones, taking them in, and taking a newer version."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.document import Document, records, tidied
from lti_tool.domain.errors import BadInput, NotFound, Refused
from lti_tool.domain.question import QuestionStatus
from lti_tool.services.activity_file import question_data
from lti_tool.services.office import Officer
from lti_tool.services.plan.convert import plain
from lti_tool.services.plan.media import MAX_FILES, keep_files
from lti_tool.services.plan.powers import require_on
from lti_tool.services.plan.work import file_names, note_revision, plan_row, require_open
from lti_tool.services.question import version_of
from lti_tool.services.question_list import QuestionList, Wanted, list_questions, own_questions
from lti_tool.services.question_use import TakenQuestion, take_question, told_source

MOST_AT_ONCE = 50
"""Questions that are taken in by one press: a page of the list."""
LONGEST_KEY = 60
KEPT_FIELDS = ("key", "objective")
"""What a newer version of a question leaves as the plan has it."""


@dataclass(frozen=True, slots=True)
class NewerQuestion:
    """A question of the plan of which the bank has a newer approved version."""

    key: str
    stem: str
    taken: int
    newest: int


def offered_questions(db: Session, officer: Officer, wanted: Wanted, after: str = "") -> QuestionList:
    """The approved questions of the provider's bank, a page at a time. Raises as ``list_questions``."""
    return list_questions(db, officer, replace(wanted, status=QuestionStatus.APPROVED.value), after)


def taken_versions(document: Document) -> dict[str, int]:
    """Bank questions that the plan has, with the version of each."""
    told = (told_source(str(question.get("source") or "")) for question in records(document.get("questions")))
    return dict(found for found in told if found is not None)


def newer_questions(db: Session, officer: Officer, document: Document) -> tuple[NewerQuestion, ...]:
    """In the order of the plan."""
    table, taken = models.Question, taken_versions(document)
    query = select(table.id, table.version).where(
        table.provider_id == officer.provider_id,
        table.id.in_(taken),
        table.status == QuestionStatus.APPROVED.value,
    )
    newest = {row.id: row.version for row in db.execute(query)} if taken else {}
    return tuple(_newer(records(document.get("questions")), newest))


def _newer(questions: Iterable[Document], newest: Mapping[str, int]) -> Iterable[NewerQuestion]:
    for question in questions:
        found = told_source(str(question.get("source") or ""))
        if found is not None and newest.get(found[0], 0) > found[1]:
            yield NewerQuestion(str(question["key"]), str(question.get("stem") or ""), found[1], newest[found[0]])


def _approved(db: Session, officer: Officer, question_id: str) -> TakenQuestion:
    """Raises ``NotFound("bank_question_unknown")``, ``Refused``: ``question_retired``, ``question_not_approved``."""
    if not (question_id.isascii() and question_id.isalnum()):
        raise NotFound("bank_question_unknown")
    taken = take_question(db, officer, question_id)
    row = db.scalars(own_questions(officer).where(models.Question.id == question_id)).one()
    if row.status != QuestionStatus.APPROVED.value:
        raise Refused("question_not_approved", "only approved questions are asked in tests")
    return taken


def _free(wanted: str, taken: Iterable[str]) -> str:
    """``wanted``, or with a number behind it."""
    known, number, key = set(taken), 1, wanted
    while key in known:
        number += 1
        key = f"{wanted[: LONGEST_KEY - 5]}-{number}"
    return key


def _cited(document: Document, citations: Sequence[str]) -> list[str]:
    """Keys of the plan's references with these texts; those that are missing are added."""
    references: list[Any] = document.setdefault("references", [])
    keys = []
    for text in citations:
        known = next((one for one in records(references) if one.get("text") == text), None)
        if known is None:
            known = {"key": _free("bank-1", (str(one.get("key")) for one in references)), "text": text}
            references.append(known)
        keys.append(str(known["key"]))
    return keys


def _as_document(document: Document, taken: TakenQuestion, key: str) -> Document:
    """The question as the plan holds it; its citations join the plan's references."""
    references = tuple(_cited(document, taken.bank.references))
    found: Document = tidied(plain(question_data(replace(taken.question, key=key, references=references))))
    return found


def _open_row(db: Session, officer: Officer, plan_id: str) -> models.ActivityPlan:
    row = plan_row(db, officer, plan_id, is_locked=True)
    require_on(officer, row, Capability.PLAN)
    require_open(db, row)
    return row


def _keep_pictures(db: Session, plan_id: str, taken: Sequence[TakenQuestion], now: datetime) -> None:
    """Pictures are named by their content. Raises ``BadInput("file_unusable")`` for too many."""
    files = {name: body for one in taken for name, body in one.media.items()}
    if len({*file_names(db, plan_id), *files}) > MAX_FILES:
        raise BadInput("file_unusable", faults={"file": "too_many"})
    keep_files(db, plan_id, files, now)


def add_from_bank(db: Session, officer: Officer, plan_id: str, question_ids: Sequence[str], now: datetime) -> int:
    """Take approved questions in, with citations and pictures; gives how many came. Those that the plan has stay.

    All or none. Raises ``BadInput("questions_unchosen")`` for none or too many, ``NotFound("bank_question_unknown")``,
    ``Refused``: ``question_retired``, ``question_not_approved``, and as ``require_open``.
    """
    row = _open_row(db, officer, plan_id)
    wanted = list(dict.fromkeys(question_ids))
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise BadInput("questions_unchosen", faults={"question": "missing" if not wanted else "too_many"})
    document, known = copy.deepcopy(row.document), taken_versions(row.document)
    taken = [_approved(db, officer, one) for one in wanted if one not in known]
    if not taken:
        return 0
    questions = document.setdefault("questions", [])
    for one in taken:
        key = _free(one.question.key, (str(question.get("key")) for question in records(questions)))
        questions.append(_as_document(document, one, key))
    _keep_pictures(db, plan_id, taken, now)
    note_revision(db, row, officer, "bank-taken", tidied(document), now)
    return len(taken)


def renew_question(db: Session, officer: Officer, plan_id: str, key: str, now: datetime) -> int:
    """Take the newest approved version in the place of the one that the plan has; gives its number.

    Key, objective, place in the tests, and references that did not come from the bank stay; everything else is the
    bank's again. Raises ``NotFound``: ``bank_question_unknown``; ``Refused`` as ``add_from_bank``.
    """
    row = _open_row(db, officer, plan_id)
    document = copy.deepcopy(row.document)
    old = next((one for one in records(document.get("questions")) if one.get("key") == key), {})
    told = told_source(str(old.get("source") or ""))
    if told is None:
        raise NotFound("bank_question_unknown")
    taken = _approved(db, officer, told[0])
    kept = {name: old[name] for name in KEPT_FIELDS if name in old}
    new = {**_as_document(document, taken, key), **kept}
    new["references"] = list(dict.fromkeys([*new.get("references", ()), *_own_references(db, document, old, told)]))
    document["questions"] = [new if one is old else one for one in document["questions"]]
    _keep_pictures(db, plan_id, [taken], now)
    if tidied(document) != row.document:
        note_revision(db, row, officer, "bank-renewed", tidied(document), now, note=key)
    return taken_versions({"questions": [new]})[told[0]]


def _own_references(db: Session, document: Document, old: Document, told: tuple[str, int]) -> list[str]:
    """References that authors chose for the question beside those that it came with."""
    came = set(version_of(db, *told).references)
    texts = {str(one.get("key")): one.get("text") for one in records(document.get("references"))}
    return [key for key in old.get("references", ()) if texts.get(key) not in came]
