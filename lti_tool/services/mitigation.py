"""What the provider decides about a disclosed relationship: relevance, exception, mitigation. Nothing is replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load_disclosure import company_values, decision_value, mitigation_value
from lti_tool.domain.capability import Capability
from lti_tool.domain.company import Eligibility
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.domain.mitigation import (
    LEAST_ARGUMENT,
    STRATEGIES,
    Exclusion,
    Judged,
    Mitigation,
    Relevance,
    RelevanceDecision,
    Strategy,
)
from lti_tool.services.audit import note
from lti_tool.services.evidence import Upload, keep_evidence
from lti_tool.services.office import Officer
from lti_tool.services.roster import read_day, role_of
from lti_tool.services.standings import StandingRow, standing_rows
from lti_tool.services.subject import require_for, subject

LEAST_REASON = 3
MAX_TEXT = 2000
MAX_BY = 120


@dataclass(frozen=True, slots=True)
class Held:
    """One role with the relationship that something is decided about."""

    role: models.ActivityRole
    row: StandingRow
    judged: Judged


def held_relationship(
    db: Session, officer: Officer, plan_id: str, role_id: str, relationship: str, now: datetime, months: int
) -> Held:
    """Raises ``NotFound``: ``plan_unknown``, ``role_unknown``, or ``relationship_unknown`` if the person's newest form
    does not name it."""
    about = subject(db, officer.provider_id, plan_id)
    role = role_of(db, officer, plan_id, role_id)
    (row,) = standing_rows(db, [role], {about.id: about}, now, months)
    found = [one for one in row.standing.relationships if one.relationship.key == relationship]
    if not found:
        raise NotFound("relationship_unknown")
    return Held(role, row, found[0])


@dataclass(frozen=True, slots=True)
class PastStep:
    """Something that was decided or done before, as it was then. ``by`` is the officer's name."""

    at: datetime
    by: str
    decision: RelevanceDecision | None = None
    mitigation: Mitigation | None = None
    evidence_id: str = ""
    evidence_name: str = ""

    @property
    def relationship(self) -> str:
        found = self.decision or self.mitigation
        return found.relationship if found else ""


def history(db: Session, held: Held) -> tuple[PastStep, ...]:
    """Everything that was ever decided or done about a relationship in this role, newest first."""
    decisions, mitigations = models.RelevanceDecision, models.Mitigation
    mine = and_(decisions.plan_id == held.role.plan_id, decisions.person_id == held.role.person_id)
    decided = db.scalars(select(decisions).where(mine)).all()
    done = db.scalars(select(mitigations).where(mitigations.activity_role_id == held.role.id)).all()
    companies = company_values(db, [row.company_id for row in decided] + [row.company_id for row in done])
    names = _names(db, {row.decided_by for row in decided} | {row.recorded_by for row in done})
    steps = [
        PastStep(row.decided_at, names[row.decided_by], decision=decision_value(row, companies)) for row in decided
    ] + [
        PastStep(
            row.recorded_at,
            names[row.recorded_by],
            mitigation=mitigation_value(row, companies),
            evidence_id=row.evidence_id or "",
            evidence_name=row.evidence.name if row.evidence else "",
        )
        for row in done
    ]
    key = held.judged.relationship.key
    about = [step for step in steps if step.relationship == key]
    return tuple(sorted(about, key=lambda step: step.at, reverse=True))


def _names(db: Session, ids: set[str]) -> dict[str, str]:
    table = models.Learner
    rows = db.scalars(select(table).where(table.id.in_(sorted(ids))))
    return {row.id: row.lms_name or row.printed_name or row.id[:8] for row in rows}


@dataclass(frozen=True, slots=True)
class DecisionForm:
    """The provider's word on one relationship, as typed."""

    relevance: str
    reason: str
    exclusion: str = ""
    argument: str = ""


def _decision_faults(form: DecisionForm, judged: Judged) -> dict[str, str]:
    faults: dict[str, str] = {}
    if form.relevance not in set(Relevance):
        faults["relevance"] = "missing"
    if len(form.reason.strip()) < LEAST_REASON:
        faults["reason"] = "missing"
    if not judged.is_owner_or_employee:
        return faults
    if form.exclusion not in set(Exclusion):
        faults["exclusion"] = "missing"
    elif form.exclusion != Exclusion.NONE and len(form.argument.strip()) < LEAST_ARGUMENT:
        faults["argument"] = "too_short"
    elif form.exclusion == Exclusion.UNRELATED_CONTENT and form.relevance == Relevance.RELEVANT:
        faults["exclusion"] = "contradicted"
    return faults


