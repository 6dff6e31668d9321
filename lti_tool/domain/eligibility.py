"""Who may be awarded which of an activity's credits, what everybody else gets, and what excludes what.

Sources: AMA PRA (only MD, DO and equivalents are awarded; others took part in an activity that was designated),
Joint Accreditation and the other bodies (their own professions), one credit of a type for the same education.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lti_tool.domain.credit import CreditOffer, CreditType
from lti_tool.domain.learner import Profile


class Bar(StrEnum):
    """Why a credit of the activity cannot be claimed by this learner now."""

    DEGREE = "degree"
    COUNTRY = "country"
    HELD = "held"
    """It was claimed before."""
    ENDED = "ended"
    """It was revoked or has expired; only staff can award it again."""
    EQUIVALENT = "equivalent"
    """Credit of this type was given for another activity with the same education."""
    ATTENDANCE = "attendance"
    """The sessions that were attended do not come to the least amount of this credit."""


PERSONAL = frozenset({Bar.DEGREE, Bar.COUNTRY})


@dataclass(frozen=True, slots=True)
class Option:
    """One of the activity's credits as it stands for one learner."""

    credit: CreditType
    offer: CreditOffer
    bars: tuple[Bar, ...] = ()

    @property
    def is_for_this_person(self) -> bool:
        """By degree and country, whatever was claimed before."""
        return not PERSONAL & set(self.bars)


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be claimed. Either ``awarded`` or, for those whom no body awards anything, ``participation``."""

    awarded: tuple[Option, ...] = ()
    participation: Option | None = None
    barred: tuple[Option, ...] = ()


def _bars(
    credit: CreditType, profile: Profile, held: Collection[str], ended: Collection[str], elsewhere: Collection[str]
) -> tuple[Bar, ...]:
    found = {
        Bar.DEGREE: not credit.is_awarded_to(profile.degree),
        Bar.COUNTRY: bool(credit.countries) and profile.country not in credit.countries,
        Bar.HELD: credit.code in held,
        Bar.ENDED: credit.code in ended,
        Bar.EQUIVALENT: credit.code in elsewhere,
    }
    return tuple(bar for bar, stands in found.items() if stands)


def choice_of(
    offers: Sequence[tuple[CreditType, CreditOffer]],
    profile: Profile,
    fallback: CreditType,
    *,
    held: Collection[str] = (),
    ended: Collection[str] = (),
    elsewhere: Collection[str] = (),
) -> Choice:
    """``fallback`` is the type without credit. ``held``, ``ended`` and ``elsewhere`` are codes of credit types that the
    learner has here, had here, and has for equivalent activities."""
    options = [
        Option(credit, offer, _bars(credit, profile, held, ended, elsewhere))
        for credit, offer in without_held_groups(offers, held)
    ]
    awarded = tuple(option for option in options if not option.bars)
    if awarded or any(option.is_for_this_person for option in options):
        return Choice(awarded, None, tuple(option for option in options if option.bars))
    took_part = _participation(options, fallback)
    return Choice((), None if held or ended else took_part, tuple(options))


def without_held_groups(
    offers: Sequence[tuple[CreditType, CreditOffer]], held: Collection[str]
) -> list[tuple[CreditType, CreditOffer]]:
    """Without offers whose group has given credit already."""
    spent = {offer.group for _, offer in offers if offer.group and offer.credit_type in held}
    return [(credit, offer) for credit, offer in offers if offer.group not in spent or offer.credit_type in held]


def _participation(options: Sequence[Option], fallback: CreditType) -> Option | None:
    """What the certificate of participation speaks of: designated credit if its body has words for it."""
    if not options:
        return None
    designated = [option for option in options if option.credit.designation_text and option.credit.participated_text]
    plain = [option for option in options if not option.credit.designation_text]
    found = next(iter(designated or plain), None)
    if found is not None:
        return Option(found.credit, found.offer)
    offer = options[0].offer
    return Option(fallback, CreditOffer(fallback.code, offer.maximum, offer.minimum))


def clashes(claimed: Iterable[CreditOffer]) -> frozenset[str]:
    """Credit types of ``claimed`` that share a group with another one: at most one of a group may be claimed."""
    groups: dict[str, list[str]] = {}
    for offer in claimed:
        if offer.group:
            groups.setdefault(offer.group, []).append(offer.credit_type)
    return frozenset(code for codes in groups.values() if len(codes) > 1 for code in codes)
