"""Facts that a native face sends, written down as the tool's own: afterwards every rule sees them like any others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.catalogue.statements import statements
from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.db.upsert import insert_once
from lti_tool.domain.disclosure import InformationPage, information_page
from lti_tool.domain.errors import Conflict
from lti_tool.domain.native import NativeClaim
from lti_tool.domain.record import Acknowledgement, Attempt, Record, Study
from lti_tool.domain.response import items_of
from lti_tool.domain.wire import write_value
from lti_tool.services.native_access import NativeClient
from lti_tool.services.participation import lock
from lti_tool.services.response import response_row


def native_learner(db: Session, client: NativeClient, subject: str, locale: str, now: datetime) -> models.Learner:
    """The person that an LTI launch with the same subject would introduce, or into whom that one was merged."""
    key = {"provider_id": client.provider_id, "issuer": client.issuer, "subject": subject[:255]}
    row = insert_once(db, models.Learner, key, {"created_at": now})
    row.locale = row.locale or locale[:35]
    return db.get_one(models.Learner, row.merged_into) if row.merged_into else row


def native_course(db: Session, client: NativeClient, context: str, title: str, now: datetime) -> models.Course:
    """The course that an LTI launch from there would introduce."""
    key = {"deployment_id": client.deployment_id, "context_id": context[:255]}
    row = insert_once(db, models.Course, key, {"created_at": now})
    row.title = title[:255] or row.title
    return row


def native_participation(
    db: Session, learner_id: str, activity_id: str, version: int, text_version: int, began_at: datetime
) -> models.Participation:
    """The learner's participation, locked. One that was begun by an LTI launch and holds facts is left alone.

    Raises ``Conflict("begun_elsewhere")``: the two records would not be one learner's way through one version.
    """
    key = {"learner_id": learner_id, "activity_id": activity_id, "is_trial": False}
    rest = {"version": version, "text_version": text_version, "started_at": began_at}
    row = lock(db, insert_once(db, models.Participation, key, rest).id)
    if row.text_version is None and _has_facts(db, row.id):
        raise Conflict("begun_elsewhere", "this learner has begun the activity by an LTI link")
    row.version, row.text_version = version, text_version
    return row


def _has_facts(db: Session, participation_id: str) -> bool:
    tables = (
        models.Acknowledgement,
        models.Attempt,
        models.Study,
        models.ContentResponse,
        models.EvaluationReceipt,
        models.CreditEntry,
    )
    return any(
        db.scalars(select(table.participation_id).where(table.participation_id == participation_id)).first()
        for table in tables
    )


def clear_facts(db: Session, row: models.Participation) -> None:
    """Earlier facts of the same native face: the newest message holds them all."""
    tables = (
        models.Acknowledgement,
        models.Attempt,
        models.Study,
        models.StudyView,
        models.ContentResponse,
        models.EvaluationReceipt,
    )
    for table in tables:
        for found in db.scalars(select(table).where(table.participation_id == row.id)):
            db.delete(found)
    db.flush()


def write_facts(db: Session, row: models.Participation, claim: NativeClaim) -> None:
    """Every fact of the record as a row."""
    record = claim.record
    pages = dict(_pages(db, row, record))
    db.add_all(_acknowledgement(db, row, mark, pages) for mark in record.acknowledgements if mark.fingerprint in pages)
    for attempt in record.attempts:
        db.add(_attempt(row, attempt))
    for study in record.studies.values():
        db.add_all(_study(row, study, claim.at))
    db.add_all(_responses(db, row, record))
    if record.evaluated_at is not None:
        db.add(models.EvaluationReceipt(participation_id=row.id, submitted_at=record.evaluated_at))
    row.content_finished_at = record.content_finished_at
    db.flush()


def _pages(db: Session, row: models.Participation, record: Record) -> Iterator[tuple[str, tuple[int, InformationPage]]]:
    """Texts of this activity's versions that were acknowledged, by fingerprint: the version, and the page."""
    wanted = {mark.fingerprint for mark in record.acknowledgements}
    newest = max(row.version, row.text_version or 0)
    for number in range(newest, 0, -1):
        activity = activity_value(db, row.activity_id, number)
        page = information_page(activity, statements(activity, activity.designated_on))
        if page.fingerprint in wanted:
            yield page.fingerprint, (number, page)


def _acknowledgement(
    db: Session,
    row: models.Participation,
    mark: Acknowledgement,
    pages: Mapping[str, tuple[int, InformationPage]],
) -> models.Acknowledgement:
    number, page = pages[mark.fingerprint]
    shown = {"body": page.as_record(), "first_shown_at": mark.at}
    insert_once(db, models.ShownText, {"fingerprint": mark.fingerprint}, shown)
    return models.Acknowledgement(
        participation_id=row.id,
        fingerprint=mark.fingerprint,
        version=number,
        locale=row.learner.locale,
        acknowledged_at=mark.at,
    )


def _plain(answer: Any) -> Any:
    return list(answer) if isinstance(answer, tuple) else dict(answer) if isinstance(answer, Mapping) else answer


def _attempt(row: models.Participation, attempt: Attempt) -> models.Attempt:
    last = attempt.submitted_at or attempt.started_at
    answers = [
        models.Answer(question=key, value=_plain(answer), saved_at=last) for key, answer in attempt.answers.items()
    ]
    return models.Attempt(
        participation_id=row.id,
        test=attempt.test.value,
        number=attempt.number,
        form=[write_value(item) for item in attempt.form],
        started_at=attempt.started_at,
        submitted_at=attempt.submitted_at,
        answers=answers,
    )


def _responses(db: Session, row: models.Participation, record: Record) -> Iterator[models.ContentResponse]:
    """Of the items that this version has: whatever else was sent was refused before."""
    activity = activity_value(db, row.activity_id, row.version)
    for item in items_of(activity):
        response = record.responses.get(item.key)
        if response is not None and item.question is not None:
            yield response_row(row.id, row.activity_id, item.question, response)


def _study(row: models.Participation, study: Study, at: datetime) -> Iterator[models.Study | models.StudyView]:
    opened = study.first_opened_at or at
    yield models.Study(participation_id=row.id, item=study.item, first_opened_at=opened)
    yield models.StudyView(participation_id=row.id, item=study.item, opened_at=opened, seconds=study.seconds, ranges=[])
