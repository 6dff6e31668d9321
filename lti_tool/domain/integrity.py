"""An activity's independence as a whole: exceptions, commercial support, joint providers, and what learners are told.

Sources: ACCME Standards for Integrity and Independence, Standard 3 (exceptions; 3.5 disclosure) and Standard 4
(agreement signed before the activity; nature of in-kind support; disclosure by name only); ACCME, joint providership
(an ineligible company is never a joint provider).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lti_tool.domain.activity import (
    CommercialSupport,
    LearningFormat,
    PersonInControl,
    PersonRole,
    Relationship,
    Standard3Exception,
    SupportKind,
)
from lti_tool.domain.company import Company, Eligibility, is_only_a_name
from lti_tool.domain.mitigation import ActivityRole, Judged, PersonStanding, Reason, Strategy
from lti_tool.domain.person import Person

PEERS_ALONE = frozenset({LearningFormat.LIVE, LearningFormat.OTHER})
"""Where a group of learners can be in control: a conversation among peers."""
OWN_GOALS = frozenset({LearningFormat.PI, LearningFormat.POINT_OF_CARE, LearningFormat.OTHER})
"""Where a learner can set the goals and report the changes that resulted."""

PRINTED_STRATEGY = {
    Strategy.DIVEST: "Divested of the relationship",
    Strategy.RECUSAL: "Recused from the decisions that the relationship touches",
    Strategy.PEER_REVIEW_PLANNING: "Planning decisions reviewed by people without relevant relationships",
    Strategy.PEER_REVIEW_CONTENT: "Content reviewed by people without relevant relationships",
    Strategy.ATTEST: "Attested that recommendations are evidence-based and free of commercial bias",
    Strategy.OTHER: "Other",
}


def offered_exceptions(format_: LearningFormat, *, is_series: bool = False) -> tuple[Standard3Exception, ...]:
    """The exceptions that the Standard allows for this format; the approver argues the one that is chosen.

    Enduring and journal material is never under its learners' control, whatever they pick from it, and neither are
    regularly scheduled series.
    """
    allowed = [Standard3Exception.NONE, Standard3Exception.NON_CLINICAL]
    if format_ in PEERS_ALONE and not is_series:
        allowed.append(Standard3Exception.LEARNER_CONTROLLED)
    if format_ in OWN_GOALS and not is_series:
        allowed.append(Standard3Exception.SELF_DIRECTED)
    return tuple(allowed)


@dataclass(frozen=True, slots=True)
class SupportAgreement:
    """Commercial support as agreed. ``amount`` is in ``currency`` (ISO 4217) and never shown to learners."""

    company: Company
    kind: SupportKind
    signed_on: date | None
    amount: Decimal | None = None
    currency: str = ""
    description: str = ""
    """What was given in kind; learners read it."""

    @property
    def told(self) -> CommercialSupport:
        """What learners are told."""
        description = self.description if self.kind is SupportKind.IN_KIND else ""
        return CommercialSupport(self.company.name, self.kind, description)


_GIVER = {Eligibility.UNKNOWN: "company_unreviewed", Eligibility.ELIGIBLE: "company_eligible"}
_PARTNER = {Eligibility.UNKNOWN: "company_unreviewed", Eligibility.INELIGIBLE: "company_ineligible"}


def _agreed(agreement: SupportAgreement, starts_on: date) -> Iterator[tuple[str, str]]:
    if agreement.company.eligibility in _GIVER:
        yield "company", _GIVER[agreement.company.eligibility]
    if agreement.signed_on is None:
        yield "signed_on", "missing"
    elif agreement.signed_on >= starts_on:
        yield "signed_on", "signed_too_late"


def _given(agreement: SupportAgreement) -> Iterator[tuple[str, str]]:
    if agreement.kind is SupportKind.MONETARY and (agreement.amount is None or agreement.amount <= 0):
        yield "amount", "missing"
    if agreement.amount is not None and not agreement.currency:
        yield "currency", "missing"
    if agreement.kind is SupportKind.IN_KIND and not agreement.description:
        yield "description", "missing"
    if not is_only_a_name(agreement.description):
        yield "description", "more_than_a_name"


def support_faults(agreement: SupportAgreement, starts_on: date) -> dict[str, str]:
    """Field to code of what the Standard does not allow. ``starts_on``: first day of the activity."""
    return dict([*_given(agreement), *_agreed(agreement, starts_on)])


def joint_provider_fault(company: Company) -> str:
    """``company_ineligible``, ``company_unreviewed``, or ``""`` for one that may be a joint provider."""
    return _PARTNER.get(company.eligibility, "")


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One person in one role, and where they stand."""

    person: Person
    role: ActivityRole
    standing: PersonStanding


def _told(judged: Judged) -> Relationship:
    return Relationship(judged.company.name, judged.relationship.printed, judged.relationship.has_ended)


def _mitigation(entry: RosterEntry) -> Iterator[str]:
    for judged in entry.standing.relationships:
        if judged.is_relevant and judged.mitigation is not None:
            done = judged.mitigation
            words = done.note if done.strategy is Strategy.OTHER and done.note else PRINTED_STRATEGY[done.strategy]
            yield f"{judged.company.name}: {words} ({done.done_on.isoformat()}, {done.done_by})"


def _in_control(entries: Sequence[RosterEntry], *, is_collected: bool) -> PersonInControl:
    person = entries[0].person
    told = [_told(judged) for entry in entries for judged in entry.standing.relationships if judged.is_relevant]
    return PersonInControl(
        key=person.id,
        name=person.name,
        credentials=person.credentials,
        affiliation=person.affiliation,
        roles=tuple(sorted({entry.role.role for entry in entries}, key=list(PersonRole).index)),
        relationships=tuple(dict.fromkeys(told)) if is_collected else (),
        mitigation="; ".join(dict.fromkeys(line for entry in entries for line in _mitigation(entry)))
        if is_collected
        else "",
    )


def people_in_control(
    roster: Iterable[RosterEntry], exception: Standard3Exception = Standard3Exception.NONE
) -> tuple[PersonInControl, ...]:
    """The roster as an activity's definition holds it: each person once, with the relevant relationships only.

    Under an exception nothing was collected, so nothing is told.
    """
    by_person: dict[str, list[RosterEntry]] = {}
    for entry in roster:
        by_person.setdefault(entry.person.id, []).append(entry)
    is_collected = exception is Standard3Exception.NONE
    return tuple(_in_control(entries, is_collected=is_collected) for entries in by_person.values())


@dataclass(frozen=True, slots=True)
class Unmet:
    """Something that keeps the activity from being approved. ``who`` is a person's or company's name."""

    reason: Reason
    who: str = ""
    person_id: str = ""


def unmet(roster: Iterable[RosterEntry], exception: Standard3Exception) -> tuple[Unmet, ...]:
    """What is still to be done about the people of an activity."""
    entries = list(roster)
    if exception is not Standard3Exception.NONE:
        return ()
    if not entries:
        return (Unmet(Reason("nobody_in_control", "ACCME Standard 3.1")),)
    found = [
        Unmet(reason, entry.person.name, entry.person.id) for entry in entries for reason in entry.standing.reasons
    ]
    seen: dict[tuple[object, ...], Unmet] = {}
    for one in found:
        seen.setdefault((one.person_id, one.reason.code, *one.reason.facts.values()), one)
    return tuple(seen.values())
