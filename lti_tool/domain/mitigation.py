"""What the provider decides about a person's relationships, and whether the person may control content.

Sources: ACCME Standards for Integrity and Independence: 3.1 (collected before the role), 3.2 (owners and employees are
excluded, with three exceptions), 3.3 (the provider decides relevance), 3.4 (mitigated before the person assumes the
role, by steps that fit the role). The steps are those of ACCME's planning tools for planners and for all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from lti_tool.domain.activity import PersonRole
from lti_tool.domain.company import Companies, Company, Eligibility
from lti_tool.domain.person import (
    OWNERS_AND_EMPLOYEES,
    DisclosedRelationship,
    DisclosureForm,
    last_valid_day,
    newest,
)

LEAST_ARGUMENT = 20
"""Shortest text that can argue an exception, in characters."""


class Relevance(StrEnum):
    RELEVANT = "relevant"
    NOT_RELEVANT = "not-relevant"


class Exclusion(StrEnum):
    """Why an owner or employee may control content all the same (ACCME Standard 3.2, a to c)."""

    NONE = "none"
    UNRELATED_CONTENT = "unrelated-content"
    BASIC_SCIENCE = "basic-science"
    TECHNICIAN = "technician"


class Strategy(StrEnum):
    """Steps of mitigation (ACCME Standard 3.4)."""

    DIVEST = "divest"
    RECUSAL = "recusal"
    PEER_REVIEW_PLANNING = "peer-review-planning"
    PEER_REVIEW_CONTENT = "peer-review-content"
    ATTEST = "attest"
    OTHER = "other"


FOR_PLANNERS = (Strategy.DIVEST, Strategy.RECUSAL, Strategy.PEER_REVIEW_PLANNING, Strategy.OTHER)
FOR_OTHERS = (Strategy.DIVEST, Strategy.PEER_REVIEW_CONTENT, Strategy.ATTEST, Strategy.OTHER)
STRATEGIES: Mapping[PersonRole, tuple[Strategy, ...]] = {
    role: FOR_PLANNERS if role is PersonRole.PLANNER else FOR_OTHERS for role in PersonRole
}
"""What fits which role: planners have a list of their own, faculty and all others share one."""


class DisclosureStatus(StrEnum):
    """Where one person stands in one role of one activity."""

    NONE = "none"
    EXPIRED = "expired"
    EXCLUDED = "excluded"
    REVIEW = "needs-review"
    MITIGATED = "mitigated"
    NOTHING_RELEVANT = "nothing-relevant"
    """Relationships were disclosed; the provider found none of them relevant here."""
    NOTHING = "disclosed-nothing"


CLEAR = frozenset({DisclosureStatus.MITIGATED, DisclosureStatus.NOTHING_RELEVANT, DisclosureStatus.NOTHING})
"""With these, and only these, a person may take up the role."""


@dataclass(frozen=True, slots=True)
class ActivityRole:
    """One role in one activity. Days are days in ``time_zone``."""

    role: PersonRole
    starts_on: date
    ends_on: date | None = None
    """From the day after, expiry of the disclosure does not matter any more."""
    time_zone: str = "UTC"

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.time_zone)).date()


@dataclass(frozen=True, slots=True)
class RelevanceDecision:
    """The provider's word on one relationship in one activity."""

    relationship: str
    """``DisclosedRelationship.key``."""
    relevance: Relevance
    reason: str = ""
    exclusion: Exclusion = Exclusion.NONE
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Mitigation:
    """What was done about one relevant relationship for one role."""

    relationship: str
    strategy: Strategy
    done_on: date
    done_by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a person is not cleared yet. ``rule`` is the clause; facts hold what a sentence needs."""

    code: str
    rule: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """One relationship with everything that was decided about it."""

    relationship: DisclosedRelationship
    company: Company
    decision: RelevanceDecision | None
    mitigation: Mitigation | None
    reasons: tuple[Reason, ...]

    @property
    def is_owner_or_employee(self) -> bool:
        """Now, of an ineligible company: whoever has left is mitigated like everybody else."""
        given = self.relationship
        is_ineligible = self.company.eligibility is Eligibility.INELIGIBLE
        return is_ineligible and given.nature in OWNERS_AND_EMPLOYEES and not given.has_ended

    @property
    def is_relevant(self) -> bool:
        """Shown to learners."""
        is_ineligible = self.company.eligibility is Eligibility.INELIGIBLE
        return is_ineligible and self.decision is not None and self.decision.relevance is Relevance.RELEVANT


@dataclass(frozen=True, slots=True)
class PersonStanding:
    """Where somebody stands in a role, and why."""

    status: DisclosureStatus
    reasons: tuple[Reason, ...] = ()
    relationships: tuple[Judged, ...] = ()

    @property
    def is_clear(self) -> bool:
        return self.status in CLEAR


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the provider has decided for one person in one activity (relevance) and one role (mitigation).

    Later entries replace earlier ones about the same relationship.
    """

    relevance: tuple[RelevanceDecision, ...] = ()
    mitigation: tuple[Mitigation, ...] = ()

    def of(self, relationship: str) -> tuple[RelevanceDecision | None, Mitigation | None]:
        decided = [one for one in self.relevance if one.relationship == relationship]
        done = [one for one in self.mitigation if one.relationship == relationship]
        return (decided[-1] if decided else None), (done[-1] if done else None)


