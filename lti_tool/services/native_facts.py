"""Facts that a native face sends, written down as the tool's own: afterwards every rule sees them like any others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value, record_value
from lti_tool.db.upsert import insert_once
from lti_tool.domain.disclosure import InformationPage, information_page
from lti_tool.domain.errors import Conflict
from lti_tool.domain.native import NativeClaim
from lti_tool.domain.pathway import has_acknowledged
from lti_tool.domain.playback import as_seconds, tidy
from lti_tool.domain.record import Acknowledgement, Attempt, Record, Study
from lti_tool.domain.replay import check_facts, fitting
from lti_tool.domain.response import items_of
from lti_tool.domain.wire import write_value
from lti_tool.services.native_access import NativeClient
from lti_tool.services.participation import lock, newest_version
from lti_tool.services.response import response_row
from lti_tool.services.statement import activity_statements


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


def person_of_subject(db: Session, client: NativeClient, subject: str) -> str | None:
    """Whom this platform calls ``subject``, or into whom that one was merged. Nobody is made for asking."""
    if not subject.isprintable():
        return None
    table = models.Learner
    mine = (table.provider_id == client.provider_id, table.issuer == client.issuer, table.subject == subject)
    return db.scalars(select(func.coalesce(table.merged_into, table.id)).where(*mine)).first()


def link_in_course(db: Session, course_id: str, activity_id: str) -> str:
    """The platform's id of an LTI link in this course that opens the activity, the whole of it if there is one; ``""``
    for none."""
    table = models.Placement
    query = select(table.resource_link_id).where(table.course_id == course_id, table.activity_id == activity_id)
    return db.scalars(query.order_by(table.step.is_not(None), table.created_at, table.id)).first() or ""


def native_participation(
    db: Session, learner_id: str, activity_id: str, version: int, began_at: datetime
) -> models.Participation:
    """The learner's participation, locked: the one that LTI links have as well."""
    key = {"learner_id": learner_id, "activity_id": activity_id, "is_trial": False}
    return lock(db, insert_once(db, models.Participation, key, {"version": version, "started_at": began_at}).id)


def take_in(db: Session, row: models.Participation, claim: NativeClaim, link: str) -> None:
    """The facts of a claim, checked, beside what is recorded of this learner already, as far as both can stand.

    Raises ``Refused("facts_impossible")``, and ``Conflict("begun_elsewhere")`` where LTI links have led through another
    version: answers to one are no answers to the other. ``link`` is where the learner can go on.
    """
    known = record_value(db, row)
    activity = activity_value(db, row.activity_id, claim.version)
    activity_value(db, row.activity_id, claim.text_version)
    if has_begun(known) and row.version != claim.version:
        raise Conflict("begun_elsewhere", "this learner has begun another version by an LTI link", link=link)
    row.version = claim.version
    check_facts(activity, claim.record, claim.at, known)
    _set_text_version(db, row, claim, known)
    write_facts(db, row, fitting(activity, known, claim.record), known, claim.at)


def has_begun(known: Record) -> bool:
    """Something that belongs to one version. An acknowledged text counts in every version that has it."""
    studied = known.studies or known.responses or known.content_finished_at
    return bool(known.attempts or studied or known.evaluated_at or known.claims)


def _set_text_version(db: Session, row: models.Participation, claim: NativeClaim, known: Record) -> None:
    """The text in force for the learner: the newest if they have acknowledged it, else what the face has shown."""
    newest = activity_value(db, row.activity_id, newest_version(db, row.activity_id))
    page = information_page(newest, activity_statements(db, row.learner.provider_id, newest))
    if not has_acknowledged(known, page.fingerprint):
        row.text_version = claim.text_version


def write_facts(db: Session, row: models.Participation, record: Record, known: Record, at: datetime) -> None:
    """Every fact of the record as a row, beside the known ones. ``at``: when the claim was made."""
    pages = dict(_pages(db, row, record))
    db.add_all(_acknowledgement(db, row, mark, pages) for mark in record.acknowledgements if mark.fingerprint in pages)
    for attempt in record.attempts:
        db.add(_attempt(row, attempt))
    for study in record.studies.values():
        db.add_all(_study(row, study, at, is_new=study.item not in known.studies))
    db.add_all(_responses(db, row, record))
    if record.evaluated_at is not None:
        db.add(models.EvaluationReceipt(participation_id=row.id, submitted_at=record.evaluated_at))
    finished = [moment for moment in (row.content_finished_at, record.content_finished_at) if moment is not None]
    row.content_finished_at = min(finished, default=None)
    db.flush()


def _pages(db: Session, row: models.Participation, record: Record) -> Iterator[tuple[str, tuple[int, InformationPage]]]:
    """Texts of this activity's versions that were acknowledged, by fingerprint: the version, and the page."""
    wanted = {mark.fingerprint for mark in record.acknowledgements}
    newest = max(row.version, row.text_version or 0)
    for number in range(newest, 0, -1):
        activity = activity_value(db, row.activity_id, number)
        page = information_page(activity, activity_statements(db, row.learner.provider_id, activity))
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


def _study(
    row: models.Participation, study: Study, at: datetime, *, is_new: bool
) -> Iterator[models.Study | models.StudyView]:
    opened = study.first_opened_at or at
    if is_new:
        yield models.Study(participation_id=row.id, item=study.item, first_opened_at=opened)
    view = models.StudyView(
        participation_id=row.id, item=study.item, opened_at=opened, seconds=study.seconds, ranges=[]
    )
    if study.playback is not None:
        view.duration, view.ranges = as_seconds(tidy(study.playback))
    yield view
