"""What a design will look like, before it is chosen: specimens of real activities, for every profession and credit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.domain.activity import Activity
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.credit import Degree
from lti_tool.domain.design import Design
from lti_tool.domain.division import Division
from lti_tool.domain.errors import NotFound
from lti_tool.domain.learner import Profile
from lti_tool.services.activity import list_activities
from lti_tool.services.certificate import Link
from lti_tool.services.certificate_division import Paper
from lti_tool.services.credit import claimable_credits
from lti_tool.services.design import assets_of, check_design, printed_design
from lti_tool.services.office import Officer
from lti_tool.services.ports import CertificatePrinter
from lti_tool.services.specimen import SAMPLE_NAME, paper_name, paper_specimen, specimen_papers
from lti_tool.services.statement import overrides_of

COUNTRY = "US"


@dataclass(frozen=True, slots=True)
class PreviewActivity:
    """An activity to preview with, and the credits that each profession would get there."""

    activity_id: str
    title: str
    credits: dict[Degree, tuple[str, ...]]
    activity: Activity


def preview_activities(session: Session, officer: Officer) -> tuple[PreviewActivity, ...]:
    """The provider's activities with credit, by title."""
    found = [one for one in list_activities(session, officer.provider_id) if one.activity.credits]
    return tuple(
        PreviewActivity(
            one.activity_id, one.title, {degree: _codes(one.activity, degree) for degree in Degree}, one.activity
        )
        for one in sorted(found, key=lambda one: (one.title, one.activity_id))
    )


def _codes(activity: Activity, degree: Degree) -> tuple[str, ...]:
    return tuple(one.credit.code for one in claimable_credits(activity, Profile(SAMPLE_NAME, degree, COUNTRY)))


@dataclass(frozen=True, slots=True)
class PreviewPaper:
    """One of the certificates that a learner would get, and where it is found: ``credit_type`` is empty for one of all
    credits, ``session_key`` for one of no single session."""

    name: str
    credit_type: str = ""
    session_key: str = ""


def preview_papers(
    session: Session, officer: Officer, activity_id: str, degree: Degree, division: Division
) -> tuple[PreviewPaper, ...]:
    """All that somebody of a profession would get who attended everything and claims it in full.

    Raises ``NotFound("activity_unknown")``.
    """
    activity = _activity(session, officer, activity_id)
    is_one = division is Division.TOGETHER
    return tuple(
        PreviewPaper(paper_name(paper), "" if is_one else paper.lines[0].credit.code, paper.session_key)
        for paper in specimen_papers(activity, Profile(SAMPLE_NAME, degree, COUNTRY), division)
    )


def preview(
    session: Session,
    officer: Officer,
    design: Design,
    activity_id: str,
    degree: Degree,
    wanted: PreviewPaper,
    printer: CertificatePrinter,
    link: Link,
    now: datetime,
) -> bytes:
    """A specimen in the given look, as PDF. Raises ``BadInput`` (``design_unusable``, or what the printer refuses) and
    ``NotFound("activity_unknown")`` for an activity, credit or session that the provider does not have."""
    check_design(session, officer.provider_id, design, printer)
    activity = _activity(session, officer, activity_id)
    values = sample_of(session, officer, design, activity, degree, wanted, link, now)
    return printer.render(values, assets_of(session, officer.provider_id, values.design)).pdf


def sample_of(
    session: Session,
    officer: Officer,
    design: Design,
    activity: Activity,
    degree: Degree,
    wanted: PreviewPaper,
    link: Link,
    now: datetime,
) -> Certificate:
    """The values of the preview. Raises ``NotFound("activity_unknown")`` for a credit or session that is not there."""
    profile = Profile(SAMPLE_NAME, degree, COUNTRY)
    return paper_specimen(
        activity,
        profile,
        activity.day_of(now),
        _paper(activity, profile, wanted),
        link=link,
        overrides=overrides_of(session, officer.provider_id),
        design=printed_design(session, officer.provider_id, design, activity.provider.signatory),
    )


def _activity(session: Session, officer: Officer, activity_id: str) -> Activity:
    listed = {one.activity_id: one.activity for one in list_activities(session, officer.provider_id)}
    if activity_id not in listed:
        raise NotFound("activity_unknown")
    return listed[activity_id]


def _paper(activity: Activity, profile: Profile, wanted: PreviewPaper) -> Paper:
    if not wanted.credit_type:
        return specimen_papers(activity, profile, Division.TOGETHER)[0]
    division = Division.BY_SESSION if wanted.session_key else Division.BY_TYPE
    for paper in specimen_papers(activity, profile, division):
        if (paper.lines[0].credit.code, paper.session_key) == (wanted.credit_type, wanted.session_key):
            return paper
    raise NotFound("activity_unknown")
