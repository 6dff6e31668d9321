"""From rows to where people stand: everything that ``person_standing`` needs, for many people at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load_disclosure import (
    DecisionColumns,
    FormRow,
    MitigationColumns,
    RoleColumns,
    company_values,
    decision_value,
    form_value,
    mitigation_value,
    newest_forms,
    person_value,
    role_value,
)
from lti_tool.domain.company import Companies
from lti_tool.domain.integrity import RosterEntry
from lti_tool.domain.mitigation import Decisions, PersonStanding, person_standing
from lti_tool.domain.person import DisclosureForm
from lti_tool.services.subject import Subject


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One role of one person in one activity."""

    role_id: str
    person_id: str
    subject: Subject
    entry: RosterEntry

    @property
    def standing(self) -> PersonStanding:
        return self.entry.standing


@dataclass(frozen=True, slots=True)
class _Facts:
    forms: Mapping[str, Sequence[FormRow]]
    decisions: Mapping[tuple[str, str], Sequence[DecisionColumns]]
    mitigations: Mapping[str, Sequence[MitigationColumns]]
    companies: Companies


def _facts(db: Session, roles: Sequence[models.ActivityRole | RoleColumns]) -> _Facts:
    person_ids = sorted({role.person_id for role in roles})
    forms = newest_forms(db, person_ids)
    decisions = _decisions(db, person_ids)
    mitigations = _mitigations(db, [role.id for role in roles])
    given = {one.company_id for rows in forms.values() for row in rows for one in row.relationships}
    decided = {row.company_id for rows in decisions.values() for row in rows}
    done = {row.company_id for rows in mitigations.values() for row in rows}
    return _Facts(forms, decisions, mitigations, company_values(db, given | decided | done))


def _decisions(db: Session, person_ids: Sequence[str]) -> dict[tuple[str, str], list[DecisionColumns]]:
    """All of these people, by activity and person: fewer conditions cost less than more rows."""
    table = models.RelevanceDecision
    what = (table.company_id, table.nature, table.relevance, table.reason, table.exclusion, table.argument)
    query = select(table.plan_id, table.person_id, *what).where(table.person_id.in_(person_ids)).order_by(table.number)
    found: dict[tuple[str, str], list[DecisionColumns]] = {}
    for row in db.execute(query):
        found.setdefault((row.plan_id, row.person_id), []).append(DecisionColumns(*row[2:]))
    return found


def _mitigations(db: Session, role_ids: Sequence[str]) -> dict[str, list[MitigationColumns]]:
    table = models.Mitigation
    what = (table.company_id, table.nature, table.strategy, table.done_on, table.done_by, table.note)
    query = select(table.activity_role_id, *what).where(table.activity_role_id.in_(role_ids)).order_by(table.number)
    found: dict[str, list[MitigationColumns]] = {}
    for row in db.execute(query):
        found.setdefault(row.activity_role_id, []).append(MitigationColumns(*row[1:]))
    return found


def standing_rows(
    db: Session,
    roles: Sequence[models.ActivityRole | RoleColumns],
    subjects: Mapping[str, Subject],
    now: datetime,
    months: int,
) -> list[StandingRow]:
    """Where each of these roles stands now. ``months``: how long a form counts. Roles of other activities are left
    out."""
    known = [role for role in roles if role.plan_id in subjects]
    facts = _facts(db, known)
    return [_standing_row(role, subjects[role.plan_id], facts, now, months) for role in known]


def _standing_row(
    role: models.ActivityRole | RoleColumns, about: Subject, facts: _Facts, now: datetime, months: int
) -> StandingRow:
    value = role_value(role, about.time_zone)
    decisions = Decisions(
        tuple(decision_value(row, facts.companies) for row in facts.decisions.get((role.plan_id, role.person_id), ())),
        tuple(mitigation_value(row, facts.companies) for row in facts.mitigations.get(role.id, ())),
    )
    forms: list[DisclosureForm] = [form_value(row, facts.companies) for row in facts.forms.get(role.person_id, ())]
    standing = person_standing(value, forms, facts.companies, decisions, now, months)
    entry = RosterEntry(person_value(role.person), value, standing)
    return StandingRow(role.id, role.person_id, about, entry)
