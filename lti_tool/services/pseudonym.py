"""Taking the name off a person's row. The row stays: ledger, audit trail and acts of staff refer to its key.

Whoever comes from the LMS with the same id later is a new person.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Delete, and_, delete, or_, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.base import Base
from lti_tool.services.row_count import Counts, counted

ERASED = "erased:"
"""Begins the subject of somebody whose name was taken off. Their issuer is empty, so no launch ever finds them."""


def _of(learner_id: str) -> tuple[Delete, ...]:
    """Courses, grades that were sent or wait, and everything by which the person could come back in."""
    pending, links = models.PendingAward, models.MergeLink
    rules: tuple[tuple[type[Base], ColumnElement[bool]], ...] = (
        (models.OfficeSession, models.OfficeSession.person_id == learner_id),
        (models.OfficeLink, models.OfficeLink.person_id == learner_id),
        (models.OfficeAccount, models.OfficeAccount.person_id == learner_id),
        (models.WebSession, models.WebSession.learner_id == learner_id),
        (models.CourseMember, models.CourseMember.learner_id == learner_id),
        (models.Delivery, models.Delivery.learner_id == learner_id),
        (models.Credential, models.Credential.learner_id == learner_id),
        (models.TranscriptLink, models.TranscriptLink.learner_id == learner_id),
        (models.LearnerContact, models.LearnerContact.learner_id == learner_id),
        (links, or_(links.kept_id == learner_id, links.absorbed_id == learner_id)),
        (pending, and_(pending.learner_id == learner_id, pending.entry_id.is_(None))),
    )
    return tuple(delete(table).where(rule) for table, rule in rules)


def take_name_off(session: Session, learner_id: str) -> Counts:
    """Delete the traces and blank the row; gives rows that went, by table.

    A person in control of content keeps what they disclosed, under their own name, and is no longer this learner.
    """
    counts = counted(session, _of(learner_id))
    session.execute(update(models.Person).where(models.Person.learner_id == learner_id).values(learner_id=None))
    session.execute(update(models.DataRequest).where(models.DataRequest.learner_id == learner_id).values(reason=""))
    blank = dict.fromkeys(("issuer", "lms_name", "locale", "printed_name", "degree", "country"), "")
    values = {**blank, "subject": ERASED + learner_id, "confirmed_at": None}
    session.execute(update(models.Learner).where(models.Learner.id == learner_id).values(**values))
    session.flush()
    session.expire_all()
    return counts
