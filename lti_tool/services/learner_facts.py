"""One learner's way through an activity, fact by fact, for the staff of the course."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.assessment import Test, TestKind
from lti_tool.domain.credit import printed_amount
from lti_tool.domain.errors import NotFound
from lti_tool.domain.pathway import attempt_result
from lti_tool.domain.record import Attempt
from lti_tool.domain.series import minutes_attended
from lti_tool.services.participation import Progress, progress_of
from lti_tool.services.results import short_id
from lti_tool.services.results_facts import participations
from lti_tool.services.session import Visit


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened. ``facts`` are what a sentence needs.

    Codes: ``began``, ``acknowledged``, ``attempt_started`` (test, number), ``attempt_submitted`` (test, number, points,
    maximum, has_passed, and is_kept where a corrected key would have lowered it), ``content_opened`` (title),
    ``content_answered`` (title), ``content_finished``, ``attended`` (title, minutes), ``evaluated``,
    ``claimed`` (amount, is_awarded), ``certificate_issued`` (number).
    """

    at: datetime
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LearnerDetail:
    """``name`` is the LMS's, ``""`` if it shares none. Facts are in the order in which they happened."""

    name: str
    short_id: str
    progress: Progress
    facts: tuple[Fact, ...]


def participation_of_subject(db: Session, visit: Visit, subject: str) -> str:
    """Key of what somebody began here, by the id under which the LMS knows them; ``""`` for nobody who began.

    Raises ``NotFound("placement_unbound")``.
    """
    participation, member, learner = models.Participation, models.CourseMember, models.Learner
    query = (
        select(participation.id)
        .join(member, and_(member.learner_id == participation.learner_id, member.course_id == visit.course_id))
        .join(learner, learner.id == func.coalesce(member.seen_as, participation.learner_id))
        .where(participation.id.in_(participations(visit)), learner.subject == subject)
    )
    return db.scalars(query).first() or ""


def learner_detail(db: Session, visit: Visit, participation_id: str, now: datetime) -> LearnerDetail:
    """Raises ``Forbidden("staff_only")``, ``NotFound``: ``placement_unbound``, or ``participation_unknown`` for one
    that is not of this course and activity, or is a test run."""
    table = models.Participation
    query = select(table).where(table.id == participation_id, table.id.in_(participations(visit)))
    row = db.scalars(query).first()
    if row is None:
        raise NotFound("participation_unknown")
    found = progress_of(db, row, now)
    facts = [Fact(row.started_at, "began"), *_facts(found), *_certificates(db, row.id)]
    return LearnerDetail(
        row.learner.lms_name, short_id(row.learner_id), found, tuple(sorted(facts, key=lambda fact: fact.at))
    )


def _facts(found: Progress) -> Iterator[Fact]:
    record = found.record
    for mark in record.acknowledgements:
        yield Fact(mark.at, "acknowledged")
    for attempt in record.attempts:
        yield from _attempt(found, attempt)
    yield from _content(found)
    yield from _attended(found)
    if record.evaluated_at:
        yield Fact(record.evaluated_at, "evaluated")
    for claim in record.claims:
        yield Fact(claim.at, "claimed", {"amount": claim.amount, "is_awarded": claim.is_awarded})


def _content(found: Progress) -> Iterator[Fact]:
    content = found.activity.content
    titles = {item.key: item.title for item in content.items} if content else {}
    for study in found.record.studies.values():
        if study.first_opened_at:
            yield Fact(study.first_opened_at, "content_opened", {"title": titles.get(study.item, study.item)})
    for response in found.record.responses.values():
        yield Fact(response.at, "content_answered", {"title": titles.get(response.item, response.item)})
    if found.record.content_finished_at:
        yield Fact(found.record.content_finished_at, "content_finished")


def _attended(found: Progress) -> Iterator[Fact]:
    """At the moment at which staff recorded it."""
    for session in found.activity.sessions:
        attendance = (found.record.attendance or {}).get(session.key)
        if attendance is not None:
            facts = {"title": session.title, "minutes": minutes_attended(session, attendance)}
            yield Fact(attendance.at, "attended", facts)


def _attempt(found: Progress, attempt: Attempt) -> Iterator[Fact]:
    about: dict[str, Any] = {"test": attempt.test, "number": attempt.number}
    yield Fact(attempt.started_at, "attempt_started", about)
    test = _test(found, attempt.test)
    if attempt.submitted_at and test:
        result = attempt_result(test, attempt)
        scored = {"points": result.points, "maximum": result.maximum, "has_passed": result.has_passed}
        scored |= {"is_kept": True} if result.is_kept else {}
        yield Fact(attempt.submitted_at, "attempt_submitted", {**about, **scored})


def _test(found: Progress, kind: TestKind) -> Test | None:
    return found.activity.pre_test if kind is TestKind.PRE else found.activity.post_test


def _certificates(db: Session, participation_id: str) -> Iterator[Fact]:
    certificate, award = models.Certificate, models.CreditEntry
    query = (
        select(certificate.issued_at, certificate.number)
        .join(award, award.id == certificate.award_id)
        .where(award.participation_id == participation_id)
    )
    for at, number in db.execute(query):
        yield Fact(at, "certificate_issued", {"number": number})


@dataclass(frozen=True, slots=True)
class CourseCertificate:
    """A certificate issued to a learner of this course."""

    participation_id: str
    number: str
    name: str
    """As printed."""
    amount: Any
    is_awarded: bool
    status: str
    issued_at: datetime
    breakdown: str = ""
    """Amounts with their credits where the certificate names several."""


def course_certificates(db: Session, visit: Visit) -> tuple[CourseCertificate, ...]:
    """Newest first. Raises as ``learner_detail``."""
    certificate, award = models.Certificate, models.CreditEntry
    query = (
        select(
            award.participation_id,
            certificate.number,
            certificate.body["body"]["learner_name"].as_string(),
            award.amount,
            award.is_awarded,
            certificate.status,
            certificate.issued_at,
            certificate.body["body"]["credits"],
        )
        .join(award, award.id == certificate.award_id)
        .where(award.participation_id.in_(participations(visit)))
        .order_by(certificate.issued_at.desc(), certificate.number)
    )
    return tuple(_course_certificate(*row) for row in db.execute(query))


def _course_certificate(
    participation_id: str,
    number: str,
    name: str,
    amount: Any,
    is_awarded: bool,
    status: str,
    issued_at: datetime,
    printed: list[dict[str, Any]] | None,
) -> CourseCertificate:
    """Amounts as the certificate prints them, whatever was corrected since."""
    lines = [(Decimal(line["amount"]), _plain(line["label"])) for line in printed or [] if line["is_awarded"]]
    shown = lines[0][0] if lines else amount
    breakdown = "; ".join(f"{printed_amount(each)} {label}" for each, label in lines) if len(lines) > 1 else ""
    return CourseCertificate(participation_id, number, name, shown, is_awarded, status, issued_at, breakdown)


def _plain(label: Mapping[str, Any]) -> str:
    return "".join(run["text"] for run in label["runs"])
