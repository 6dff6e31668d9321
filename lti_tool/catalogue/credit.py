"""Credit types by code and day, and the sentences that go with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from lti_tool.catalogue.editions import Edition
from lti_tool.catalogue.sentences import continued, fill, joined, provider_slots
from lti_tool.catalogue.shelf import credit_series
from lti_tool.domain.activity import Activity
from lti_tool.domain.credit import CreditOffer, CreditType, Unit, printed_amount
from lti_tool.domain.disclosure import printed_date
from lti_tool.domain.errors import NotFound
from lti_tool.domain.statement import NO_OVERRIDES, Overrides
from lti_tool.domain.text import RichText

TITLE_AWARDED = "Certificate of Credit"
TITLE_PARTICIPATED = "Certificate of Participation"
PLURALS = {Unit.CREDIT: "credits", Unit.CONTACT_HOUR: "hours", Unit.HOUR: "hours", Unit.POINT: "points"}
"""Of a part of an amount ("0.50 hours of pharmacology"); other units are their own plural."""
SINGULARS = {Unit.CONTACT_HOUR: "hour"}


@dataclass(frozen=True, slots=True)
class Printed:
    """One credit as a certificate's sentence names it."""

    credit: CreditType
    amount: Decimal
    parts: Mapping[str, Decimal] = field(default_factory=dict)
    variant: str = ""


def edition_of(code: str, on: date) -> Edition:
    """The edition in force on a day, with its texts and their sources. Raises as :func:`credit_type`."""
    series = credit_series().get(code)
    if series is None:
        raise NotFound("credit_type_unknown", f"there is no credit type {code!r}", credit_type=code)
    return series.in_force(on)


OWN_WORDING = {
    "designation": "designation_text",
    "awarded": "awarded_text",
    "participated": "participated_text",
}
"""Texts of a credit type that a provider may word otherwise, and their fields."""


def credit_type(code: str, on: date, overrides: Overrides = NO_OVERRIDES) -> CreditType:
    """The edition in force on a day, in the provider's own wording where one is in force.

    Raises ``NotFound``: ``credit_type_unknown``, or ``no_edition_in_force`` for a day before the first edition.
    """
    found = edition_of(code, on).credit
    assert found is not None  # noqa: S101 - every credit edition is read with its type
    return worded(found, on, overrides)


def worded(credit_type: CreditType, on: date, overrides: Overrides) -> CreditType:
    """The same type with the provider's own wording. A type without credit never gains a credit's texts."""

    def text(key: str) -> str:
        standing: str = getattr(credit_type, OWN_WORDING[key])
        return standing and (overrides.text(credit_type.code, key, on) or standing)

    return replace(
        credit_type,
        designation_text=text("designation"),
        awarded_text=text("awarded"),
        participated_text=text("participated"),
    )


def credit_types(on: date) -> tuple[CreditType, ...]:
    """Every type that has an edition in force on the day, by code."""
    editions = (edition for series in credit_series().values() for edition in series.editions)
    return tuple(edition.credit for edition in editions if edition.credit is not None and edition.is_in_force(on))


def credit_name(code: str) -> str:
    """The type's plain name for lists; the code itself for a type that the catalogue does not have."""
    series = credit_series().get(code)
    return series.name if series else code


def named_credit(code: str, variant: str) -> str:
    """The same with the kind, where the type has several."""
    return f"{credit_name(code)} ({variant})" if variant else credit_name(code)


def _text(credit_type: CreditType, key: str) -> str:
    series = credit_series().get(credit_type.code)
    for edition in series.editions if series else ():
        if edition.name == credit_type.edition:
            return edition.text(key)
    raise NotFound("edition_unknown", f"{credit_type.code} has no edition {credit_type.edition!r}")


def phrase(credit_type: CreditType, amount: Decimal, variant: str) -> RichText:
    """The body's marked phrase for an amount, e.g. *AMA PRA Category 1 Credits*™. ``variant`` is the offer's."""
    return fill(credit_type.phrase(amount), {"variant": variant})


def parts_text(credit_type: CreditType, parts: Mapping[str, Decimal]) -> str:
    """The sub-buckets in words: "0.50 hours of pharmacology"."""
    unit = credit_type.unit
    one, many = SINGULARS.get(unit, unit.value), PLURALS.get(unit, unit.value)
    return joined(
        tuple(f"{printed_amount(part)} {one if part == 1 else many} of {name}" for name, part in parts.items())
    )


