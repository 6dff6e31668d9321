"""Erasing a person: what must be kept is told, what need not be kept goes at once, the rest loses its name.

The row of the person stays, without name, locale or id of the LMS: entries of the ledger, the audit trail and acts of
staff refer to it. Whoever comes with the same id later is a new person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import identities
from lti_tool.domain.errors import Refused
from lti_tool.domain.retention import RecordClass, is_held
from lti_tool.services.contact import forget_contact
from lti_tool.services.pseudonym import take_name_off
from lti_tool.services.purge_tables import remove_answers, remove_participations
from lti_tool.services.retention import Ground, ground_of, participation_retention
from lti_tool.services.row_count import Counts, added, counted


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
    query = select(part).where(part.learner_id.in_(identities(learner_id)), has_credit)
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
    everyone = frozenset(session.scalars(identities(learner_id)))
    taken = select(models.Participation.activity_id).where(models.Participation.learner_id.in_(everyone))
    activities = frozenset(session.scalars(taken))
    holds = ground_of(session, provider_id, now).holds
    if is_held(holds, learner_ids=everyone, activity_ids=activities):
        raise Refused("legal_hold")
    table = models.OfficeGrant
    if session.scalars(select(table.id).where(table.person_id.in_(everyone), table.revoked_at.is_(None))).first():
        raise Refused("erasure_of_staff")


def erase(session: Session, provider_id: str, learner_id: str, now: datetime) -> Counts:
    """Carry an erasure out in the caller's transaction; gives rows that went, by table. Check it first.

    All identities that were merged into this person go with it.
    """
    everyone = session.scalars(identities(learner_id)).all()
    for identity in everyone:
        forget_contact(session, identity)
    kept = [one.id for one in _with_credit(session, learner_id)]
    part = models.Participation
    others = session.scalars(select(part.id).where(part.learner_id.in_(everyone), part.id.not_in(kept))).all()
    counts = remove_participations(session, others) if others else {}
    counts = added(counts, _erase_beside(session, kept))
    for identity in everyone:
        counts = added(counts, take_name_off(session, identity))
    return counts


def _erase_beside(session: Session, kept: Sequence[str]) -> Counts:
    """Of credit that stays: answers, free text and times of study go, and the reasons given for late claims."""
    late = models.LateClaim
    gone = (
        delete(models.Accommodation).where(models.Accommodation.participation_id.in_(kept)),
        delete(late).where(late.participation_id.in_(kept), late.decided_at.is_(None)),
    )
    session.execute(update(late).where(late.participation_id.in_(kept)).values(reason="", note=""))
    return added(remove_answers(session, kept), counted(session, gone))
