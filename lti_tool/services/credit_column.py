"""A learner's credit in a gradebook column of its own, for the deployments whose office wants it.

The column is one per course and activity. It is a ``Placement`` row of its own that is no link, so that its scores are
queued, sent, compared and sent again like every other, and never meet those of the link's column.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.catalogue.credit import credit_type, phrase
from lti_tool.db import models
from lti_tool.db.engine import note
from lti_tool.db.load import accounts
from lti_tool.db.upsert import insert_once
from lti_tool.domain.activity import Activity
from lti_tool.domain.credit import printed_amount
from lti_tool.domain.ledger import balance, live_award
from lti_tool.services.grade import Grade, has_grade, identity_in, owe, placements_of
from lti_tool.services.line_item import CREDIT_LINK, WRITE_SCOPE
from lti_tool.services.participation import Progress

NO_CREDIT = "No credit."
MAX_TITLE = 240
"""Characters of an activity's title in a column's name: LMSs keep 255."""


def column_maximum(activity: Activity) -> int:
    """The largest amount offered, rounded up, because several LMSs take whole numbers only."""
    largest = max((offer.maximum for offer in activity.credits), default=Decimal(0))
    return int(largest.to_integral_value(ROUND_CEILING))


def credit_held(session: Session, learner_id: str, activity_id: str, activity: Activity) -> tuple[Decimal, str]:
    """What a learner holds of the credit that comes first in the activity's order, with the amount and the body's
    phrase. Other types are told on the learner's own page: amounts of different types are never added up."""
    chains = accounts(session, learner_id, activity_id)
    for offer in activity.credits:
        chain = chains.get(offer.credit_type, ())
        award = live_award(chain)
        if award is not None and award.is_awarded:
            amount = balance(chain)
            words = phrase(credit_type(offer.credit_type, activity.designated_on), amount, offer.variant)
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
        if is_makeable(link):
            links.setdefault(link.course_id, link)
    wants = wanting(session, {link.course.deployment_id for link in links.values()})
    for link in links.values():
        if link.course.deployment_id in wants:
            column = open_column(session, link, found.activity_id, found.activity, now)
            owe_credit(session, found.learner_id, column, found.activity, now)


def owe_credit(session: Session, learner_id: str, column: models.Placement, activity: Activity, now: datetime) -> None:
    """Queue what a learner holds for one column, unless it was told already. Call it with the participation locked."""
    amount, words = credit_held(session, learner_id, column.credit_activity_id or "", activity)
    whose = identity_in(session, learner_id, column.course_id)
    if amount > 0 or has_grade(session, whose, column):
        maximum = column.lms_maximum or column.credit_maximum or column_maximum(activity)
        owe(session, whose, column, Grade(float(amount), float(maximum), None, words), now)


def is_makeable(link: models.Placement) -> bool:
    """The LMS lets the tool make columns here. Where it does not nothing is queued: it could only be given up."""
    return bool(link.line_items) and WRITE_SCOPE in link.scopes.split()


def wanting(session: Session, deployment_ids: Collection[str]) -> Collection[str]:
    """Those of the deployments whose office wants columns. The switch waits for whoever asks and the other way round:
    either an entry of the ledger is told by who makes it, or it is there for the walk that follows the switch."""
    table = models.Deployment
    asked = select(table.id, table.sends_credit).where(table.id.in_(deployment_ids)).order_by(table.id)
    found = session.execute(asked.with_for_update(read=True)) if deployment_ids else ()
    return {key for key, is_on in found if is_on}


def open_column(
    session: Session, link: models.Placement, activity_id: str, activity: Activity, now: datetime
) -> models.Placement:
    """The course's column of an activity's credit. A new one is to be walked: others may hold credit already."""
    key = {"course_id": link.course_id, "resource_link_id": f"{CREDIT_LINK}{activity_id}"}
    rest = {
        "title": f"{activity.title[:MAX_TITLE]}: credit",
        "credit_activity_id": activity_id,
        "credit_maximum": column_maximum(activity),
        "credit_cursor": "",
        "created_at": now,
    }
    row = insert_once(session, models.Placement, key, rest)
    note(row, line_items=link.line_items, scopes=link.scopes)
    return row