def offer_slots(credit_type: CreditType, offer: CreditOffer, activity: Activity) -> dict[str, str]:
    """What a text of the type may name of an activity. ``ceu`` is a tenth of the contact hours (ACPE). An activity
    ``begins`` and ``ends`` with its sessions, without them with its release and expiry."""
    days = [session.held_on for session in activity.sessions]
    return {
        **provider_slots(activity.provider.name),
        "format": activity.format.value,
        "title": activity.title,
        "location": activity.location,
        "contact": activity.provider.contact,
        "released": printed_date(activity.released_on),
        "expires": printed_date(activity.expires_on),
        "begins": printed_date(min(days, default=activity.released_on)),
        "ends": printed_date(max(days, default=activity.expires_on)),
        "variant": offer.variant,
        "reference": offer.reference,
        "amount": printed_amount(offer.maximum),
        "ceu": f"{offer.maximum / 10:.3f}",
        "parts": parts_text(credit_type, offer.parts),
    }


def designation_statement(credit_type: CreditType, offer: CreditOffer, activity: Activity) -> RichText | None:
    """The body's designation statement for the maximum, ``None`` for a type without credit."""
    if not credit_type.designation_text:
        return None
    slots = offer_slots(credit_type, offer, activity)
    return fill(credit_type.designation_text, slots, phrase=credit_type.phrase(offer.maximum))


def certifying_sentence(
    credit_type: CreditType,
    *,
    provider: str,
    learner: str,
    degree: str,
    format: str,  # noqa: A002 - the body's own word for it
    title: str,
    location: str,
    date_text: str,
    amount: Decimal,
    is_awarded: bool,
    variant: str = "",
    parts: Mapping[str, Decimal] | None = None,
    others: Sequence[Printed] = (),
) -> RichText:
    """The sentence of the certificate (AMA PRA, documentation for physicians and for other participants).

    ``amount`` is what was claimed if ``is_awarded``, else the designated maximum. ``degree`` and
    ``location`` may be empty. ``others`` are further credits of the same certificate, named in the same sentence.
    Raises ``BadInput("nothing_to_fill")`` naming any other empty value.
    """
    slots = {
        **provider_slots(provider),
        "learner": learner,
        "degree": degree,
        "format": format,
        "title": title,
        "location": location,
        "date": date_text,
        "amount": printed_amount(amount),
        "variant": variant,
        "parts": parts_text(credit_type, parts or {}),
    }
    is_award = is_awarded and bool(credit_type.awarded_text)
    text = credit_type.awarded_text if is_award else credit_type.participated_text
    sentence = fill(text, slots, phrase=credit_type.phrase(amount))
    if not others:
        return sentence
    return continued(sentence, [_named(one) for one in others], has_commas=is_award and bool(slots["parts"]))


def _named(one: Printed) -> RichText:
    """A further credit: "0.50 nursing contact hours (including 0.25 hours of pharmacology)"."""
    slots = {"amount": printed_amount(one.amount), "variant": one.variant, "parts": parts_text(one.credit, one.parts)}
    return fill("{amount} {phrase}[ (including {parts})]", slots, phrase=one.credit.phrase(one.amount))


def certificate_title(credit_type: CreditType, *, is_awarded: bool) -> str:
    """A type without credit, and anybody who is not awarded it, gets a certificate of participation."""
    return TITLE_AWARDED if is_awarded and credit_type.awarded_text else TITLE_PARTICIPATED


def participation_note(credit_type: CreditType) -> RichText:
    """Small print under a certificate of participation."""
    return RichText.parse(_text(credit_type, "note"))


def awarded_note(credit_type: CreditType, offer: CreditOffer, activity: Activity, amount: Decimal) -> RichText | None:
    """Small print that the body wants under awarded credit (pharmacy: not the official statement of credit)."""
    text = _text(credit_type, "awarded_note")
    slots = {**offer_slots(credit_type, offer, activity), "ceu": f"{amount / 10:.3f}"}
    return fill(text, slots) if text else None


def attestation(credit_type: CreditType) -> str:
    """What stands beside the claim control and is confirmed by claiming."""
    return RichText.parse(_text(credit_type, "attestation")).plain


def own_accreditation(
    credit_type: CreditType, offer: CreditOffer, activity: Activity, *, is_joint: bool
) -> RichText | None:
    """The provider's accreditation by this body, where it is not what the provider's own statement says already.

    ``is_joint``: the provider is jointly accredited, which covers ANCC and ACPE; other bodies have a text for it.
    """
    text = _text(credit_type, "accreditation_joint" if is_joint else "accreditation")
    return fill(text, offer_slots(credit_type, offer, activity)) if text else None
