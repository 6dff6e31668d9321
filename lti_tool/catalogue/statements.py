"""The sentences that stand on an activity's information page and on its certificates."""

from __future__ import annotations

from datetime import date

from lti_tool.catalogue.credit import credit_type, designation_statement, own_accreditation
from lti_tool.catalogue.sentences import fill, joined, provider_slots
from lti_tool.catalogue.shelf import accreditation_series
from lti_tool.domain.activity import Accreditation, AccreditedProvider, Activity
from lti_tool.domain.credit import CreditOffer, CreditType
from lti_tool.domain.disclosure import Statements
from lti_tool.domain.statement import NO_OVERRIDES, Overrides
from lti_tool.domain.text import RichText

ACCREDITOR = "accme"
"""Whose system every provider kind (direct, joint, state) belongs to."""


def accreditation_statement(provider: AccreditedProvider, on: date, overrides: Overrides = NO_OVERRIDES) -> RichText:
    """The statement for the provider's kind of accreditation (ACCME accreditation statements).

    Raises ``NotFound`` for a day without edition, ``BadInput`` for a joint or state provider that lacks its names.
    """
    kind = provider.accreditation.value
    text = overrides.text(ACCREDITOR, kind, on) or accreditation_series()[ACCREDITOR].in_force(on).text(kind)
    slots = {
        **provider_slots(provider.name),
        "state_body": provider.state_body,
        "joint_providers": joined(provider.joint_providers),
    }
    return fill(text, slots)


def statements(activity: Activity, on: date, overrides: Overrides = NO_OVERRIDES) -> Statements:
    """The accreditation statements, and one designation statement per credit offer that is a credit.

    The provider's own statement comes first; then those of the further bodies whose credit is offered. Raises
    ``NotFound`` for a credit type that is unknown or has no edition in force on the day.
    """
    offers = [(credit_type(offer.credit_type, on, overrides), offer) for offer in activity.credits]
    stated = provider_statements(activity.provider, on, overrides)
    accreditation = [*stated, *(own_statement(*pair, activity) for pair in offers)]
    designation = (designation_statement(*pair, activity) for pair in offers)
    return Statements(
        tuple(dict.fromkeys(statement for statement in accreditation if statement is not None)),
        tuple(statement for statement in designation if statement is not None),
    )


def provider_statements(
    provider: AccreditedProvider, on: date, overrides: Overrides = NO_OVERRIDES
) -> tuple[RichText, ...]:
    """The provider's own statement; none if it is not accredited for physicians."""
    return () if provider.accreditation is Accreditation.NONE else (accreditation_statement(provider, on, overrides),)


def own_statement(credit: CreditType, offer: CreditOffer, activity: Activity) -> RichText | None:
    """What the body of one type says of the provider."""
    is_joint = activity.provider.accreditation is Accreditation.JOINTLY_ACCREDITED
    return own_accreditation(credit, offer, activity, is_joint=is_joint)
