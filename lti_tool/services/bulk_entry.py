"""A checked list of awards is entered, wholly or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.errors import Refused
from lti_tool.domain.wire import write_value
from lti_tool.services.audit import note
from lti_tool.services.bulk_award import CheckedRoll, CheckedRow, rule_form
from lti_tool.services.certificate import Link
from lti_tool.services.office import Officer
from lti_tool.services.override import award_by_staff
from lti_tool.services.rule_award import award_by_rule


@dataclass(frozen=True, slots=True)
class Entered:
    awarded: int
    waiting: int
    known: int = 0
    """What an earlier upload of the same rows has entered already."""


def enter_roll(
    session: Session,
    officer: Officer,
    activity_id: str,
    checked: CheckedRoll,
    link: Link,
    now: datetime,
    *,
    is_again_meant: bool = False,
    confirmed: frozenset[str] = frozenset(),
) -> Entered:
    """Enter a checked list in the transaction in which it was checked; what is known already stays as it is.

    ``is_again_meant``: staff have said that credit which was taken back or has expired is to be awarded again.
    ``confirmed``: values of the conditions that they have confirmed for all rows by a rule. Raises ``Refused``:
    ``roll_has_faults``, ``roll_awards_again`` and ``roll_unconfirmed`` where that was not said, and as
    ``award_by_rule`` for two rows that exclude each other.
    """
    if checked.faults or not checked.rows:
        raise Refused("roll_has_faults")
    if checked.again_count and not is_again_meant:
        raise Refused("roll_awards_again")
    if any(one.value not in confirmed for one in checked.conditions):
        raise Refused("roll_unconfirmed")
    waiting, news = 0, [one for one in checked.rows if not one.is_known]
    for one in news:
        row = one.row
        if one.learner_id is None:
            waiting += 1
            session.add(_waiting(officer, activity_id, one, confirmed, now))
            continue
        whose = (session, officer, one.learner_id, activity_id, row.credit_type)
        if row.rule:
            award_by_rule(*whose, rule_form(row, confirmed), one.reason, link, now)
        else:
            award_by_staff(*whose, row.amount, one.reason, link, now, one.beyond)
    session.flush()
    entered = Entered(len(news) - waiting, waiting, len(checked.rows) - len(news))
    if not news:
        return entered
    detail = {"awarded": entered.awarded, "waiting": entered.waiting}
    detail |= {"again": checked.again_count} if checked.again_count else {}
    note(
        session, officer, "credit.roll_entered", f"activity:{activity_id}", now, activity_id=activity_id, detail=detail
    )
    return entered


def _waiting(
    officer: Officer, activity_id: str, one: CheckedRow, confirmed: frozenset[str], now: datetime
) -> models.PendingAward:
    form = rule_form(one.row, confirmed)
    return models.PendingAward(
        provider_id=officer.provider_id,
        activity_id=activity_id,
        credit_type=one.row.credit_type,
        amount=one.amount,
        rule={**write_value(form), "confirmed": sorted(confirmed)} if one.row.rule else None,
        email_digest=one.digest,
        reason=one.reason,
        beyond=one.beyond,
        actor=officer.person_id,
        created_at=now,
    )
