"""Rows to values: companies, people in control of content, their forms, and what was decided about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, select
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


class PersonColumns(NamedTuple):
    """What a row of ``person`` says of who somebody is."""

    id: str
    name: str
    credentials: str
    affiliation: str
    email: str


class RoleColumns(NamedTuple):
    """What a row of ``activity_role`` says, with the person."""

    id: str
    person_id: str
    plan_id: str
    role: str
    starts_on: date
    ends_on: date | None
    person: PersonColumns


def held_roles(session: Session, condition: ColumnElement[bool]) -> list[RoleColumns]:
    """Roles in the order in which they begin: lists read hundreds at a time."""
    role, person = models.ActivityRole, models.Person
    columns = (role.id, role.person_id, role.plan_id, role.role, role.starts_on, role.ends_on)
    who = (person.id, person.name, person.credentials, person.affiliation, person.email)
    query = select(*columns, *who).join(person, person.id == role.person_id).where(condition).order_by(role.starts_on)
    return [RoleColumns(*row[:6], PersonColumns(*row[6:])) for row in session.execute(query)]


def person_value(row: models.Person | PersonColumns) -> Person:
    return Person(row.id, row.name, row.credentials, row.affiliation, row.email)


class RelationshipColumns(Protocol):
    """A row of ``disclosed_relationship``, as an object or as bare columns."""

    @property
    def company_id(self) -> str: ...
    @property
    def nature(self) -> str: ...
    @property
    def research_role(self) -> str: ...
    @property
    def has_ended(self) -> bool: ...
    @property
    def detail(self) -> str: ...


def relationship_value(row: RelationshipColumns, companies: Companies) -> DisclosedRelationship:
    return DisclosedRelationship(
        companies.resolved(row.company_id),
        Nature(row.nature),
        ResearchRole(row.research_role),
        row.has_ended,
        row.detail,
    )


class FormRow(NamedTuple):
    """What a form says, without what only its own page shows: lists read hundreds at a time."""

    number: int
    signed_at: datetime
    signed_name: str
    notice: str
    relationships: Sequence[RelationshipColumns]


def form_value(row: models.DisclosureForm | FormRow, companies: Companies) -> DisclosureForm:
    """One whole version."""
    return DisclosureForm(
        row.number,
        row.signed_at,
        row.signed_name,
        tuple(relationship_value(one, companies) for one in row.relationships),
        row.notice,
    )


def role_value(row: models.ActivityRole | RoleColumns, time_zone: str) -> ActivityRole:
    return ActivityRole(PersonRole(row.role), row.starts_on, row.ends_on, time_zone)


class DecisionColumns(NamedTuple):
    """What a row of ``relevance_decision`` says."""

    company_id: str
    nature: str
    relevance: str
    reason: str
    exclusion: str
    argument: str


def decision_value(row: models.RelevanceDecision | DecisionColumns, companies: Companies) -> RelevanceDecision:
    key = DisclosedRelationship(companies.resolved(row.company_id), Nature(row.nature)).key
    return RelevanceDecision(key, Relevance(row.relevance), row.reason, Exclusion(row.exclusion), row.argument)


class MitigationColumns(NamedTuple):
    """What a row of ``mitigation`` says."""

    company_id: str
    nature: str
    strategy: str
    done_on: date
    done_by: str
    note: str


def mitigation_value(row: models.Mitigation | MitigationColumns, companies: Companies) -> Mitigation:
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


def newest_forms(session: Session, person_ids: Sequence[str]) -> dict[str, list[FormRow]]:
    """First and newest form of each person: when somebody first disclosed, and what counts now. Newest last."""
    form = models.DisclosureForm
    columns = (form.id, form.person_id, form.number, form.signed_at, form.signed_name, form.notice)
    kept: dict[str, list[Any]] = {}
    for row in session.execute(select(*columns).where(form.person_id.in_(person_ids)).order_by(form.number)):
        kept[row.person_id] = [*kept.get(row.person_id, ())[:1], row]
    given = _relationships(session, [row.id for rows in kept.values() for row in rows])
    return {
        person_id: [
            FormRow(row.number, row.signed_at, row.signed_name, row.notice, given.get(row.id, ())) for row in rows
        ]
        for person_id, rows in kept.items()
    }


def _relationships(session: Session, form_ids: Sequence[str]) -> dict[str, list[Any]]:
    table = models.DisclosedRelationship
    columns = (table.company_id, table.nature, table.research_role, table.has_ended, table.detail)
    query = select(table.form_id, *columns).where(table.form_id.in_(form_ids)).order_by(table.position)
    found: dict[str, list[Any]] = {}
    for row in session.execute(query):
        found.setdefault(row.form_id, []).append(row)
    return found