def decide(
    db: Session, officer: Officer, plan_id: str, held: Held, form: DecisionForm, now: datetime
) -> models.RelevanceDecision:
    """Say whether a relationship is relevant to this activity, and for owners and employees which exception holds.

    Raises ``BadInput("decision_unusable")`` with a fault per field: ``relevance``, ``reason``, ``exclusion``,
    ``argument``, or ``company`` while nobody has said whether the company is eligible.
    """
    require_for(officer, held.row.subject, Capability.REVIEW_DISCLOSURES)
    faults = _decision_faults(form, held.judged)
    if held.judged.company.eligibility is Eligibility.UNKNOWN:
        faults["company"] = "unreviewed"
    if faults:
        raise BadInput("decision_unusable", faults=faults)
    given, table = held.judged.relationship, models.RelevanceDecision
    db.refresh(held.role.person, with_for_update=True)
    is_excepted = held.judged.is_owner_or_employee
    mine = and_(table.plan_id == plan_id, table.person_id == held.role.person_id)
    row = table(
        provider_id=officer.provider_id,
        plan_id=plan_id,
        person_id=held.role.person_id,
        number=(db.scalar(select(func.max(table.number)).where(mine)) or 0) + 1,
        company_id=given.company_id,
        nature=given.nature.value,
        relevance=form.relevance,
        reason=form.reason.strip()[:MAX_TEXT],
        exclusion=form.exclusion if is_excepted else Exclusion.NONE.value,
        argument=form.argument.strip()[:MAX_TEXT] if is_excepted else "",
        decided_by=officer.person_id,
        decided_at=now,
    )
    db.add(row)
    db.flush()
    before = held.judged.decision
    detail = {
        "relationship": given.key,
        "relevance": [before.relevance.value if before else "", row.relevance],
        "exclusion": [before.exclusion.value if before else "", row.exclusion],
    }
    about = held.row.subject
    note(
        db,
        officer,
        "disclosure.decided",
        f"person:{row.person_id}",
        now,
        activity_id=about.activity_id or None,
        detail=detail,
    )
    return row


@dataclass(frozen=True, slots=True)
class MitigationForm:
    """What was done, as typed."""

    strategy: str
    done_on: str
    done_by: str
    note: str = ""
    upload: Upload | None = None


def _mitigation_faults(form: MitigationForm, held: Held, now: datetime) -> dict[str, str]:
    faults: dict[str, str] = {}
    role, done_on = held.row.entry.role, read_day(form.done_on)
    if form.strategy not in STRATEGIES[role.role]:
        faults["strategy"] = "missing" if not form.strategy else "wrong_for_role"
    elif form.strategy == Strategy.OTHER and not form.note.strip():
        faults["note"] = "missing"
    elif form.strategy == Strategy.DIVEST and not held.judged.relationship.has_ended:
        faults["strategy"] = "still_active"
    if done_on is None:
        faults["done_on"] = "not_a_day" if form.done_on else "missing"
    elif done_on >= role.starts_on:
        faults["done_on"] = "after_start"
    elif done_on > role.day_of(now):
        faults["done_on"] = "in_future"
    if not form.done_by.strip():
        faults["done_by"] = "missing"
    return faults


def mitigate(
    db: Session, officer: Officer, plan_id: str, held: Held, form: MitigationForm, now: datetime
) -> models.Mitigation:
    """Keep how a relevant relationship was mitigated for one role.

    Raises ``Conflict("relationship_not_relevant")`` unless it was decided to be relevant;
    ``BadInput("mitigation_unusable")`` with a fault per field, in particular ``done_on``: ``after_start`` for what was
    done on the first day of the role or later (ACCME Standard 3.4).
    """
    require_for(officer, held.row.subject, Capability.REVIEW_DISCLOSURES)
    if not held.judged.is_relevant:
        raise Conflict("relationship_not_relevant")
    faults = _mitigation_faults(form, held, now)
    if faults:
        raise BadInput("mitigation_unusable", faults=faults)
    evidence = keep_evidence(db, officer, plan_id, form.upload, now) if form.upload else None
    given, table = held.judged.relationship, models.Mitigation
    db.refresh(held.role.person, with_for_update=True)
    last = db.scalar(select(func.max(table.number)).where(table.activity_role_id == held.role.id)) or 0
    row = table(
        provider_id=officer.provider_id,
        activity_role_id=held.role.id,
        number=last + 1,
        company_id=given.company_id,
        nature=given.nature.value,
        strategy=form.strategy,
        done_on=read_day(form.done_on),
        done_by=" ".join(form.done_by.split())[:MAX_BY],
        note=form.note.strip()[:MAX_TEXT],
        evidence_id=evidence.id if evidence else None,
        recorded_by=officer.person_id,
        recorded_at=now,
    )
    db.add(row)
    db.flush()
    detail = {
        "relationship": given.key,
        "strategy": row.strategy,
        "done_on": form.done_on,
        "evidence": evidence.content_hash if evidence else "",
    }
    about = held.row.subject
    note(
        db,
        officer,
        "disclosure.mitigated",
        f"role:{held.role.id}",
        now,
        activity_id=about.activity_id or None,
        detail=detail,
    )
    return row
