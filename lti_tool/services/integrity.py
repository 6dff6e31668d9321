"""The independence of one activity: exception, commercial support, joint providers, and what learners will be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load_disclosure import company_values, support_value
from lti_tool.domain.activity import Accreditation, Activity, CommercialSupport, PersonInControl, Standard3Exception
from lti_tool.domain.capability import Capability
from lti_tool.domain.company import Company
from lti_tool.domain.disclosure import Section, disclosure_sections, support_section
from lti_tool.domain.errors import BadInput
from lti_tool.domain.integrity import (
    SupportAgreement,
    Unmet,
    joint_provider_fault,
    offered_exceptions,
    people_in_control,
    support_faults,
    unmet,
)
from lti_tool.domain.mitigation import LEAST_ARGUMENT, Reason
from lti_tool.services.audit import note
from lti_tool.services.office import Officer
from lti_tool.services.roster import roster
from lti_tool.services.standings import StandingRow
from lti_tool.services.subject import Subject, require_for, subject

MAX_REASON = 2000


@dataclass(frozen=True, slots=True)
class HeldSupport:
    """An agreement on file. ``faults``: what the Standard does not allow any more, say after dates were changed."""

    id: str
    agreement: SupportAgreement
    evidence_id: str | None
    faults: dict[str, str]


@dataclass(frozen=True, slots=True)
class Integrity:
    """Everything that the independence of an activity rests on, and what is missing."""

    subject: Subject
    exception: Standard3Exception
    exception_reason: str
    roster: tuple[StandingRow, ...]
    support: tuple[HeldSupport, ...]
    partners: tuple[tuple[str, Company], ...]
    """Row key and organisation of each joint provider."""
    unmet: tuple[Unmet, ...]

    @property
    def people(self) -> tuple[PersonInControl, ...]:
        """For the activity's definition."""
        return people_in_control((row.entry for row in self.roster), self.exception)

    @property
    def told_support(self) -> tuple[CommercialSupport, ...]:
        """For the activity's definition."""
        return tuple(held.agreement.told for held in self.support)

    @property
    def joint_providers(self) -> tuple[str, ...]:
        """For the activity's definition."""
        return tuple(company.name for _, company in self.partners)

    def applied_to(self, activity: Activity) -> Activity:
        """The activity's definition with all of it: what learners of its next version are told."""
        provider = activity.provider
        if self.joint_providers:
            provider = replace(provider, accreditation=Accreditation.JOINT, joint_providers=self.joint_providers)
        elif provider.accreditation is Accreditation.JOINT:
            provider = replace(provider, accreditation=Accreditation.DIRECT, joint_providers=())
        return replace(
            activity,
            provider=provider,
            people=self.people,
            support=self.told_support,
            standard3_exception=self.exception,
        )

    @property
    def statement(self) -> tuple[Section, ...]:
        """What learners will read, as it stands now."""
        return (*disclosure_sections(self.people, self.exception), support_section(self.told_support))


def integrity(db: Session, officer: Officer, plan_id: str, now: datetime, months: int) -> Integrity:
    """Raises ``NotFound("plan_unknown")``. ``months``: how long a disclosure form counts."""
    about = subject(db, officer.provider_id, plan_id)
    people = roster(db, officer, about, now, months)
    choice = _choice(db, officer, plan_id)
    exception = Standard3Exception(choice.exception) if choice else Standard3Exception.NONE
    support, partners = _support(db, officer, about), joint_providers(db, officer, plan_id)
    missing = (
        *_exception_unmet(about, exception),
        *unmet((row.entry for row in people), exception),
        *(_support_unmet(held, code) for held in support for code in held.faults.values()),
        *(
            Unmet(Reason(fault, "ACCME, joint providership", {"company": company.name}), company.name)
            for _, company in partners
            if (fault := joint_provider_fault(company))
        ),
    )
    reason = choice.reason if choice else ""
    return Integrity(about, exception, reason, tuple(people), support, partners, missing)


def _exception_unmet(about: Subject, exception: Standard3Exception) -> tuple[Unmet, ...]:
    if exception in offered_exceptions(about.format, is_series=about.is_series):
        return ()
    return (Unmet(Reason("exception_not_offered", "ACCME Standard 3, exceptions", {"format": about.format.value})),)


def _support_unmet(held: HeldSupport, code: str) -> Unmet:
    name = held.agreement.company.name
    return Unmet(Reason(f"support_{code}", "ACCME Standard 4", {"company": name}), name)


def _choice(db: Session, officer: Officer, plan_id: str) -> models.Standard3Choice | None:
    table = models.Standard3Choice
    query = select(table).where(table.provider_id == officer.provider_id, table.plan_id == plan_id)
    return db.scalars(query.order_by(table.number.desc()).limit(1)).first()


def _support(db: Session, officer: Officer, about: Subject) -> tuple[HeldSupport, ...]:
    table = models.CommercialSupport
    query = select(table).where(
        table.provider_id == officer.provider_id, table.plan_id == about.id, table.removed_at.is_(None)
    )
    rows = db.scalars(query.order_by(table.added_at, table.id)).all()
    companies = company_values(db, (row.company_id for row in rows))
    agreements = [(row, support_value(row, companies)) for row in rows]
    return tuple(
        HeldSupport(row.id, agreement, row.evidence_id, support_faults(agreement, about.starts_on))
        for row, agreement in agreements
    )


def joint_providers(db: Session, officer: Officer, plan_id: str) -> tuple[tuple[str, Company], ...]:
    """Row key and organisation of each."""
    table = models.JointProvider
    query = select(table).where(
        table.provider_id == officer.provider_id, table.plan_id == plan_id, table.removed_at.is_(None)
    )
    rows: Sequence[models.JointProvider] = db.scalars(query.order_by(table.added_at, table.id)).all()
    companies = company_values(db, (row.company_id for row in rows))
    return tuple((row.id, companies.of(row.company_id)) for row in rows)


def choose_exception(db: Session, officer: Officer, plan_id: str, exception: str, reason: str, now: datetime) -> None:
    """Claim an exception to Standard 3, or give it up.

    Raises ``BadInput("exception_unusable")`` with a fault for ``exception`` (``not_offered``: the Standard does not
    allow it for this format) or ``reason`` (``too_short``).
    """
    about = subject(db, officer.provider_id, plan_id)
    require_for(officer, about, Capability.REVIEW_DISCLOSURES)
    faults: dict[str, str] = {}
    if exception not in offered_exceptions(about.format, is_series=about.is_series):
        faults["exception"] = "not_offered" if exception else "missing"
    elif exception != Standard3Exception.NONE and len(reason.strip()) < LEAST_ARGUMENT:
        faults["reason"] = "too_short"
    if faults:
        raise BadInput("exception_unusable", faults=faults)
    before = _choice(db, officer, plan_id)
    db.add(
        models.Standard3Choice(
            provider_id=officer.provider_id,
            plan_id=about.id,
            number=before.number + 1 if before else 1,
            exception=exception,
            reason=reason.strip()[:MAX_REASON],
            decided_by=officer.person_id,
            decided_at=now,
        )
    )
    detail = {"exception": [before.exception if before else Standard3Exception.NONE.value, exception]}
    note(db, officer, "standard3.chosen", f"plan:{about.id}", now, activity_id=about.activity_id or None, detail=detail)
