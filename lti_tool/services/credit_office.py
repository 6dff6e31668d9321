"""What staff see of credit: activities, people with their accounts, and amounts worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_name, credit_type, credit_types
from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.domain.amount import (
    Method,
    Segment,
    Working,
    work_format,
    work_media,
    work_mergener,
    work_pilot,
    work_segments,
)
from lti_tool.domain.capability import Capability
from lti_tool.domain.credit import Basis, CreditType
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.services.office import Officer
from lti_tool.services.taker_list import takers

PAGE = 50


@dataclass(frozen=True, slots=True)
class OfficeActivity:
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class OfferedType:
    code: str
    name: str
    maximum: Decimal


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A learner of the activity. ``name`` is the LMS's or the printed one, ``""`` if there is none."""

    learner_id: str
    name: str
    entry_count: int


def credit_activities(session: Session, officer: Officer) -> tuple[OfficeActivity, ...]:
    """Those whose claims this person may decide, by title."""
    table = models.Activity
    query = select(table.id, table.title).where(table.provider_id == officer.provider_id, table.version > 0)
    rows = session.execute(query.order_by(table.title, table.id))
    return tuple(OfficeActivity(key, title) for key, title in rows if officer.may(Capability.OVERRIDE_CLAIMS, key))


def office_activity(
    session: Session, officer: Officer, activity_id: str
) -> tuple[OfficeActivity, tuple[OfferedType, ...]]:
    """One of them with what its newest version offers. Raises ``NotFound("activity_unknown")``, ``Forbidden``."""
    row = session.get(models.Activity, activity_id)
    if row is None or row.provider_id != officer.provider_id:
        raise NotFound("activity_unknown")
    officer.require(Capability.OVERRIDE_CLAIMS, activity_id)
    offers = activity_value(session, activity_id, row.version).credits
    return OfficeActivity(row.id, row.title), tuple(
        OfferedType(offer.credit_type, credit_name(offer.credit_type), offer.maximum) for offer in offers
    )


def people(session: Session, officer: Officer, activity_id: str, search: str) -> tuple[PersonRow, ...]:
    """Who took the activity up, by name; the first page of those whose name contains ``search``."""
    office_activity(session, officer, activity_id)
    part, entry = models.Participation, models.CreditEntry
    count = select(func.count()).where(entry.participation_id == part.id).correlate(part).scalar_subquery()
    query = takers(activity_id, search, PAGE, count)
    return tuple(PersonRow(*found) for found in session.execute(query))


def person_name(session: Session, officer: Officer, learner_id: str) -> str:
    """Raises ``NotFound("account_unknown")``."""
    row = session.get(models.Learner, learner_id)
    if row is None or row.provider_id != officer.provider_id:
        raise NotFound("account_unknown")
    return row.lms_name or row.printed_name


def types_on(day: date) -> tuple[OfferedType, ...]:
    """Every type of credit that is in force, for a choice."""
    return tuple(OfferedType(one.code, credit_name(one.code), one.step) for one in credit_types(day) if one.awarded_to)


@dataclass(frozen=True, slots=True)
class WorkingForm:
    """A calculation as typed. ``fields`` by name: see :func:`work_out`."""

    method: str
    credit_type: str
    fields: Mapping[str, str]


def _number(fields: Mapping[str, str], name: str, default: str = "") -> Decimal:
    text = fields.get(name, "").strip() or default
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or len(text) > 12:
        raise BadInput("working_unusable", faults={name: "not_a_number"})
    return number


def _whole(fields: Mapping[str, str], name: str, default: str = "") -> int:
    number = _number(fields, name, default)
    if number != number.to_integral_value():
        raise BadInput("working_unusable", faults={name: "not_whole"})
    return int(number)


def _numbers(fields: Mapping[str, str], name: str) -> list[Decimal]:
    return [_number({name: text}, name) for text in fields.get(name, "").replace(",", " ").split()]


def _segments(fields: Mapping[str, str]) -> list[Segment]:
    """A line each: minutes and title; ``-`` in front: not counted (a break); ``|name`` behind: parallel sessions."""
    found = []
    for line in fields.get("segments", "").splitlines():
        if line.strip():
            minutes, _, title = line.strip().removeprefix("-").strip().partition(" ")
            title, _, parallel = title.partition("|")
            length = _number({"segments": minutes}, "segments")
            found.append(Segment(title.strip(), length, not line.strip().startswith("-"), parallel.strip()))
    return found


def work_out(form: WorkingForm, now: datetime) -> tuple[CreditType, Working]:
    """The amount and its working. Fields by method: segments (``segments``), mergener (``words``, ``questions``,
    ``difficulty``), media (``seconds``, ``questions``, ``minutes_per_question``), pilot (``minutes``), format
    (``format``, ``count``).

    Raises ``NotFound("credit_type_unknown")``, ``BadInput("working_unusable")`` naming the field.
    """
    credit, fields = credit_type(form.credit_type, now.date()), form.fields
    try:
        method = Method(form.method)
    except ValueError as error:
        raise BadInput("working_unusable", faults={"method": "unknown"}) from error
    if method is Method.SEGMENTS:
        return credit, work_segments(_segments(fields), credit)
    if method is Method.MERGENER:
        words, questions = _whole(fields, "words"), _whole(fields, "questions", "0")
        return credit, work_mergener(words, questions, _number(fields, "difficulty"), credit)
    if method is Method.MEDIA:
        pause = _number(fields, "minutes_per_question", "1")
        return credit, work_media(_numbers(fields, "seconds"), _whole(fields, "questions", "0"), pause, credit)
    if method is Method.PILOT:
        return credit, work_pilot(_numbers(fields, "minutes"), credit)
    return credit, work_format(credit.rule_for(fields.get("format", "")), _number(fields, "count"))


def counted_formats(day: date) -> tuple[str, ...]:
    """Formats that some type of credit counts otherwise than by time."""
    return tuple(
        dict.fromkeys(
            name for one in credit_types(day) for name, rule in one.formats.items() if rule.basis is not Basis.TIME
        )
    )
