"""Credit for teaching beside what the same person earns as a learner."""

from __future__ import annotations

from decimal import Decimal

from lti_tool.domain.amount import session_amount
from lti_tool.domain.claim import AMOUNT
from lti_tool.domain.errors import BadInput
from lti_tool.services.claimable import ClaimableCredit
from lti_tool.services.credit import read_amount


def read_adjusted(one: ClaimableCredit, typed: str) -> Decimal:
    """The new amount. What teaching gave stays in it: beside it stands what may be claimed of the other sessions."""
    if one.working is None or not one.working.is_teaching:
        return read_amount(one, typed)
    taught = one.working.working.amount
    if not AMOUNT.fullmatch(typed.strip()):
        raise BadInput("claim_not_a_number")
    amount = Decimal(typed.strip())
    if amount == taught:
        return amount
    if amount - taught > beside_teaching(one):
        raise BadInput("claim_above_maximum")
    if amount - taught not in one.amounts:
        raise BadInput("claim_not_in_steps")
    return amount


def beside_teaching(one: ClaimableCredit) -> Decimal:
    """The most that somebody who presented can hold as a learner: nothing for what they presented (AMA PRA)."""
    minutes = one.working.working.minutes if one.working else None
    presented = session_amount(minutes or Decimal(0), one.credit, ())
    return max(one.offer.maximum - presented, Decimal(0))
