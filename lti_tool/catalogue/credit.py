"""Credit types by code and day, and the sentences that go with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from lti_tool.catalogue.sentences import fill, provider_slots
from lti_tool.catalogue.shelf import credit_series
from lti_tool.domain.credit import CreditType, printed_amount
from lti_tool.domain.errors import NotFound
from lti_tool.domain.statement import NO_OVERRIDES, Overrides
from lti_tool.domain.text import RichText

TITLE_AWARDED = "Certificate of Credit"
TITLE_PARTICIPATED = "Certificate of Participation"


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
    series = credit_series().get(code)
    if series is None:
        raise NotFound("credit_type_unknown", f"there is no credit type {code!r}", credit_type=code)
    found = series.in_force(on).credit
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


def _text(credit_type: CreditType, key: str) -> str:
    series = credit_series().get(credit_type.code)
    for edition in series.editions if series else ():
        if edition.name == credit_type.edition:
            return edition.text(key)
    raise NotFound("edition_unknown", f"{credit_type.code} has no edition {credit_type.edition!r}")


def phrase(credit_type: CreditType, amount: Decimal) -> RichText:
    """The body's marked phrase for an amount, e.g. *AMA PRA Category 1 Credits*™."""
    return RichText.parse(credit_type.phrase(amount))


def designation_statement(
    credit_type: CreditType, *, provider: str, learning_format: str, amount: Decimal
) -> RichText | None:
    """The body's designation statement, ``None`` for a type without credit. ``amount`` is the maximum."""
    if not credit_type.designation_text:
        return None
    slots = {**provider_slots(provider), "format": learning_format, "amount": printed_amount(amount)}
    return fill(credit_type.designation_text, slots, phrase=credit_type.phrase(amount))


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
) -> RichText:
    """The sentence of the certificate (AMA PRA, documentation for physicians and for other participants).

    ``amount`` is what was claimed if ``is_awarded``, else the designated maximum. ``degree`` and
    ``location`` may be empty. Raises ``BadInput("nothing_to_fill")`` naming any other empty value.
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
    }
    is_award = is_awarded and bool(credit_type.awarded_text)
    text = credit_type.awarded_text if is_award else credit_type.participated_text
    return fill(text, slots, phrase=credit_type.phrase(amount))


def certificate_title(credit_type: CreditType, *, is_awarded: bool) -> str:
    """A type without credit, and anybody who is not awarded it, gets a certificate of participation."""
    return TITLE_AWARDED if is_awarded and credit_type.awarded_text else TITLE_PARTICIPATED


def participation_note(credit_type: CreditType) -> RichText:
    """Small print under a certificate of participation."""
    return RichText.parse(_text(credit_type, "note"))


def attestation(credit_type: CreditType) -> str:
    """What stands beside the claim control and is confirmed by claiming."""
    return RichText.parse(_text(credit_type, "attestation")).plain
