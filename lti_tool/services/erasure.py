"""Erasing a person: what must be kept is told, what need not be kept goes at once, the rest loses its name.

The row of the person stays, without name, locale or id of the LMS: entries of the ledger, the audit trail and acts of
staff refer to it. Whoever comes with the same id later is a new person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.base import Base
from lti_tool.domain.errors import Refused
from lti_tool.domain.retention import RecordClass, is_held
from lti_tool.services.purge_tables import Counts, remove_answers, remove_identifiers, remove_participations
from lti_tool.services.retention import Ground, ground_of, participation_retention

ERASED = "erased:"
"""Begins the subject of somebody who was erased. Their issuer is empty, so no launch ever finds them."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Credit that must be kept: in which activity, until when (``None``: no day is known) and by which rule."""

    participation_id: str
    activity_title: str
    keep_until: date | None
    rule: str
    body: str
    document: str
    clause: str


def kept_for(session: Session, provider_id: str, learner_id: str, now: datetime) -> tuple[Kept, ...]:
    """What an erasure would have to leave, by activity."""
    ground = ground_of(session, provider_id, now)
    return tuple(_kept(session, ground, row) for row in _with_credit(session, learner_id))


def _with_credit(session: Session, learner_id: str) -> Sequence[models.Participation]:
    part, entry = models.Participation, models.CreditEntry
    has_credit = exists().where(entry.participation_id == part.id)
    query = select(part).where(part.learner_id == learner_id, has_credit)
    return session.scalars(query.order_by(part.started_at, part.id)).all()


def _kept(session: Session, ground: Ground, row: models.Participation) -> Kept:
    found = participation_retention(session, ground, row, RecordClass.CREDIT)
    rule = ground.rule(found.rule)
    return Kept(
        row.id,
        session.get_one(models.Activity, row.activity_id).title,
        found.keep_until,
        found.rule,
        rule.body if rule else "",
        rule.document if rule else "",
        rule.clause if rule else "",
    )


def check_erasable(session: Session, provider_id: str, learner_id: str, now: datetime) -> None:
    """Raises ``Refused("legal_hold")`` while anything of this person is held, and ``Refused("erasure_of_staff")`` while
    they hold powers in the office, which must be taken first."""
    taken = select(models.Participation.activity_id).where(models.Participation.learner_id == learner_id)
    activities = frozenset(session.scalars(taken))
    holds = ground_of(session, provider_id, now).holds
    if is_held(holds, learner_ids=frozenset({learner_id}), activity_ids=activities):
        raise Refused("legal_hold")
    table = models.OfficeGrant
    if session.scalars(select(table.id).where(table.person_id == learner_id, table.revoked_at.is_(None))).first():
        raise Refused("erasure_of_staff")


def erase(session: Session, provider_id: str, learner_id: str, now: datetime) -> Counts:
    """Carry an erasure out in the caller's transaction; gives rows that went, by table. Check it first."""
    row = session.get_one(models.Learner, learner_id)
    kept = [one.id for one in _with_credit(session, learner_id)]
    part = models.Participation
    others = session.scalars(select(part.id).where(part.learner_id == learner_id, part.id.not_in(kept))).all()
    counts = remove_participations(session, others) if others else {}
    counts = _added(counts, _erase_beside(session, kept))
    counts = _added(counts, remove_identifiers(session, [learner_id]))
    counts = _added(counts, _erase_traces(session, learner_id))
    _unlink(session, learner_id)
    row.issuer, row.subject = "", ERASED + row.id
    row.lms_name = row.locale = row.printed_name = row.degree = row.country = ""
    row.confirmed_at = None
    session.flush()
    session.expire_all()
    return counts


def _added(one: Counts, other: Counts) -> Counts:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {*one, *other}}


def _erase_beside(session: Session, kept: Sequence[str]) -> Counts:
    """Of credit that stays: answers, free text and times of study go, and the reasons given for late claims."""
    late = models.LateClaim
    counts = remove_answers(session, kept)
    granted = session.execute(delete(models.Accommodation).where(models.Accommodation.participation_id.in_(kept)))
    waiting = session.execute(delete(late).where(late.participation_id.in_(kept), late.decided_at.is_(None)))
    session.execute(update(late).where(late.participation_id.in_(kept)).values(reason="", note=""))
    beside = {"accommodation": granted.rowcount, "late_claim": waiting.rowcount}  # type: ignore[attr-defined]
    return _added(counts, {name: int(number) for name, number in beside.items() if number})


def _erase_traces(session: Session, learner_id: str) -> Counts:
    """Courses, grades that were sent or wait, and everything by which the person could come back in."""
    rules: dict[str, tuple[type[Base], ColumnElement[bool]]] = {
        "office_session": (models.OfficeSession, models.OfficeSession.person_id == learner_id),
        "office_link": (models.OfficeLink, models.OfficeLink.person_id == learner_id),
        "office_account": (models.OfficeAccount, models.OfficeAccount.person_id == learner_id),
        "web_session": (models.WebSession, models.WebSession.learner_id == learner_id),
        "course_member": (models.CourseMember, models.CourseMember.learner_id == learner_id),
        "delivery": (models.Delivery, models.Delivery.learner_id == learner_id),
        "pending_award": (
            models.PendingAward,
            and_(models.PendingAward.learner_id == learner_id, models.PendingAward.entry_id.is_(None)),
        ),
    }
    counts: Counts = {}
    for name, (table, rule) in rules.items():
        number = int(session.execute(delete(table).where(rule)).rowcount)  # type: ignore[attr-defined]
        counts |= {name: number} if number else {}
    return counts


def _unlink(session: Session, learner_id: str) -> None:
    """A person in control of content keeps what they disclosed, under their own name, not as this learner."""
    session.execute(update(models.Person).where(models.Person.learner_id == learner_id).values(learner_id=None))
    request = models.DataRequest
    own = and_(request.learner_id == learner_id, or_(request.reason != "", request.answer != ""))
    session.execute(update(request).where(own).values(reason=""))
