"""A learner's credit in a gradebook column of its own, for the deployments whose office wants it.

The column is one per course and activity. It is a ``Placement`` row of its own that is no link, so that its scores are
queued, sent, compared and sent again like every other, and never meet those of the link's column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.catalogue.credit import credit_type, phrase
from lti_tool.db import models
from lti_tool.db.load import accounts
from lti_tool.db.upsert import insert_once
from lti_tool.domain.activity import Activity
from lti_tool.domain.credit import printed_amount
from lti_tool.domain.errors import NotFound
from lti_tool.domain.ledger import balance, live_award
from lti_tool.services.audit import Actor, note
from lti_tool.services.grade import Grade, has_grade, identity_in, owe, placements_of
from lti_tool.services.line_item import WRITE_SCOPE
from lti_tool.services.participation import Progress

NO_CREDIT = "No credit."
MAX_TITLE = 240
"""Characters of an activity's title in a column's name: LMSs keep 255."""


@dataclass(frozen=True, slots=True)
class CreditColumns:
    """One deployment of a platform, and whether its courses get a column for credit."""

    deployment_id: str
    is_on: bool
    refusing: int
    """Links that open an activity where the LMS lets the tool make no columns."""


def column_maximum(activity: Activity) -> int:
    """The largest amount offered, rounded up, because several LMSs take whole numbers only."""
    largest = max((offer.maximum for offer in activity.credits), default=Decimal(0))
    return int(largest.to_integral_value(ROUND_CEILING))


def credit_held(session: Session, found: Progress) -> tuple[Decimal, str]:
    """What the learner holds of the credit that comes first in the activity's order, with the amount and the body's
    phrase. Other types are told on the learner's own page: amounts of different types are never added up."""
    chains = accounts(session, found.learner_id, found.activity_id)
    for offer in found.activity.credits:
        chain = chains.get(offer.credit_type, ())
        award = live_award(chain)
        if award is not None and award.is_awarded:
            amount = balance(chain)
            words = phrase(credit_type(offer.credit_type, found.activity.designated_on), amount, offer.variant)
            return amount, f"{printed_amount(amount)} {words.plain}"
    return Decimal(0), NO_CREDIT


def note_credit(session: Session, found: Progress, provider_id: str, now: datetime) -> None:
    """Queue what the learner holds for each course that has a column for it. Call it after the ledger has changed, in
    the same transaction. Nothing is told of a learner who never held any."""
    maximum = column_maximum(found.activity)
    if found.is_trial or maximum == 0:
        return
    links: dict[str, models.Placement] = {}
    for link in placements_of(session, found, provider_id):
        if _may_have_column(link):
            links.setdefault(link.course_id, link)
    if not links:
        return
    amount, words = credit_held(session, found)
    for link in links.values():
        column = _column(session, link, found, maximum, now)
        whose = identity_in(session, found.learner_id, link.course_id)
        if amount > 0 or has_grade(session, whose, column):
            owe(session, whose, column, Grade(float(amount), float(column.credit_maximum or maximum), None, words), now)


def _may_have_column(link: models.Placement) -> bool:
    """Without the scope nothing is queued: it could only be given up."""
    is_makeable = bool(link.line_items) and WRITE_SCOPE in link.scopes.split()
    return is_makeable and link.course.deployment.sends_credit


def _column(session: Session, link: models.Placement, found: Progress, maximum: int, now: datetime) -> models.Placement:
    """The course's column of this activity's credit. Its maximum stays as it was made: LMSs rescale to their own."""
    key = {"course_id": link.course_id, "resource_link_id": f"credit:{found.activity_id}"}
    rest = {
        "title": f"{found.activity.title[:MAX_TITLE]}: credit",
        "credit_activity_id": found.activity_id,
        "credit_maximum": maximum,
        "created_at": now,
    }
    row = insert_once(session, models.Placement, key, rest)
    row.line_items, row.scopes = link.line_items, link.scopes
    return row


def _own(session: Session, provider_id: str, platform_id: str) -> Sequence[models.Deployment]:
    table = models.Deployment
    own = select(table).where(table.platform_id == platform_id, table.provider_id == provider_id)
    return session.scalars(own.order_by(table.deployment_id)).all()


def credit_columns(session: Session, provider_id: str, platform_id: str) -> tuple[CreditColumns, ...]:
    """This provider's deployments of a platform, by name."""
    own = _own(session, provider_id, platform_id)
    return tuple(CreditColumns(row.deployment_id, row.sends_credit, _refusing(session, row)) for row in own)


def _refusing(session: Session, deployment: models.Deployment) -> int:
    table, course = models.Placement, models.Course
    query = select(table.line_items, table.scopes).join(course, course.id == table.course_id)
    links = session.execute(query.where(course.deployment_id == deployment.id, table.activity_id.is_not(None)))
    return sum(1 for line_items, scopes in links if not line_items or WRITE_SCOPE not in scopes.split())


def set_credit_columns(
    session: Session, actor: Actor, platform_id: str, deployment_id: str, now: datetime, *, is_on: bool
) -> None:
    """Switch the columns of a deployment on or off, with an entry in the audit trail; off, what waits is not sent.

    Raises ``NotFound("platform_unknown")`` for a deployment that is not the actor's provider's.
    """
    own = {row.deployment_id: row for row in _own(session, actor.provider_id, platform_id)}
    row = own.get(deployment_id)
    if row is None:
        raise NotFound("platform_unknown")
    if row.sends_credit == is_on:
        return
    row.sends_credit = is_on
    session.flush()
    if not is_on:
        _withdraw(session, row, now)
    action = "credit_columns.switched_on" if is_on else "credit_columns.switched_off"
    note(session, actor, action, f"platform:{platform_id}", now, detail={"deployment": deployment_id})


def _withdraw(session: Session, deployment: models.Deployment, now: datetime) -> None:
    table, column, course = models.Delivery, models.Placement, models.Course
    columns = select(column.id).join(course, course.id == column.course_id)
    columns = columns.where(course.deployment_id == deployment.id, column.credit_activity_id.is_not(None))
    unsent = update(table).where(table.placement_id.in_(columns), table.state.in_(("waiting", "parked")))
    session.execute(
        unsent.values(state="superseded", finished_at=now), execution_options={"synchronize_session": False}
    )
