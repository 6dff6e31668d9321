"""Credit: types, offers, amounts, and who may be awarded what.

Sources: AMA PRA credit system (designation in advance, quarter-hour steps, award to MD/DO and
equivalents only); summary with citations in ``docs/reference/rules.md``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    APRN = "APRN"
    """Advanced practice registered nurses other than nurse practitioners: CRNA, CNS, CNM."""
    RN = "RN"
    LPN = "LPN"
    PHARMACIST = "pharmacist"
    PHARMACY_TECHNICIAN = "pharmacy-technician"
    PSYCHOLOGIST = "psychologist"
    SOCIAL_WORKER = "social-worker"
    DENTIST = "dentist"
    DENTAL_TEAM = "dental-team"
    """Dental hygienists, assistants and laboratory technicians."""
    DIETITIAN = "dietitian"
    DIETETIC_TECHNICIAN = "dietetic-technician"
    OPTOMETRIST = "optometrist"
    PODIATRIST = "podiatrist"
    ATHLETIC_TRAINER = "athletic-trainer"
    STUDENT = "student"
    OTHER = "other"


PHYSICIAN_DEGREES = frozenset({Degree.MD, Degree.DO, Degree.MBBS, Degree.OTHER_PHYSICIAN})
"""Only these are *awarded* AMA PRA credit (AMA PRA booklet, "Who may be awarded"); all others *participated*."""

PRINTED_DEGREES = frozenset(
    {Degree.MD, Degree.DO, Degree.MBBS, Degree.PA, Degree.NP, Degree.APRN, Degree.RN, Degree.LPN}
)
"""Degrees whose own letters are printed after the name."""


class Unit(StrEnum):
    """What a body counts its credit in."""

    CREDIT = "credit"
    CONTACT_HOUR = "contact hour"
    HOUR = "hour"
    CPEU = "CPEU"
    ECMEC = "ECMEC"
    POINT = "point"


class Rounding(StrEnum):
    """How an amount between two steps is brought to one. ``NONE``: it stands as it is, in hundredths."""

    NEAREST = "nearest"
    DOWN = "down"
    NONE = "none"


class Basis(StrEnum):
    """What the amount of a learning format is counted by."""

    TIME = "time"
    EACH = "each"
    """A fixed amount for each article, review or test-item-writing activity."""
    STAGES = "stages"
    """A fixed amount for each stage, done in sequence, and a bonus for all of them."""
    CYCLES = "cycles"
    """A fixed amount for each reflective cycle."""
    TEACHING = "teaching"
    """A fixed amount for each hour presented."""


@dataclass(frozen=True, slots=True)
class FormatRule:
    """How one learning format earns one type of credit. ``amount`` is per review, stage, cycle or hour taught."""

    basis: Basis = Basis.TIME
    amount: Decimal = Decimal(0)
    bonus: Decimal = Decimal(0)
    stages: int = 0
    must_be_confirmed: bool = False


TIMED = FormatRule()
TEACHING = "learning from teaching"
"""Not a format but a role: faculty of a live activity (AMA PRA). Named like one in the catalogue."""


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
    unit: Unit = Unit.CREDIT
    rounding: Rounding = Rounding.NEAREST
    least: Decimal = Decimal(0)
    """The smallest amount that may be designated or claimed; ``0``: one step."""
    countries: frozenset[str] = frozenset()
    """ISO 3166-1 alpha-2 codes of those who may be awarded it; empty: anywhere."""
    is_partial_allowed: bool = True
    """False where all earn the same: the designated amount or nothing."""
    ids_required: tuple[str, ...] = ()
    """``domain.credential.IdKind`` values without which nothing is awarded; ``licence:US-CA`` names a place."""
    ids_optional: tuple[str, ...] = ()
    sub_buckets: tuple[str, ...] = ()
    """Parts of the amount that boards count separately, such as pharmacology: never additional to it."""
    variants: tuple[str, ...] = ()
    """What the body distinguishes within the type (ACPE: Knowledge, Application); an offer names one."""
    reference_name: str = ""
    """What the body calls the number that an offer must name (UAN, provider number); ``""``: none."""
    reference_pattern: str = ""
    retention_years: int = 6
    validity_months: int = 0
    """How long an activity may be offered without a new approval; ``0``: the body says nothing."""
    report_to: str = ""
    report_within_days: int = 0
    """Days after completion; ``0``: no deadline of the body's own."""
    refused_formats: frozenset[str] = frozenset()
    """Learning formats for which the body gives no credit of this type."""
    formats: Mapping[str, FormatRule] = field(default_factory=dict)
    """By the format's printed name; a format without a rule is counted by time."""
    provider_kinds: frozenset[str] = frozenset()
    """``Accreditation`` values of the providers that may offer it; empty: any."""
    session_maximum: Decimal | None = None
    """The most that the body gives for one session of a series."""
    day_maximum: Decimal | None = None
    """The most that it gives for one day of a live activity."""
    pass_percents: Mapping[str, int] = field(default_factory=dict)
    """By variant: the least percentage of right answers that the body asks of a required post-test."""
    feedback_variants: tuple[str, ...] = ()
    """Variants that need a required post-test with a pass mark, whose feedback gives for each question the rationale
    and what it rests on."""
    must_be_confirmed: bool = False
    """Some wording was not read in the body's own document: staff compare and confirm it before first use."""
    notes: str = ""

    def phrase(self, amount: Decimal) -> str:
        """The body's marked phrase in the grammatical number of ``amount`` (1.00 is singular)."""
        return self.phrase_one if amount == 1 else self.phrase_many

    @property
    def printing_order(self) -> tuple[bool, str]:
        """A key: on a certificate of several credits the type with words for participants comes first, then by code."""
        return self.participated_text == "", self.code

    def is_awarded_to(self, degree: Degree) -> bool:
        return degree in self.awarded_to

    def rule_for(self, learning_format: str) -> FormatRule:
        """How a format is counted."""
        return self.formats.get(learning_format, TIMED)


