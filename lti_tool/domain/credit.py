"""Credit: types, offers, amounts, and who may be awarded what.

Sources: AMA PRA credit system (designation in advance, quarter-hour steps, award to MD/DO and
equivalents only); summary with citations in ``docs/reference/rules.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lti_tool.domain.errors import BadInput

HUNDREDTH = Decimal("0.01")


class Degree(StrEnum):
    """Degrees and professions a learner can choose. The physician ones are listed in ``PHYSICIAN_DEGREES``."""

    MD = "MD"
    DO = "DO"
    MBBS = "MBBS"
    OTHER_PHYSICIAN = "physician-other"
    """A medical degree of another country that is equivalent to an MD or DO, by the learner's own word."""
    PA = "PA"
    NP = "NP"
    RN = "RN"
    PHARMACIST = "pharmacist"
    PHARMACY_TECHNICIAN = "pharmacy-technician"
    PSYCHOLOGIST = "psychologist"
    SOCIAL_WORKER = "social-worker"
    DENTIST = "dentist"
    DIETITIAN = "dietitian"
    STUDENT = "student"
    OTHER = "other"


PHYSICIAN_DEGREES = frozenset({Degree.MD, Degree.DO, Degree.MBBS, Degree.OTHER_PHYSICIAN})
"""Only these are *awarded* AMA PRA credit (AMA PRA booklet, "Who may be awarded"); all others *participated*."""

PRINTED_DEGREES = frozenset({Degree.MD, Degree.DO, Degree.MBBS, Degree.PA, Degree.NP, Degree.RN})
"""Degrees whose own letters are printed after the name."""


@dataclass(frozen=True, slots=True)
class CreditType:
    """One body's credit, in the edition in force on a date. Produced by ``lti_tool.catalogue``.

    Texts are catalogue texts: ``{slot}`` placeholders, ``*…*`` for italics (see ``domain.text``).
    """

    code: str
    body: str
    edition: str
    phrase_one: str
    phrase_many: str
    minutes_per_unit: int
    step: Decimal
    awarded_to: frozenset[Degree]
    designation_text: str
    awarded_text: str
    participated_text: str
    effective_from: date

    def phrase(self, amount: Decimal) -> str:
        """The body's marked phrase in the grammatical number of ``amount`` (1.00 is singular)."""
        return self.phrase_one if amount == 1 else self.phrase_many

    def is_awarded_to(self, degree: Degree) -> bool:
        return degree in self.awarded_to


@dataclass(frozen=True, slots=True)
class CreditOffer:
    """What an activity was designated for. Amounts are in the type's unit, quarter steps for AMA PRA."""

    credit_type: str
    maximum: Decimal
    minimum: Decimal


def printed_amount(amount: Decimal) -> str:
    """Two decimals, never rounded away: ``Decimal("1")`` prints as ``1.00``."""
    return str(amount.quantize(HUNDREDTH))


def claimable_amounts(offer: CreditOffer, step: Decimal) -> tuple[Decimal, ...]:
    """Every amount that ``check_amount`` accepts, smallest first: the multiples of ``step`` within the offer."""
    first = max(1, math.ceil(offer.minimum / step))
    last = math.floor(offer.maximum / step)
    return tuple(step * count for count in range(first, last + 1))


def check_amount(offer: CreditOffer, step: Decimal, amount: Decimal) -> None:
    """Refuse an amount that is out of range or between steps.

    Raises ``BadInput`` with code ``claim_above_maximum``, ``claim_below_minimum`` or ``claim_not_in_steps``.
    """
    facts: dict[str, Any] = {"amount": amount, "minimum": offer.minimum, "maximum": offer.maximum, "step": step}
    if not amount.is_finite() or amount > offer.maximum:
        raise BadInput("claim_above_maximum", faults={"amount": "claim_above_maximum"}, **facts)
    if amount < offer.minimum or amount <= 0:
        raise BadInput("claim_below_minimum", faults={"amount": "claim_below_minimum"}, **facts)
    if amount % step != 0:
        raise BadInput("claim_not_in_steps", faults={"amount": "claim_not_in_steps"}, **facts)
