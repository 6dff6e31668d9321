"""Rules about people in control of content, commercial support, joint providers and the validity of content."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lti_tool.domain.activity import NEEDS_ASSESSMENT, Accreditation, PersonRole, Standard3Exception
from lti_tool.domain.document import Document, part, records
from lti_tool.domain.plan import PlanSection
from lti_tool.domain.readiness.rule import (
    AMA,
    OURS,
    STANDARD_1,
    STANDARD_3,
    STANDARD_4,
    Days,
    Finding,
    Rule,
    Severity,
    day_of,
    found,
)

CLAUSES = ("balanced", "sound_research", "evolving_identified", "no_advocacy")
"""The four clauses of Standard 1, each confirmed by the reviewer."""
WINDOW_MONTHS = 24
"""Relationships of so many months are collected (ACCME Standard 3.1)."""
STALE_MONTHS = 12
"""A collection older than that is repeated before the activity starts."""


def _is_exempt(document: Document) -> bool:
    exception = document.get("standard3_exception") or Standard3Exception.NONE
    return exception != Standard3Exception.NONE


def _months_before(day: date, months: int) -> date:
    """The first of the month counted back: nobody is told off for the length of February."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def _not_collected(document: Document, days: Days) -> Iterator[Finding]:
    for person in () if _is_exempt(document) else records(document.get("people")):
        day = day_of(person.get("disclosed"))
        if day is None or day > days.today:
            yield found(f"people[{person['key']}].disclosed", name=person.get("name") or "")


def _outdated(document: Document, days: Days, months: int) -> Iterator[Finding]:
    start = day_of(document.get("release")) or days.today
    for person in () if _is_exempt(document) else records(document.get("people")):
        day = day_of(person.get("disclosed"))
        if day is not None and day < _months_before(start, months):
            yield found(f"people[{person['key']}].disclosed", name=person.get("name") or "", months=months)


def _beyond_window(document: Document, days: Days) -> Iterator[Finding]:
    return _outdated(document, days, WINDOW_MONTHS)


def _stale(document: Document, days: Days) -> Iterator[Finding]:
    beyond = {item.path for item in _beyond_window(document, days)}
    return (item for item in _outdated(document, days, STALE_MONTHS) if item.path not in beyond)


def _no_planner(document: Document, days: Days) -> Iterator[Finding]:
    people = records(document.get("people"))
    if people and not any(PersonRole.PLANNER in (person.get("roles") or ()) for person in people):
        yield found("people")


def _exception_bare(document: Document, days: Days) -> Iterator[Finding]:
    if _is_exempt(document) and not document.get("standard3_reason"):
        yield found("standard3_reason")


def _no_agreement(document: Document, days: Days) -> Iterator[Finding]:
    release = day_of(document.get("release"))
    for support in records(document.get("commercial_support")):
        day = day_of(support.get("signed"))
        if day is None or (release is not None and day >= release):
            yield found(f"commercial_support[{support['key']}].signed", company=support.get("company") or "")


def _joint_unchecked(document: Document, days: Days) -> Iterator[Finding]:
    if (
        part(document, "provider", "accreditation") == Accreditation.JOINT
        and document.get("joint_eligible") is not True
    ):
        yield found("joint_eligible")


def _clause_open(document: Document, days: Days) -> Iterator[Finding]:
    for clause in CLAUSES:
        if part(document, "validation", clause) is not True:
            yield found(f"validation.{clause}")


def _not_reviewed(document: Document, days: Days) -> Iterator[Finding]:
    if not part(document, "validation", "reviewer"):
        yield found("validation.reviewer")
    day = day_of(part(document, "validation", "date"))
    if day is None or day > days.today:
        yield found("validation.date")


def _reviewed_by_author(document: Document, days: Days) -> Iterator[Finding]:
    reviewer = str(part(document, "validation", "reviewer") or "").casefold()
    authors = {PersonRole.AUTHOR, PersonRole.FACULTY}
    for person in records(document.get("people")):
        name = str(person.get("name") or "").casefold()
        if reviewer and name and name in reviewer and authors & set(person.get("roles") or ()):
            yield found("validation.reviewer", name=person["name"])


def _no_references(document: Document, days: Days) -> Iterator[Finding]:
    if str(document.get("format")) in NEEDS_ASSESSMENT and not document.get("references"):
        yield found("references")


_PEOPLE, _CONTENT, _HINT = PlanSection.PEOPLE, PlanSection.CONTENT, Severity.WARNING
RULES = (
    Rule("disclosure_not_collected", _PEOPLE, f"{STANDARD_3}.1", _not_collected),
    Rule("disclosure_beyond_window", _PEOPLE, f"{STANDARD_3}.1: the prior 24 months", _beyond_window),
    Rule("disclosure_stale", _PEOPLE, OURS, _stale, _HINT),
    Rule("planner_missing", _PEOPLE, f"{STANDARD_3}.1: planners, faculty and others", _no_planner, _HINT),
    Rule("exception_not_argued", _PEOPLE, f"{STANDARD_3}, exceptions", _exception_bare),
    Rule("support_agreement_missing", _PEOPLE, f"{STANDARD_4}: agreement signed before the start", _no_agreement),
    Rule("joint_provider_unchecked", PlanSection.CREDIT, "ACCME, joint providership", _joint_unchecked),
    Rule("validation_open", _CONTENT, STANDARD_1, _clause_open),
    Rule("validation_unsigned", _CONTENT, STANDARD_1, _not_reviewed),
    Rule("validation_by_author", _CONTENT, OURS, _reviewed_by_author, _HINT),
    Rule("references_missing", _CONTENT, f"{AMA}: access to bibliographic sources (2011)", _no_references, _HINT),
)