def is_argued(decision: RelevanceDecision | None) -> bool:
    """One of the three exceptions was chosen and argued (ACCME Standard 3.2)."""
    return (
        decision is not None
        and decision.exclusion is not Exclusion.NONE
        and len(decision.argument.strip()) >= LEAST_ARGUMENT
    )


def _excluded(judged: Judged) -> Iterator[Reason]:
    decision, company = judged.decision, judged.company.name
    if not is_argued(decision):
        yield Reason("owner_or_employee", "ACCME Standard 3.2", {"company": company})
    elif judged.is_relevant and decision is not None and decision.exclusion is Exclusion.UNRELATED_CONTENT:
        yield Reason("exception_contradicted", "ACCME Standard 3.2(a)", {"company": company})


def _mitigated(judged: Judged, role: ActivityRole) -> Iterator[Reason]:
    done, company = judged.mitigation, judged.company.name
    if done is None:
        yield Reason("unmitigated", "ACCME Standard 3.4", {"company": company})
        return
    if done.done_on >= role.starts_on:
        facts = {"company": company, "done_on": done.done_on, "starts_on": role.starts_on}
        yield Reason("mitigated_too_late", "ACCME Standard 3.4", facts)
    if done.strategy not in STRATEGIES[role.role]:
        yield Reason("strategy_wrong_for_role", "ACCME Standard 3.4", {"company": company})
    if done.strategy is Strategy.DIVEST and not judged.relationship.has_ended:
        yield Reason("divested_but_active", "ACCME Standard 3.4", {"company": company})


def _reasons(judged: Judged, role: ActivityRole) -> Iterator[Reason]:
    company = judged.company
    if company.eligibility is Eligibility.ELIGIBLE:
        return
    if company.eligibility is Eligibility.UNKNOWN:
        yield Reason("company_unreviewed", "ACCME Standard 3.1", {"company": company.name})
        return
    if judged.is_owner_or_employee:
        yield from _excluded(judged)
    if judged.decision is None:
        yield Reason("relevance_undecided", "ACCME Standard 3.3", {"company": company.name})
    elif judged.is_relevant:
        yield from _mitigated(judged, role)


def judge(given: DisclosedRelationship, role: ActivityRole, companies: Companies, decisions: Decisions) -> Judged:
    """One relationship, with what is still to be done about it."""
    decided, done = decisions.of(given.key)
    bare = Judged(given, companies.of(given.company_id), decided, done, ())
    return Judged(given, bare.company, decided, done, tuple(_reasons(bare, role)))


def _form_reasons(forms: Sequence[DisclosureForm], role: ActivityRole, today: date, months: int) -> Iterator[Reason]:
    latest = newest(forms)
    if latest is None:
        yield Reason("disclosure_missing", "ACCME Standard 3.1")
        return
    until = last_valid_day(role.day_of(latest.signed_at), months)
    if min(today, role.ends_on or today) > until:
        yield Reason("disclosure_expired", "ACCME Standard 3.1", {"until": until, "months": months})
    first = min(role.day_of(form.signed_at) for form in forms)
    if first > role.starts_on:
        facts = {"signed_on": first, "starts_on": role.starts_on}
        yield Reason("disclosed_after_start", "ACCME Standard 3.1", facts)
    if not latest.notice:
        yield Reason("notice_not_shown", "ACCME Standard 3.1")


def _status(form: DisclosureForm | None, reasons: Sequence[Reason], judged: Sequence[Judged]) -> DisclosureStatus:
    codes = {reason.code for reason in reasons}
    if form is None:
        return DisclosureStatus.NONE
    if "disclosure_expired" in codes:
        return DisclosureStatus.EXPIRED
    if codes & {"owner_or_employee", "exception_contradicted"}:
        return DisclosureStatus.EXCLUDED
    if codes:
        return DisclosureStatus.REVIEW
    if any(one.is_relevant for one in judged):
        return DisclosureStatus.MITIGATED
    return DisclosureStatus.NOTHING if form.discloses_nothing else DisclosureStatus.NOTHING_RELEVANT


def person_standing(
    role: ActivityRole,
    forms: Sequence[DisclosureForm],
    companies: Companies,
    decisions: Decisions,
    now: datetime,
    months: int = 12,
) -> PersonStanding:
    """Where a person stands in ``role``: a function of what was disclosed and decided, and of ``now``.

    ``months``: how long a form counts. Only the newest form is judged; whether one was there in time, all of them.
    """
    latest = newest(forms)
    given = latest.relationships if latest else ()
    judged = tuple(judge(one, role, companies, decisions) for one in given)
    reasons = (
        *_form_reasons(forms, role, role.day_of(now), months),
        *(reason for one in judged for reason in one.reasons),
    )
    return PersonStanding(_status(latest, reasons, judged), reasons, judged)
