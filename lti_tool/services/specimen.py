"""What a certificate of an activity will look like: for staff, marked as a specimen, without number or record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_name, credit_type
from lti_tool.domain.activity import Activity
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.credit import Degree
from lti_tool.domain.design import DEFAULT_DESIGN, Design
from lti_tool.domain.division import Division
from lti_tool.domain.eligibility import clashes
from lti_tool.domain.errors import BadInput, NotFound, Refused
from lti_tool.domain.learner import Profile, clean_name
from lti_tool.domain.series import ActivitySession, Attendance, SeriesCredit, series_credit
from lti_tool.domain.statement import NO_OVERRIDES, Overrides
from lti_tool.services.certificate import CODE_LENGTH, Link, compose
from lti_tool.services.certificate_division import Paper, lists_sessions, papers
from lti_tool.services.certificate_text import PrintedOffer, Printing
from lti_tool.services.claimable import ClaimableCredit, claimable_credits
from lti_tool.services.design import current_design, printed_design
from lti_tool.services.learner import suggested_name
from lti_tool.services.participation import progress
from lti_tool.services.ports import CertificatePrinter
from lti_tool.services.session import Visit
from lti_tool.services.statement import overrides_of

SAMPLE_NAME = "Sample Learner"
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def specimen(
    activity: Activity,
    profile: Profile,
    day: date,
    *,
    is_awarded: bool,
    link: Link,
    overrides: Overrides = NO_OVERRIDES,
    design: Design = DEFAULT_DESIGN,
) -> Certificate:
    """The whole designated amount of the first credit. Raises ``Refused("step_absent")`` without credit."""
    if not activity.credits:
        raise Refused("step_absent")
    offer = activity.credits[0]
    credit = credit_type(offer.credit_type, activity.designated_on)
    line = PrintedOffer(credit, offer, offer.maximum, is_awarded and bool(credit.awarded_to))
    return paper_specimen(activity, profile, day, Paper((line,)), link=link, overrides=overrides, design=design)


def specimen_papers(activity: Activity, profile: Profile, division: Division) -> tuple[Paper, ...]:
    """What this person gets who attended everything, or as much of it as counts, and claims it in full. Of credits that
    exclude each other only the first stands on one certificate with others.

    Raises ``Refused("step_absent")`` without credit.
    """
    if not activity.credits:
        raise Refused("step_absent")
    taken: list[ClaimableCredit] = []
    for one in claimable_credits(activity, profile):
        if division is not Division.TOGETHER or not clashes([*(each.offer for each in taken), one.offer]):
            taken.append(one)
    ordered = sorted(taken, key=lambda one: one.credit.printing_order)
    return papers([_whole_line(activity, one, division) for one in ordered], division)


def _whole_line(activity: Activity, one: ClaimableCredit, division: Division) -> PrintedOffer:
    if not activity.sessions or not lists_sessions(activity, division):
        return PrintedOffer(one.credit, one.offer, one.offer.maximum, one.is_awarded)
    series = _fitting(activity, one) if division is Division.BY_SESSION else _series(activity.sessions, one)
    amount = series.total if one.is_awarded and series.total in one.amounts else one.offer.maximum
    return PrintedOffer(one.credit, one.offer, amount, one.is_awarded, series.sessions)


def _series(sessions: Sequence[ActivitySession], one: ClaimableCredit) -> SeriesCredit:
    there = {each.key: Attendance(each.key, None, _ANY_TIME) for each in sessions}
    return series_credit(sessions, there, one.credit, one.offer)


def _fitting(activity: Activity, one: ClaimableCredit) -> SeriesCredit:
    """Of as many sessions as count in full: beyond the maximum no certificate is of one session."""
    taken: list[ActivitySession] = []
    for session in activity.sessions:
        series = _series([*taken, session], one)
        if series.total == sum(each.amount for each in series.sessions):
            taken.append(session)
    return _series(taken or activity.sessions, one)


def paper_name(paper: Paper) -> str:
    """What staff call it: its credits, and its session."""
    names = ", ".join(credit_name(line.credit.code) for line in paper.lines)
    return names if paper.session is None else f"{names}: {paper.session.title}"


def paper_specimen(
    activity: Activity,
    profile: Profile,
    day: date,
    paper: Paper,
    *,
    link: Link,
    overrides: Overrides = NO_OVERRIDES,
    design: Design = DEFAULT_DESIGN,
) -> Certificate:
    """The certificate, marked as a specimen."""
    completed = paper.completed_on(activity, day)
    printing = Printing(paper.lines, completed, day, overrides=overrides, session=paper.session)
    address = link("0" * CODE_LENGTH)
    return compose(activity, profile, printing, number="SPECIMEN", verify_url=address, design=design, is_specimen=True)


def specimen_for(
    session: Session, visit: Visit, printer: CertificatePrinter, link: Link, now: datetime, *, is_awarded: bool
) -> Certificate:
    """A specimen with the visitor's own name where it can be printed. Raises ``NotFound`` for learners."""
    if not visit.is_staff:
        raise NotFound("certificate_unknown")
    here = progress(session, visit, now)
    name = _printable(suggested_name(session, visit), printer)
    profile = Profile(name, Degree.MD if is_awarded else Degree.RN, "US")
    day, overrides = here.activity.day_of(now), overrides_of(session, visit.provider_id)
    design = current_design(session, visit.provider_id)
    design = printed_design(session, visit.provider_id, design, here.activity.provider.signatory)
    return specimen(here.activity, profile, day, is_awarded=is_awarded, link=link, overrides=overrides, design=design)


def _printable(raw: str, printer: CertificatePrinter) -> str:
    try:
        name = clean_name(raw)
    except BadInput:
        return SAMPLE_NAME
    return SAMPLE_NAME if printer.unprintable(name) else name
