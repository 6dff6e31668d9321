"""Awards that were entered for somebody before they had an account: found at their first launch, theirs once they
have confirmed that they are the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_name
from lti_tool.db import models
from lti_tool.db.load import accounts, profile_value
from lti_tool.domain.award_rule import RuleForm
from lti_tool.domain.errors import Conflict, NotFound, Refused
from lti_tool.domain.ledger import live_award
from lti_tool.domain.wire import read_value
from lti_tool.services.audit import ToolActor
from lti_tool.services.certificate import Link
from lti_tool.services.learner import ProfileForm, read_profile
from lti_tool.services.override import award_by_staff
from lti_tool.services.ports import CertificatePrinter
from lti_tool.services.rule_award import award_by_rule
from lti_tool.services.session import Visit


@dataclass(frozen=True, slots=True)
class WaitingAward:
    id: str
    activity_title: str
    credit_name: str
    amount: Decimal


def match_waiting_awards(session: Session, provider_id: str, learner_id: str, mark: str) -> None:
    """At a launch: what was entered for this address may be this person's. The LMS vouches for the address; ``mark``
    is its digest, ``""`` where it shares none."""
    if not mark:
        return
    table = models.PendingAward
    mine = table.email_digest == mark
    query = update(table).where(mine, table.provider_id == provider_id, table.settled_at.is_(None))
    session.execute(query.where(table.learner_id.is_(None)).values(learner_id=learner_id))


def _own(visit: Visit) -> Select[models.PendingAward]:
    table = models.PendingAward
    return select(table).where(
        table.learner_id == visit.learner_id, table.provider_id == visit.provider_id, table.settled_at.is_(None)
    )


def waiting_awards(session: Session, visit: Visit) -> tuple[WaitingAward, ...]:
    """What waits for this learner's word, oldest first. Nothing for staff and test users."""
    if visit.is_staff or visit.is_test_user:
        return ()
    rows = session.scalars(_own(visit).order_by(models.PendingAward.created_at, models.PendingAward.id)).all()
    titles = {row.id: session.get_one(models.Activity, row.activity_id).title for row in rows}
    return tuple(WaitingAward(row.id, titles[row.id], credit_name(row.credit_type), row.amount) for row in rows)


def _locked(session: Session, visit: Visit, award_id: str) -> models.PendingAward:
    row = session.scalars(_own(visit).where(models.PendingAward.id == award_id).with_for_update()).first()
    if row is None:
        raise NotFound("waiting_award_unknown")
    return row


def has_profile(session: Session, visit: Visit) -> bool:
    return profile_value(session.get_one(models.Learner, visit.learner_id)) is not None


def take_waiting_award(
    session: Session,
    visit: Visit,
    award_id: str,
    form: ProfileForm | None,
    printer: CertificatePrinter,
    link: Link,
    now: datetime,
) -> None:
    """ "That is me": the award is entered and the certificate issued. ``form`` gives particulars not yet confirmed.

    Raises ``NotFound("waiting_award_unknown")``, ``BadInput("profile_unusable")``, and ``Refused`` as
    ``award_by_staff`` or ``award_by_rule``, or ``waiting_award_ended`` for credit that was taken back from this person
    or has expired, which only staff who know that can award again: then it goes on waiting.
    """
    row = _locked(session, visit, award_id)
    chain = accounts(session, visit.learner_id, row.activity_id).get(row.credit_type, ())
    if chain and live_award(chain) is None:
        raise Refused("waiting_award_ended")
    learner = session.get_one(models.Learner, visit.learner_id)
    if learner.confirmed_at is None and form is not None:
        profile = read_profile(form, printer)
        learner.printed_name, learner.degree, learner.country = profile.printed_name, profile.degree, profile.country
        learner.confirmed_at = now
        session.flush()
    actor = ToolActor(visit.provider_id, row.actor)
    whose = (session, actor, visit.learner_id, row.activity_id, row.credit_type)
    if row.rule is None:
        entry = award_by_staff(*whose, str(row.amount), row.reason, link, now, row.beyond)
    else:
        entry = award_by_rule(*whose, read_value(RuleForm, row.rule), row.reason, link, now)
    row.entry_id, row.settled_at = entry.id, now
    session.flush()


def decline_waiting_award(session: Session, visit: Visit, award_id: str, now: datetime) -> None:
    """ "That is not me": it is settled without an entry, for staff to see."""
    row = _locked(session, visit, award_id)
    if row.settled_at is not None:
        raise Conflict("waiting_award_settled")
    row.is_declined, row.settled_at = True, now
    session.flush()
