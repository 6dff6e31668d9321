"""What the tool has recorded of a learner itself, for the face in which they go on: done through LTI links."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import accounts
from lti_tool.domain.ledger import live_award
from lti_tool.domain.native import NativeAnswer, NativeHolding, NativeRecord
from lti_tool.domain.record import Record
from lti_tool.services.certificate import Link, issued_certificates
from lti_tool.services.credential import held_credentials
from lti_tool.services.native_access import NativeClient
from lti_tool.services.native_activity import activity_id_of
from lti_tool.services.native_claim import answered, visit_of
from lti_tool.services.native_facts import link_in_course, person_of_subject
from lti_tool.services.participation import progress_of
from lti_tool.services.restriction import is_person_restricted


def native_record(
    db: Session, client: NativeClient, key: str, subject: str, context: str, link: Link, now: datetime
) -> NativeRecord:
    """The facts and the credit of a person of this platform. Of somebody whose data is restricted nothing is told.

    Raises ``NotFound("activity_unknown")``.
    """
    activity_id = activity_id_of(db, client.provider_id, key)
    person = person_of_subject(db, client, subject)
    course_id = _course_id(db, client, context)
    nothing = NativeRecord(key, 0, Record(), link=link_in_course(db, course_id, activity_id) if course_id else "")
    if person is None or is_person_restricted(db, person):
        return nothing
    answer = _answer(db, client, person, activity_id, link)
    row = _participation(db, person, activity_id)
    if row is None:
        return replace(nothing, answer=answer)
    record = replace(progress_of(db, row, now).record, claims=(), ended_types=(), late_claim_until=None)
    return replace(nothing, version=row.version, record=record, answer=answer)


def native_holding(db: Session, client: NativeClient, key: str, subject: str) -> NativeHolding:
    """What is on file for a claim. Of somebody whose data is restricted nothing is told.

    Raises ``NotFound("activity_unknown")``.
    """
    activity_id = activity_id_of(db, client.provider_id, key)
    person = person_of_subject(db, client, subject)
    if person is None or is_person_restricted(db, person):
        return NativeHolding(key)
    held = sorted(str(need) for need in held_credentials(db, person))
    given = [code for code, chain in accounts(db, person, activity_id).items() if live_award(chain) is not None]
    return NativeHolding(key, tuple(held), tuple(sorted(given)))


def _course_id(db: Session, client: NativeClient, context: str) -> str:
    """Only looked for: asking makes no course."""
    table = models.Course
    known = (table.deployment_id == client.deployment_id, table.context_id == context)
    found = db.scalars(select(table.id).where(*known)).first() if context.isprintable() else None
    return found or ""


def _participation(db: Session, person: str, activity_id: str) -> models.Participation | None:
    table = models.Participation
    mine = (table.learner_id == person, table.activity_id == activity_id, table.is_trial.is_(False))
    return db.scalars(select(table).where(*mine)).first()


def _answer(db: Session, client: NativeClient, person: str, activity_id: str, link: Link) -> NativeAnswer | None:
    issued = issued_certificates(db, visit_of(client, person, "", activity_id, ""))
    return answered(issued, link) if issued else None
