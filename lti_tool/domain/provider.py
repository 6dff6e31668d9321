"""What an accredited provider says of itself: profile, accreditations, signatories.

Sources: ACCME decision statuses and terms (rules 8.1), accreditation statements by kind of accreditor (rules 2.5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from lti_tool.domain.activity import Accreditation
from lti_tool.domain.errors import BadInput
from lti_tool.domain.fields import FieldKind, FieldRule


class Accreditor(StrEnum):
    """Who accredits, as far as the wording of statements depends on it."""

    ACCME = "accme"
    STATE = "state"
    """A state medical society that the ACCME recognizes."""
    OTHER = "other"
    """Another body (ACPE, ANCC, AAFP, ...): tracked, and worded by that body's own credit type."""


class AccreditationStatus(StrEnum):
    """Decisions of an accreditor (rules 8.1)."""

    PROVISIONAL = "provisional"
    ACCREDITED = "accreditation"
    COMMENDATION = "accreditation with commendation"
    PROBATION = "probation"
    NONACCREDITED = "nonaccreditation"


MAY_ACCREDIT = frozenset(AccreditationStatus) - {AccreditationStatus.NONACCREDITED}
"""With any of these a provider is accredited; under probation too."""

PROFILE = (
    FieldRule("name", is_required=True),
    FieldRule("contact", is_required=True, longest=500),
    FieldRule("time_zone", FieldKind.ZONE, is_required=True),
    FieldRule("languages", FieldKind.LANGUAGES, is_required=True),
)
ACCREDITATION = (
    FieldRule("body", is_required=True),
    FieldRule("accreditor", FieldKind.CHOICE, is_required=True, choices=tuple(Accreditor)),
    FieldRule("provider_number", longest=64),
    FieldRule("status", FieldKind.CHOICE, is_required=True, choices=tuple(AccreditationStatus)),
    FieldRule("term_from", FieldKind.DAY, is_required=True),
    FieldRule("term_to", FieldKind.DAY, is_required=True),
)
SIGNATORY = (
    FieldRule("name", is_required=True, longest=120),
    FieldRule("title", is_required=True, longest=160),
)


@dataclass(frozen=True, slots=True)
class Accredited:
    """One accreditation. Both ends of the term count."""

    body: str
    accreditor: Accreditor
    provider_number: str
    status: AccreditationStatus
    term_from: date
    term_to: date

    def is_in_force(self, on: date) -> bool:
        return self.status in MAY_ACCREDIT and self.term_from <= on <= self.term_to


def check_term(values: dict[str, Any]) -> None:
    """Raises ``BadInput("fields_unusable")`` for a term that ends before it begins."""
    if values["term_to"] < values["term_from"]:
        raise BadInput("fields_unusable", faults={"term_to": "ends_before_start"})


def kind_of(accredited: Iterable[Accredited], on: date, *, is_joint: bool) -> tuple[Accreditation, str]:
    """The kind of accreditation statement for a day, and the state body it names (``""`` for the others).

    The ACCME's own accreditation goes before a state's. Raises ``BadInput("accreditation_missing")`` if nothing is in
    force on the day: no statement may claim an accreditation that is not held.
    """
    found = [one for one in accredited if one.is_in_force(on) and one.accreditor is not Accreditor.OTHER]
    if not found:
        raise BadInput("accreditation_missing", f"no accreditation is in force on {on}", day=on)
    national = next((one for one in found if one.accreditor is Accreditor.ACCME), None)
    if national is None:
        if is_joint:
            raise BadInput("joint_needs_accme", "the joint providership statement is the ACCME's own")
        return Accreditation.STATE, found[0].body
    return (Accreditation.JOINT if is_joint else Accreditation.DIRECT), ""
