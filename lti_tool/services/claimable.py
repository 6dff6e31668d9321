"""What one learner may claim for one activity: each credit with its amounts, what it needs, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from lti_tool.catalogue import attestation, credit_type, phrase
from lti_tool.domain.activity import Activity, LearningFormat
from lti_tool.domain.credential import Requirement, requirements
from lti_tool.domain.credit import CreditOffer, CreditType, claimable
from lti_tool.domain.eligibility import Bar, Choice, Option, choice_of
from lti_tool.domain.learner import Profile
from lti_tool.domain.pathway import claim_blockers
from lti_tool.domain.text import RichText
from lti_tool.services.equivalent import equivalent_activities
from lti_tool.services.ledger import elsewhere
from lti_tool.services.participation import Progress

PARTICIPATION = "attendance"
"""The catalogue's type without credit: its attestation is that of everybody who is not awarded credit."""
_NO_SUGGESTION = frozenset({LearningFormat.LIVE, LearningFormat.OTHER})
"""Formats of which somebody may have attended a part: the whole is never suggested (AMA PRA, claiming)."""


@dataclass(frozen=True, slots=True)
class ClaimableCredit:
    """One credit that this learner may claim, or may have their participation certified for."""

    credit: CreditType
    offer: CreditOffer
    is_awarded: bool
    amounts: tuple[Decimal, ...]
    """Every claimable amount, smallest first; empty where nothing is awarded and so nothing is chosen."""
    suggested: Decimal | None
    attestation: str
    is_optional: bool = False
    """One of several: the learner may leave it."""

    @classmethod
    def of(cls, credit: CreditType, offer: CreditOffer, activity: Activity, *, is_awarded: bool) -> ClaimableCredit:
        """Apart from any learner, for staff's own entries."""
        return _claimable(activity, Option(credit, offer), is_awarded=is_awarded, is_optional=False)

    @property
    def field(self) -> str:
        """Name of the form's control."""
        return f"amount.{self.credit.code}"

    @property
    def label(self) -> RichText:
        """The body's phrase in the number of the maximum."""
        return phrase(self.credit, self.offer.maximum, self.offer.variant)

    @property
    def needs(self) -> tuple[Requirement, ...]:
        """Without these nothing is awarded."""
        return requirements(self.credit.ids_required) if self.is_awarded else ()

    @property
    def takes(self) -> tuple[Requirement, ...]:
        """These may be given too."""
        return requirements(self.credit.ids_optional) if self.is_awarded else ()


@dataclass(frozen=True, slots=True)
class BarredCredit:
    """A credit of the activity that this learner cannot claim, and why. ``title``: the equivalent activity."""

    label: RichText
    bar: Bar
    title: str = ""


@dataclass(frozen=True, slots=True)
class Claimables:
    """Both sides of the claim page."""

    credits: tuple[ClaimableCredit, ...]
    barred: tuple[BarredCredit, ...] = ()


def _claimable(activity: Activity, option: Option, *, is_awarded: bool, is_optional: bool) -> ClaimableCredit:
    amounts = claimable(option.credit, option.offer, activity.format.value) if is_awarded else ()
    is_open = activity.format in _NO_SUGGESTION and len(amounts) != 1
    waits = is_optional and bool(option.credit.ids_required or option.offer.group)
    suggested = amounts[-1] if amounts and not is_open and not waits else None
    attested = option.credit if is_awarded else credit_type(PARTICIPATION, activity.designated_on)
    return ClaimableCredit(
        option.credit, option.offer, is_awarded, amounts, suggested, attestation(attested), is_optional
    )


def _credits(activity: Activity, choice: Choice) -> tuple[ClaimableCredit, ...]:
    if choice.participation is not None:
        return (_claimable(activity, choice.participation, is_awarded=False, is_optional=False),)
    is_optional = len(choice.awarded) > 1
    return tuple(_claimable(activity, option, is_awarded=True, is_optional=is_optional) for option in choice.awarded)


def _offers(activity: Activity) -> list[tuple[CreditType, CreditOffer]]:
    return [(credit_type(offer.credit_type, activity.designated_on), offer) for offer in activity.credits]


def claimable_credits(activity: Activity, profile: Profile) -> tuple[ClaimableCredit, ...]:
    """What this person may claim of an activity from which they have no credit yet: the credit they are awarded; else
    participation in what was designated for credit; else participation."""
    fallback = credit_type(PARTICIPATION, activity.designated_on)
    return _credits(activity, choice_of(_offers(activity), profile, fallback))


def claimables(session: Session, found: Progress) -> Claimables:
    """What is left to claim now, and what is not for this learner. Nothing before the particulars are confirmed."""
    profile, activity, record = found.profile, found.activity, found.record
    if profile is None:
        return Claimables(())
    titles = elsewhere(session, found, equivalent_activities(session, found))
    held = {claim.credit_type for claim in record.claims}
    choice = choice_of(
        _offers(activity),
        profile,
        credit_type(PARTICIPATION, activity.designated_on),
        held=held,
        ended=record.ended_types,
        elsewhere=titles,
    )
    is_over = bool(held) and bool(claim_blockers(activity, record, found.now))
    barred = (_barred(option, titles) for option in choice.barred)
    return Claimables(() if is_over else _credits(activity, choice), tuple(barred))


def _barred(option: Option, titles: dict[str, str]) -> BarredCredit:
    label = phrase(option.credit, option.offer.maximum, option.offer.variant)
    return BarredCredit(label, option.bars[0], titles.get(option.credit.code, ""))
