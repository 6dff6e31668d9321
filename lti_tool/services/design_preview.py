"""What a design will look like, before it is chosen: specimens of real activities, for every profession and credit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_name
from lti_tool.domain.activity import Activity
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.credit import Degree
from lti_tool.domain.design import Design
from lti_tool.domain.errors import NotFound
from lti_tool.domain.learner import Profile
from lti_tool.services.activity import list_activities
from lti_tool.services.certificate import CODE_LENGTH, Link, compose
from lti_tool.services.certificate_text import PrintedOffer, Printing
from lti_tool.services.credit import claimable_credits
from lti_tool.services.design import assets_of, check_design, printed_design
from lti_tool.services.office import Officer
from lti_tool.services.ports import CertificatePrinter
from lti_tool.services.specimen import SAMPLE_NAME
from lti_tool.services.statement import overrides_of

COUNTRY = "US"


@dataclass(frozen=True, slots=True)
class PreviewActivity:
    """An activity to preview with, and the credits that each profession would get there."""

    activity_id: str
    title: str
    credits: dict[Degree, tuple[str, ...]]

    def names(self, degree: Degree) -> dict[str, str]:
        """Plain names of what a profession would get, by code."""
        return {code: credit_name(code) for code in self.credits[degree]}


def preview_activities(session: Session, officer: Officer) -> tuple[PreviewActivity, ...]:
    """The provider's activities with credit, by title."""
    found = [one for one in list_activities(session, officer.provider_id) if one.activity.credits]
    return tuple(
        PreviewActivity(one.activity_id, one.title, {degree: _codes(one.activity, degree) for degree in Degree})
        for one in sorted(found, key=lambda one: (one.title, one.activity_id))
    )


def _codes(activity: Activity, degree: Degree) -> tuple[str, ...]:
    return tuple(one.credit.code for one in claimable_credits(activity, Profile(SAMPLE_NAME, degree, COUNTRY)))


def preview(
    session: Session,
    officer: Officer,
    design: Design,
    activity_id: str,
    degree: Degree,
    credit_type: str,
    printer: CertificatePrinter,
    link: Link,
    now: datetime,
) -> bytes:
    """A specimen in the given look, as PDF. Raises ``BadInput`` (``design_unusable``, or what the printer refuses) and
    ``NotFound("activity_unknown")`` for an activity or credit that the provider does not have."""
    check_design(session, officer.provider_id, design, printer)
    values = sample_of(session, officer, design, activity_id, degree, credit_type, link, now)
    return printer.render(values, assets_of(session, officer.provider_id, values.design)).pdf


def sample_of(
    session: Session,
    officer: Officer,
    design: Design,
    activity_id: str,
    degree: Degree,
    credit_type: str,
    link: Link,
    now: datetime,
) -> Certificate:
    """The values of the preview. Raises ``NotFound("activity_unknown")``."""
    listed = {one.activity_id: one.activity for one in list_activities(session, officer.provider_id)}
    if activity_id not in listed:
        raise NotFound("activity_unknown")
    activity, profile = listed[activity_id], Profile(SAMPLE_NAME, degree, COUNTRY)
    claimable = {one.credit.code: one for one in claimable_credits(activity, profile)}
    if credit_type not in claimable:
        raise NotFound("activity_unknown")
    one, day = claimable[credit_type], activity.day_of(now)
    line = PrintedOffer(one.credit, one.offer, one.offer.maximum, one.is_awarded)
    printing = Printing((line,), day, day, overrides=overrides_of(session, officer.provider_id))
    address = link("0" * CODE_LENGTH)
    design = printed_design(session, officer.provider_id, design, activity.provider.signatory)
    return compose(activity, profile, printing, number="SPECIMEN", verify_url=address, design=design, is_specimen=True)
