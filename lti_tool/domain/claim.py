"""What may be claimed, as a rule of the offers, the bodies' credit types and the learner's particulars.

No catalogue is asked here: whoever calls has the types, from the catalogue or from a dated copy of an activity.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.credential import Requirement, requirements
from lti_tool.domain.credit import CreditOffer, CreditType, check_amount, claimable, least_amount
from lti_tool.domain.eligibility import Option, choice_of, clashes
from lti_tool.domain.errors import BadInput
from lti_tool.domain.learner import Profile
from lti_tool.domain.text import RichText

AMOUNT = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")
NO_SUGGESTION = frozenset({LearningFormat.LIVE, LearningFormat.OTHER})
"""Formats of which somebody may have attended a part: the whole is never suggested (AMA PRA, claiming)."""
PARTICIPATION = "attendance"
"""The catalogue's type without credit: its attestation is that of everybody who is not awarded credit."""


class AwardedByIds:
    """What a credit asks of whoever is awarded it."""

    __slots__ = ()
    credit: CreditType
    is_awarded: bool

    @property
    def needs(self) -> tuple[Requirement, ...]:
        """Without these nothing is awarded."""
        return requirements(self.credit.ids_required) if self.is_awarded else ()

    @property
    def takes(self) -> tuple[Requirement, ...]:
        """These may be given too."""
        return requirements(self.credit.ids_optional) if self.is_awarded else ()


@dataclass(frozen=True, slots=True)
class OfferedCredit(AwardedByIds):
    """One offer for one person. ``amounts`` is empty where nothing is awarded and so nothing is chosen."""

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


def suggested_amount(
    option: Option, amounts: Sequence[Decimal], learning_format: LearningFormat, *, is_optional: bool
) -> Decimal | None:
    """What the form begins with; ``None``: the learner chooses without being led."""
    is_open = learning_format in NO_SUGGESTION and len(amounts) != 1
    waits = is_optional and bool(option.credit.ids_required or option.offer.group)
    return amounts[-1] if amounts and not is_open and not waits else None


def offered_credits(
    offers: Sequence[CreditOffer],
    terms: Mapping[str, CreditTerms],
    learning_format: LearningFormat,
    profile: Profile,
    participation: str,
    held: Collection[str] = (),
) -> tuple[OfferedCredit, ...]:
    """What this person may claim: the credit they are awarded; else participation in what was designated for credit;
    else participation. ``terms`` by credit type; ``participation`` is the attestation of whoever is not awarded
    credit; ``held`` are the credit types that they have claimed before."""
    pairs = [(terms[offer.credit_type].credit, offer) for offer in offers]
    choice = choice_of(pairs, profile, _without_credit(pairs[0][0]), held=held) if pairs else None
    if choice is None:
        return ()
    if choice.participation is not None:
        one = choice.participation
        return (OfferedCredit(one.credit, one.offer, False, (), None, participation),)
    is_optional = len(choice.awarded) > 1
    return tuple(_awarded(one, terms, learning_format, is_optional=is_optional) for one in choice.awarded)


def _without_credit(credit: CreditType) -> CreditType:
    """The type without credit, as far as a face needs it: nobody is awarded it and it asks for nothing."""
    return replace(
        credit,
        code=PARTICIPATION,
        awarded_to=frozenset(),
        designation_text="",
        participated_text="",
        ids_required=(),
        ids_optional=(),
    )


def _awarded(
    option: Option, terms: Mapping[str, CreditTerms], learning_format: LearningFormat, *, is_optional: bool
) -> OfferedCredit:
    amounts = claimable(option.credit, option.offer, learning_format.value)
    suggested = suggested_amount(option, amounts, learning_format, is_optional=is_optional)
    sentence = terms[option.credit.code].attestation
    return OfferedCredit(option.credit, option.offer, True, amounts, suggested, sentence, is_optional)


def chosen_credits(
    offered: Sequence[OfferedCredit], typed: Mapping[str, str], *, is_attested: bool
) -> list[tuple[OfferedCredit, Decimal]]:
    """What is claimed, with its amounts; where nothing is awarded, what the activity was designated for.

    Raises ``BadInput("claim_unusable")`` with faults ``attestation`` (``missing``), ``amounts`` (``claim_nothing``, of
    several) and ``amount.<credit type>``: ``claim_missing``, ``claim_not_a_number``, ``claim_above_maximum``,
    ``claim_below_minimum``, ``claim_not_in_steps``, ``claim_excluded``.
    """
    faults = {} if is_attested else {"attestation": "missing"}
    chosen: list[tuple[OfferedCredit, Decimal]] = []
    for one in offered:
        if one.is_optional and not typed.get(one.credit.code, "").strip():
            continue
        try:
            chosen.append((one, _amount(one, typed) if one.is_awarded else one.offer.maximum))
        except BadInput as error:
            faults[one.field] = error.code
    if not chosen and not faults:
        faults["amounts"] = "claim_nothing"
    faults |= {f"amount.{code}": "claim_excluded" for code in clashes(one.offer for one, _ in chosen)}
    if faults:
        raise BadInput("claim_unusable", faults=faults)
    return chosen


def _amount(one: OfferedCredit, typed: Mapping[str, str]) -> Decimal:
    amount = typed_amount(typed.get(one.credit.code, ""), one.credit, one.offer)
    if amount not in one.amounts:
        raise BadInput("claim_not_in_steps")
    return amount


def typed_amount(raw: str, credit: CreditType, offer: CreditOffer) -> Decimal:
    """An amount as typed, within the offer. Raises ``BadInput``: ``claim_missing``, ``claim_not_a_number``, and as
    ``domain.credit.check_amount``."""
    text = raw.strip()
    if not text:
        raise BadInput("claim_missing")
    if not AMOUNT.fullmatch(text):
        raise BadInput("claim_not_a_number")
    amount = Decimal(text)
    check_amount(CreditOffer(credit.code, offer.maximum, least_amount(credit, offer)), credit.step, amount)
    return amount


def without(amounts: Mapping[str, str], left: Collection[str]) -> dict[str, str]:
    """The amounts of a claim, but those of the credit types that are left."""
    return {code: amount for code, amount in amounts.items() if code not in left}
