"""What one learner may claim for one activity: each credit with its amounts, what it needs, and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from lti_tool.catalogue import attestation, credit_type, phrase
from lti_tool.db import models
from lti_tool.domain.activity import Activity
from lti_tool.domain.award_rule import AwardWorking
from lti_tool.domain.claim import PARTICIPATION, AwardedByIds, suggested_amount
from lti_tool.domain.credit import CreditOffer, CreditType, claimable
from lti_tool.domain.eligibility import Bar, Choice, Option, choice_of
from lti_tool.domain.learner import Profile
from lti_tool.domain.ledger import balance
from lti_tool.domain.pathway import claim_window, nothing_left
from lti_tool.domain.series import AttendedSession, SeriesCredit, series_credit, total_of
from lti_tool.domain.standing import Blocker
from lti_tool.domain.text import RichText
from lti_tool.domain.wire import read_value
from lti_tool.services.equivalent import equivalent_activities
from lti_tool.services.ledger import LEARNER, account, elsewhere
from lti_tool.services.participation import Progress


@dataclass(frozen=True, slots=True)
class ClaimableCredit(AwardedByIds):
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
    series: SeriesCredit | None = None
    """What the attended sessions give, where the activity has sessions and attendance is known."""
    held: Decimal = Decimal(0)
    """What was claimed of it before, where sessions attended since add to it: what is claimed now takes its place."""
    beyond_reason: str = ""
    """Why staff award more than the sessions give."""
    working: AwardWorking | None = None
    """How staff came to the amount, where a rule of the body gives it."""

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

    def within(self, series: SeriesCredit | None) -> ClaimableCredit:
        """Cut down to what the attended sessions give; ``None``: there is nothing to cut by."""
        if series is None or not self.is_awarded:
            return replace(self, series=series)
        amounts = tuple(amount for amount in self.amounts if amount <= series.total)
        return replace(self, amounts=amounts, suggested=None, series=series)

    def beyond(self, held: Decimal, most: Decimal) -> ClaimableCredit:
        """More of a credit that was claimed before: above ``held``, up to ``most``."""
        amounts = tuple(amount for amount in self.amounts if held < amount <= most)
        return replace(self, amounts=amounts, held=held)


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
    suggested = suggested_amount(option, amounts, activity.format, is_optional=is_optional)
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


def attended(found: Progress, credit: CreditType, offer: CreditOffer) -> SeriesCredit | None:
    """What this learner's sessions give; ``None`` for an activity without, and where attendance does not matter."""
    attendance = found.record.attendance
    if attendance is None or not found.activity.sessions:
        return None
    return series_credit(found.activity.sessions, attendance, credit, offer)


def claimable_credits(activity: Activity, profile: Profile) -> tuple[ClaimableCredit, ...]:
    """What this person may claim of an activity from which they have no credit yet: the credit they are awarded; else
    participation in what was designated for credit; else participation."""
    fallback = credit_type(PARTICIPATION, activity.designated_on)
    return _credits(activity, choice_of(_offers(activity), profile, fallback))


def given_credits(found: Progress) -> tuple[ClaimableCredit, ...]:
    """The credit of the activity that this learner holds."""
    held = {claim.credit_type for claim in found.record.claims if claim.is_awarded}
    pairs = [pair for pair in _offers(found.activity) if pair[0].code in held]
    return tuple(ClaimableCredit.of(credit, offer, found.activity, is_awarded=True) for credit, offer in pairs)


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
    is_over = bool(held) and bool(claim_window(activity, record, found.now, found.closed_at))
    for_them = [one.within(attended(found, one.credit, one.offer)) for one in _credits(activity, choice)]
    too_little = [one for one in for_them if one.is_awarded and not one.amounts]
    grown = () if is_over else _grown(session, found, choice)
    left_out = {one.credit.code for one in grown}
    barred = [_barred(option, titles) for option in choice.barred if option.credit.code not in left_out]
    barred += [BarredCredit(one.label, Bar.ATTENDANCE) for one in too_little]
    left = () if is_over else tuple(one for one in for_them if one not in too_little)
    return Claimables((*left, *grown), tuple(barred))


def nothing_claimable(barred: Sequence[BarredCredit]) -> Blocker:
    """Why there is nothing: credit was given for another activity with the same education, or too little attended."""
    titles = [one.title for one in barred if one.bar is Bar.EQUIVALENT]
    return nothing_left(*titles[:1], is_too_little=any(one.bar is Bar.ATTENDANCE for one in barred))


def _grown(session: Session, found: Progress, choice: Choice) -> tuple[ClaimableCredit, ...]:
    """Credit of a series that was claimed before, where sessions attended since add to it."""
    held = [option for option in choice.barred if option.bars == (Bar.HELD,)]
    grown = (_grown_credit(session, found, option) for option in held)
    return tuple(one for one in grown if one is not None and one.amounts)


def _grown_credit(session: Session, found: Progress, option: Option) -> ClaimableCredit | None:
    """More by what the new sessions add: what was left at the earlier claim stays left, and what staff have entered or
    changed is theirs to change."""
    series, chain = attended(found, option.credit, option.offer), account(session, found, option.credit.code)
    if series is None or any(entry.actor != LEARNER for entry in chain):
        return None
    before = claimed_sessions(session.get_one(models.CreditEntry, chain[-1].id).terms)
    if before is None:
        return None
    added, amount = series.total - total_of(before, option.offer.maximum, option.credit.day_maximum), balance(chain)
    one = _claimable(found.activity, option, is_awarded=True, is_optional=True).within(series)
    return one.beyond(amount, amount + added)


def awarded_working(terms: Mapping[str, Any]) -> AwardWorking | None:
    """The working that an entry of the ledger rests on; ``None`` where its amount was claimed or typed."""
    kept = terms.get("evidence", {}).get("working")
    return None if kept is None else read_value(AwardWorking, kept)


def claimed_sessions(terms: Mapping[str, Any]) -> tuple[AttendedSession, ...] | None:
    """The sessions that an entry of the ledger rests on; ``None`` where it rests on none."""
    kept = terms.get("evidence", {}).get("sessions")
    return None if kept is None else tuple(read_value(AttendedSession, one) for one in kept)


def _barred(option: Option, titles: dict[str, str]) -> BarredCredit:
    label = phrase(option.credit, option.offer.maximum, option.offer.variant)
    return BarredCredit(label, option.bars[0], titles.get(option.credit.code, ""))
