"""What learners will see of a plan, before there are any: every step as it stands, and who gets which certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy.orm import Session

from lti_tool.catalogue.credit import credit_name, credit_type, credit_types, phrase
from lti_tool.domain.activity import Activity
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.credit import CreditOffer, Degree, Unit, claimable, printed_amount
from lti_tool.domain.disclosure import InformationPage, information_page
from lti_tool.domain.errors import NotFound, Refused
from lti_tool.domain.learner import Profile
from lti_tool.services.certificate import Link
from lti_tool.services.certificate_division import current_division
from lti_tool.services.design import assets_of, current_design
from lti_tool.services.office import Officer
from lti_tool.services.plan.work import Plan, open_plan
from lti_tool.services.specimen import SAMPLE_NAME, paper_name, paper_specimen, specimen_papers
from lti_tool.services.statement import activity_statements, overrides_of


class Beholder(StrEnum):
    """As whom a plan is looked at. The values are the addresses' words."""

    PHYSICIAN = "physician"
    NURSE = "nurse"
    PHARMACIST = "pharmacist"
    OTHER = "other"


DEGREES: Mapping[Beholder, Degree] = {
    Beholder.PHYSICIAN: Degree.MD,
    Beholder.NURSE: Degree.RN,
    Beholder.PHARMACIST: Degree.PHARMACIST,
    Beholder.OTHER: Degree.OTHER,
}


@dataclass(frozen=True, slots=True)
class ClaimPreview:
    """One credit: what this person could claim of it, and whether it would be awarded."""

    label: str
    amounts: tuple[str, ...]
    is_awarded: bool


@dataclass(frozen=True, slots=True)
class Preview:
    plan: Plan
    activity: Activity
    page: InformationPage
    beholder: Beholder
    claims: tuple[ClaimPreview, ...]


@dataclass(frozen=True, slots=True)
class Specimen:
    """A certificate to be printed. ``assets``: pictures and style sheet of the design, by SHA-256."""

    certificate: Certificate
    assets: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class OfferedCredit:
    """A credit type in force, as an author chooses it."""

    code: str
    name: str
    unit: Unit
    step: Decimal


def offered_credits(on: date) -> tuple[OfferedCredit, ...]:
    """What can be designated on that day."""
    return tuple(OfferedCredit(one.code, credit_name(one.code), one.unit, one.step) for one in credit_types(on))


def complete_activity(plan: Plan) -> Activity:
    """The activity that the document describes. Raises ``Refused("plan_incomplete")`` while it describes none."""
    found = plan.readiness.activity
    if found is None:
        raise Refused("plan_incomplete")
    return found


def learner_page(db: Session, officer: Officer, activity: Activity) -> InformationPage:
    """The information page that every learner acknowledges first, in the provider's own wording."""
    return information_page(activity, activity_statements(db, officer.provider_id, activity))


def preview(db: Session, officer: Officer, plan_id: str, who: str, now: datetime) -> Preview:
    """Raises ``NotFound("beholder_unknown")``, ``Refused("plan_incomplete")``, and as ``open_plan``."""
    if who not in {one.value for one in Beholder}:
        raise NotFound("beholder_unknown")
    plan = open_plan(db, officer, plan_id, now)
    activity, beholder = complete_activity(plan), Beholder(who)
    claims = tuple(_claim(activity, offer, DEGREES[beholder]) for offer in activity.credits)
    return Preview(plan, activity, learner_page(db, officer, activity), beholder, claims)


def _claim(activity: Activity, offer: CreditOffer, degree: Degree) -> ClaimPreview:
    credit = credit_type(offer.credit_type, activity.designated_on)
    amounts = tuple(printed_amount(amount) for amount in claimable(credit, offer, activity.format.value))
    label = phrase(credit, offer.maximum, offer.variant).plain or credit.code
    return ClaimPreview(label, amounts, credit.is_awarded_to(degree))


def preview_certificates(db: Session, officer: Officer, found: Preview) -> tuple[str, ...]:
    """The names of what such a learner gets who attends everything and claims it in full, as the provider divides
    claims now; none without credit."""
    if not found.activity.credits:
        return ()
    division = current_division(db, officer.provider_id)
    return tuple(map(paper_name, specimen_papers(found.activity, _sample(found), division)))


def _sample(found: Preview) -> Profile:
    return Profile(SAMPLE_NAME, DEGREES[found.beholder], "US")


def preview_certificate(
    db: Session, officer: Officer, found: Preview, place: int, link: Link, now: datetime
) -> Specimen:
    """One of these, in the provider's design; marked as a specimen, without number or record. ``place``: from 0.

    Raises ``Refused("step_absent")`` without credit, ``NotFound("certificate_unknown")``.
    """
    day, overrides = found.activity.day_of(now), overrides_of(db, officer.provider_id)
    design, profile = current_design(db, officer.provider_id), _sample(found)
    papers = specimen_papers(found.activity, profile, current_division(db, officer.provider_id))
    if place not in range(len(papers)):
        raise NotFound("certificate_unknown")
    paper = papers[place]
    values = paper_specimen(found.activity, profile, day, paper, link=link, overrides=overrides, design=design)
    return Specimen(values, assets_of(db, officer.provider_id, design))
