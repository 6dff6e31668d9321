"""People, companies, forms and decisions, to be varied by each test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from lti_tool.domain.activity import PersonRole
from lti_tool.domain.company import Companies, Company, Eligibility
from lti_tool.domain.mitigation import (
    ActivityRole,
    Decisions,
    Exclusion,
    Mitigation,
    PersonStanding,
    Relevance,
    RelevanceDecision,
    Strategy,
    person_standing,
)
from lti_tool.domain.person import NOTICE, DisclosedRelationship, DisclosureForm, Nature

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
START = date(2026, 4, 1)
ACME = Company("acme", "Acme Pharma", Eligibility.INELIGIBLE)
CLINIC = Company("clinic", "Lakeside Clinic", Eligibility.ELIGIBLE)
NEW = Company("new", "Beta Devices")
COMPANIES = Companies({company.id: company for company in (ACME, CLINIC, NEW)})
ARGUED = "The talk is about hand hygiene, which Acme has no product for."


def given(company: Company = ACME, nature: Nature = Nature.CONSULTANT, **more: Any) -> DisclosedRelationship:
    return DisclosedRelationship(company.id, nature, **more)


def form(*relationships: DisclosedRelationship, **changes: Any) -> DisclosureForm:
    made = DisclosureForm(1, datetime(2026, 2, 1, 12, tzinfo=UTC), "Sam Lee", relationships, NOTICE.fingerprint)
    return replace(made, **changes)


def role(kind: PersonRole = PersonRole.FACULTY, **changes: Any) -> ActivityRole:
    return replace(ActivityRole(kind, START), **changes)


def decided(
    relationship: DisclosedRelationship, relevance: Relevance = Relevance.RELEVANT, **more: Any
) -> RelevanceDecision:
    return RelevanceDecision(relationship.key, relevance, "Because.", **more)


def excepted(relationship: DisclosedRelationship, exclusion: Exclusion, argument: str = ARGUED) -> RelevanceDecision:
    is_unrelated = exclusion is Exclusion.UNRELATED_CONTENT
    relevance = Relevance.NOT_RELEVANT if is_unrelated else Relevance.RELEVANT
    return decided(relationship, relevance, exclusion=exclusion, argument=argument)


def mitigated(
    relationship: DisclosedRelationship,
    strategy: Strategy = Strategy.PEER_REVIEW_CONTENT,
    done_on: date = date(2026, 3, 1),
    **more: Any,
) -> Mitigation:
    return Mitigation(relationship.key, strategy, done_on, "R. Vega", **more)


def standing(
    *forms: DisclosureForm,
    decisions: Decisions | None = None,
    in_role: ActivityRole | None = None,
    now: datetime = NOW,
    months: int = 12,
) -> PersonStanding:
    return person_standing(in_role or role(), forms, COMPANIES, decisions or Decisions(), now, months)