@dataclass(frozen=True, slots=True)
class CreditOffer:
    """What an activity was designated for. Amounts are in the type's unit, quarter steps for AMA PRA."""

    credit_type: str
    maximum: Decimal
    minimum: Decimal
    variant: str = ""
    reference: str = ""
    """UAN, provider or activity number, where the type's texts name one."""
    parts: Mapping[str, Decimal] = field(default_factory=dict)
    """Of ``maximum``, by sub-bucket of the type (pharmacology, ethics, opioid)."""
    topics: tuple[str, ...] = ()
    """Boards' topic tags, for transcripts and reports."""
    session_maximum: Decimal | None = None
    """The most that one session of a series gives."""
    group: str = ""
    """Offers of one group exclude each other: a learner claims one of them."""


def printed_amount(amount: Decimal) -> str:
    """Two decimals, never rounded away: ``Decimal("1")`` prints as ``1.00``."""
    return str(amount.quantize(HUNDREDTH))


def least_amount(credit: CreditType, offer: CreditOffer) -> Decimal:
    """The smallest amount that may be claimed: all of it where the body knows no partial credit."""
    if not credit.is_partial_allowed:
        return offer.maximum
    return max(offer.minimum, credit.least, credit.step)


def claimable(credit: CreditType, offer: CreditOffer, learning_format: str) -> tuple[Decimal, ...]:
    """Every amount of the offer that its type and format know, smallest first."""
    rule = credit.rule_for(learning_format)
    within = CreditOffer(offer.credit_type, offer.maximum, least_amount(credit, offer))
    if rule.basis is Basis.EACH:
        return (offer.maximum,)
    if rule.basis is Basis.STAGES:
        whole = rule.amount * rule.stages + rule.bonus
        stages = (*(rule.amount * count for count in range(1, rule.stages)), whole)
        return tuple(amount for amount in stages if within.minimum <= amount <= within.maximum)
    step = rule.amount if rule.basis is Basis.CYCLES else credit.step
    return claimable_amounts(within, step)


def certain_parts(offer: CreditOffer, amount: Decimal) -> dict[str, Decimal]:
    """The sub-buckets of a claim of ``amount``: what it holds of each whatever part of the activity was left out."""
    left_out = max(offer.maximum - amount, Decimal(0))
    sure = {name: part - left_out for name, part in offer.parts.items()}
    return {name: part for name, part in sure.items() if part > 0}


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
