"""The words of a certificate, for one credit or several, in the words of their bodies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from lti_tool.catalogue import (
    Printed,
    awarded_note,
    certifying_sentence,
    designation_statement,
    own_statement,
    participation_note,
    phrase,
    provider_statements,
    worded,
)
from lti_tool.domain.activity import Activity
from lti_tool.domain.award_rule import AwardWorking
from lti_tool.domain.certificate import PrintedCredit
from lti_tool.domain.credit import CreditOffer, CreditType, certain_parts, printed_amount
from lti_tool.domain.learner import Profile
from lti_tool.domain.series import ActivitySession, AttendedSession
from lti_tool.domain.statement import NO_OVERRIDES, Overrides
from lti_tool.domain.text import RichText


@dataclass(frozen=True, slots=True)
class PrintedOffer:
    """One credit of a certificate. ``amount`` is what was claimed."""

    credit: CreditType
    offer: CreditOffer
    amount: Decimal
    is_awarded: bool
    sessions: tuple[AttendedSession, ...] = ()
    """Those that were attended, where they are to be printed."""
    working: AwardWorking | None = None

    @property
    def shown(self) -> Decimal:
        """Who is not awarded credit is told what was designated."""
        return self.amount if self.is_awarded else self.offer.maximum


@dataclass(frozen=True, slots=True)
class Printing:
    """What a certificate needs beyond activity and learner. Days are in the activity's time zone.

    Of several credits the first is the one whose body's sentence is printed; the others continue it.
    """

    lines: tuple[PrintedOffer, ...]
    completed_on: date
    issued_on: date
    learner_language: str = ""
    overrides: Overrides = NO_OVERRIDES
    """The provider's own wording, where it has laid down any."""
    session: ActivitySession | None = None
    """The only one that the certificate is for."""


def worded_printing(activity: Activity, printing: Printing) -> Printing:
    """Every credit in the provider's own wording that was in force on the day of designation."""
    day, overrides = activity.designated_on, printing.overrides
    lines = tuple(replace(one, credit=worded(one.credit, day, overrides)) for one in printing.lines)
    return replace(printing, lines=lines)


def credit_lines(one: PrintedOffer) -> tuple[PrintedCredit, ...]:
    """The line of the breakdown; none for a type without credit."""
    if not one.credit.designation_text:
        return ()
    label = phrase(one.credit, one.shown, one.offer.variant)
    return (PrintedCredit(one.credit.code, label, one.shown, one.is_awarded),)


def teaching_note(one: PrintedOffer) -> RichText | None:
    """What of the amount is for teaching: it is not bound to the maximum that the designation names for learners."""
    if one.working is None or not one.working.is_teaching:
        return None
    worked = one.working.working
    minutes = (worked.minutes or Decimal(0)).normalize()
    amount = printed_amount(worked.amount)
    words = f"Of this amount, {amount} for learning from teaching: {minutes:f} minutes of original presentation."
    return RichText.of(words)


def small_print(activity: Activity, one: PrintedOffer) -> RichText | None:
    """What stands below: what a certificate of participation is, or what the body wants said of its credit."""
    if one.is_awarded:
        return awarded_note(one.credit, one.offer, activity, one.amount)
    return participation_note(one.credit)


def certificate_sentence(activity: Activity, profile: Profile, printing: Printing, date_text: str) -> RichText:
    """One sentence for all credits, in the words of the first one's body."""
    first, *others = printing.lines
    return certifying_sentence(
        first.credit,
        provider=activity.provider.name,
        learner=profile.printed_name,
        degree=profile.printed_degree,
        format=activity.format.value,
        title=activity.title,
        location=activity.location,
        date_text=date_text,
        amount=first.shown,
        is_awarded=first.is_awarded,
        variant=first.offer.variant,
        parts=certain_parts(first.offer, first.shown),
        others=[
            Printed(one.credit, one.shown, certain_parts(one.offer, one.shown), one.offer.variant) for one in others
        ],
    )


def certificate_statements(activity: Activity, printing: Printing) -> tuple[RichText, ...]:
    """The provider's accreditation as far as these credits rest on it, then the bodies' own, then the designations."""
    lines, provider, day = printing.lines, activity.provider, activity.designated_on
    own = [own_statement(one.credit, one.offer, activity) for one in lines]
    rests_on_provider = not all(own) or any(one.credit.provider_kinds for one in lines)
    stated = provider_statements(provider, day, printing.overrides) if rests_on_provider else ()
    designations = [designation_statement(one.credit, one.offer, activity) for one in lines]
    return tuple(dict.fromkeys(text for text in (*stated, *own, *designations) if text is not None))
