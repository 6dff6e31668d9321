"""What may be claimed, as a rule of the offers, the bodies' credit types and the learner's degree.

No catalogue is asked here: whoever calls has the types, from the catalogue or from a dated copy of an activity.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.credit import CreditOffer, CreditType, Degree, check_amount, claimable_amounts
from lti_tool.domain.errors import BadInput
from lti_tool.domain.text import RichText

AMOUNT = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")
NO_SUGGESTION = frozenset({LearningFormat.LIVE, LearningFormat.OTHER})
"""Formats of which somebody may have attended a part: the whole is never suggested (AMA PRA, claiming)."""


@dataclass(frozen=True, slots=True)
class OfferedCredit:
    """One offer for one degree. ``amounts`` is empty where nothing is awarded and so nothing is chosen."""

    credit: CreditType
    offer: CreditOffer
    is_awarded: bool
    amounts: tuple[Decimal, ...]
    suggested: Decimal | None
    attestation: str
    is_optional: bool = False
    """One of several: the learner may leave it."""

    @property
    def phrase(self) -> RichText:
        """The body's phrase in the number of the maximum."""
        return RichText.parse(self.credit.phrase(self.offer.maximum), variant=self.offer.variant)

    @property
    def field(self) -> str:
        """Name of the form's control."""
        return f"amount.{self.credit.code}"


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """A body's credit type with the sentence that is confirmed by claiming it."""

    credit: CreditType
    attestation: str


def _offered(
    offer: CreditOffer, terms: CreditTerms, learning_format: LearningFormat, degree: Degree, participation: str
) -> OfferedCredit:
    credit = terms.credit
    is_awarded = credit.is_awarded_to(degree)
    amounts = claimable_amounts(offer, credit.step) if is_awarded else ()
    is_open = learning_format in NO_SUGGESTION and len(amounts) != 1
    suggested = amounts[-1] if amounts and not is_open else None
    return OfferedCredit(
        credit, offer, is_awarded, amounts, suggested, terms.attestation if is_awarded else participation
    )


def offered_credits(
    offers: Sequence[CreditOffer],
    terms: Mapping[str, CreditTerms],
    learning_format: LearningFormat,
    degree: Degree,
    participation: str,
) -> tuple[OfferedCredit, ...]:
    """What this degree may claim: the credit it is awarded; else participation in what was designated for credit; else
    participation. ``terms`` by credit type; ``participation`` is the attestation of whoever is not awarded credit."""
    found = [_offered(offer, terms[offer.credit_type], learning_format, degree, participation) for offer in offers]
    awarded = [one for one in found if one.is_awarded]
    awarded = [replace(one, is_optional=len(awarded) > 1) for one in awarded]
    designated = [one for one in found if one.credit.designation_text]
    return tuple(awarded or designated or found)


def without_identifiers(offered: Sequence[OfferedCredit]) -> tuple[OfferedCredit, ...]:
    """What can be claimed where no identifiers for boards are asked for."""
    return tuple(one for one in offered if not (one.is_awarded and one.credit.ids_required))


def claimed_amounts(offered: Sequence[OfferedCredit], typed: Mapping[str, str], *, is_attested: bool) -> list[Decimal]:
    """One amount each of what is claimed; where nothing is awarded, what the activity was designated for.

    Raises ``BadInput("claim_unusable")`` with faults ``attestation`` (``missing``) and ``amount.<credit type>``:
    ``claim_missing`` (of several, where none is claimed), ``claim_not_a_number``, ``claim_above_maximum``,
    ``claim_below_minimum``, ``claim_not_in_steps``.
    """
    faults = {} if is_attested else {"attestation": "missing"}
    amounts = []
    is_any = any(typed.get(one.credit.code, "").strip() for one in offered)
    for one in offered:
        if one.is_optional and is_any and not typed.get(one.credit.code, "").strip():
            continue
        try:
            amounts.append(_amount(one, typed) if one.is_awarded else one.offer.maximum)
        except BadInput as error:
            faults[one.field] = error.code
    if faults:
        raise BadInput("claim_unusable", faults=faults)
    return amounts


def _amount(one: OfferedCredit, typed: Mapping[str, str]) -> Decimal:
    text = typed.get(one.credit.code, "").strip()
    if not text:
        raise BadInput("claim_missing")
    if not AMOUNT.fullmatch(text):
        raise BadInput("claim_not_a_number")
    amount = Decimal(text)
    check_amount(one.offer, one.credit.step, amount)
    return amount
