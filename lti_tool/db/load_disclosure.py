"""Rows to values: companies, people in control of content, their forms, and what was decided about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.activity import PersonRole, SupportKind
from lti_tool.domain.company import Companies, Company, CompanyKind, Eligibility
from lti_tool.domain.integrity import SupportAgreement
from lti_tool.domain.mitigation import (
    ActivityRole,
    Exclusion,
    Mitigation,
    Relevance,
    RelevanceDecision,
    Strategy,
)
from lti_tool.domain.person import (
    DisclosedRelationship,
    DisclosureForm,
    Nature,
    Person,
    ResearchRole,
)


def company_value(row: models.Company) -> Company:
    kind = CompanyKind(row.kind) if row.kind else None
    return Company(row.id, row.name, Eligibility(row.eligibility), kind, row.rationale)


def company_values(session: Session, ids: Iterable[str]) -> Companies:
    """The companies with these ids."""
    wanted = sorted(set(ids))
    rows = {row.id: row for row in session.scalars(select(models.Company).where(models.Company.id.in_(wanted)))}
    targets = sorted({row.merged_into for row in rows.values() if row.merged_into} - set(rows))
    others = session.scalars(select(models.Company).where(models.Company.id.in_(targets))) if targets else ()
    every = rows | {row.id: row for row in others}
    return Companies({key: company_value(every[row.merged_into or key]) for key, row in every.items()})


def person_value(row: models.Person) -> Person:
    return Person(row.id, row.name, row.credentials, row.affiliation, row.email)


def relationship_value(row: models.DisclosedRelationship, companies: Companies) -> DisclosedRelationship:
    return DisclosedRelationship(
        companies.resolved(row.company_id),
        Nature(row.nature),
        ResearchRole(row.research_role),
        row.has_ended,
        row.detail,
    )


def form_value(row: models.DisclosureForm, companies: Companies) -> DisclosureForm:
    """One whole version."""
    return DisclosureForm(
        row.number,
        row.signed_at,
        row.signed_name,
        tuple(relationship_value(one, companies) for one in row.relationships),
        row.notice,
    )


def role_value(row: models.ActivityRole, time_zone: str) -> ActivityRole:
    return ActivityRole(PersonRole(row.role), row.starts_on, row.ends_on, time_zone)


def decision_value(row: models.RelevanceDecision, companies: Companies) -> RelevanceDecision:
    key = DisclosedRelationship(companies.resolved(row.company_id), Nature(row.nature)).key
    return RelevanceDecision(key, Relevance(row.relevance), row.reason, Exclusion(row.exclusion), row.argument)


def mitigation_value(row: models.Mitigation, companies: Companies) -> Mitigation:
    key = DisclosedRelationship(companies.resolved(row.company_id), Nature(row.nature)).key
    return Mitigation(key, Strategy(row.strategy), row.done_on, row.done_by, row.note)


def support_value(row: models.CommercialSupport, companies: Companies) -> SupportAgreement:
    return SupportAgreement(
        companies.by_id[row.company_id],
        SupportKind(row.kind),
        row.signed_on,
        row.amount,
        row.currency,
        row.description,
    )


def newest_forms(session: Session, person_ids: Sequence[str]) -> dict[str, list[models.DisclosureForm]]:
    """First and newest form of each person: when somebody first disclosed, and what counts now. Newest last."""
    forms = models.DisclosureForm
    found: dict[str, list[models.DisclosureForm]] = {}
    rows = session.scalars(select(forms).where(forms.person_id.in_(person_ids)).order_by(forms.number))
    for row in rows:
        kept = found.setdefault(row.person_id, [])
        found[row.person_id] = [*kept[:1], row]
    return found
