"""The sentences that stand on an activity's information page and on its certificates."""

from __future__ import annotations

from datetime import date

from lti_tool.catalogue.credit import credit_type, designation_statement
from lti_tool.catalogue.sentences import fill, joined, provider_slots
from lti_tool.catalogue.shelf import accreditation_series
from lti_tool.domain.activity import AccreditedProvider, Activity
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
    """The accreditation statement, and one designation statement per credit offer that is a credit.

    Raises ``NotFound`` for a credit type that is unknown or has no edition in force on the day.
    """
    found = (
        designation_statement(
            credit_type(offer.credit_type, on, overrides),
            provider=activity.provider.name,
            learning_format=activity.format.value,
            amount=offer.maximum,
        )
        for offer in activity.credits
    )
    designation = tuple(statement for statement in found if statement is not None)
    return Statements((accreditation_statement(activity.provider, on, overrides),), designation)
