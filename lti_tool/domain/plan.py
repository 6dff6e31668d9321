"""The plan of an activity: what authors write before there is an activity, and the states it goes through.

A plan's document has the shape and the names of an activity file (references are records with key and text, so that
they can be added one by one), and beside them what only planning needs: ``need``
(gaps), ``validation``, ``credit_working``, the gap of each objective, and when disclosures were collected.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from lti_tool.domain.document import Change, Document, part, parts_of, records, tidied
from lti_tool.domain.errors import Conflict


class PlanState(StrEnum):
    """How far people have brought it. What the dates say comes on top (:func:`phase`)."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    APPROVED = "approved"
    """Credit is designated; learners are not sent there yet."""
    PUBLISHED = "published"
    CLOSED = "closed"
    ARCHIVED = "archived"


class Act(StrEnum):
    """What people do to a plan as a whole."""

    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    PUBLISH = "publish"
    CLOSE = "close"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states an act leads where."""

    before: frozenset[PlanState]
    after: PlanState


TRANSITIONS: Mapping[Act, Transition] = {
    Act.SUBMIT: Transition(frozenset({PlanState.DRAFT}), PlanState.IN_REVIEW),
    Act.RETURN: Transition(frozenset({PlanState.IN_REVIEW}), PlanState.DRAFT),
    Act.APPROVE: Transition(frozenset({PlanState.IN_REVIEW}), PlanState.APPROVED),
    Act.PUBLISH: Transition(frozenset({PlanState.APPROVED}), PlanState.PUBLISHED),
    Act.CLOSE: Transition(frozenset({PlanState.PUBLISHED}), PlanState.CLOSED),
    Act.ARCHIVE: Transition(
        frozenset({PlanState.DRAFT, PlanState.APPROVED, PlanState.CLOSED}),
        PlanState.ARCHIVED,
    ),
}
"""The whole life of a plan. Nothing leads back behind the approval: credit that was designated stays designated."""

DESIGNATED = frozenset({PlanState.APPROVED, PlanState.PUBLISHED, PlanState.CLOSED, PlanState.ARCHIVED})
"""From the approval on, the document changes by change requests only."""


def after(state: PlanState, act: Act) -> PlanState:
    """Raises ``Conflict("plan_state_wrong")`` where the act is not possible: perhaps somebody was faster."""
    transition = TRANSITIONS[act]
    if state not in transition.before:
        raise Conflict("plan_state_wrong", f"{act.value} is not possible while {state.value}", state=state, act=act)
    return transition.after


def possible_acts(state: PlanState) -> tuple[Act, ...]:
    return tuple(act for act, transition in TRANSITIONS.items() if state in transition.before)


class Phase(StrEnum):
    """What state and dates together mean for learners."""

    PREPARED = "prepared"
    WAITING = "waiting"
    """Published; the release day has not come."""
    RUNNING = "running"
    EXPIRED = "expired"
    OVER = "over"
    """Closed or archived by hand."""


def phase(state: PlanState, opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> Phase:
    """Computed from the dates of the approved activity, so that no stored state can contradict them."""
    if state in (PlanState.CLOSED, PlanState.ARCHIVED):
        return Phase.OVER
    if state is not PlanState.PUBLISHED or opens_at is None or closes_at is None:
        return Phase.PREPARED
    if now >= closes_at:
        return Phase.EXPIRED
    return Phase.WAITING if now < opens_at else Phase.RUNNING


class PlanSection(StrEnum):
    """The parts of the wizard; the values are the addresses' words. They can be done in any order."""

    NEED = "need"
    OBJECTIVES = "objectives"
    PEOPLE = "people"
    CONTENT = "content"
    ASSESSMENT = "assessment"
    EVALUATION = "evaluation"
    CREDIT = "credit"
    DELIVERY = "delivery"


FIELDS: Mapping[PlanSection, tuple[str, ...]] = {
    PlanSection.NEED: ("title", "description", "audience", "need"),
    PlanSection.OBJECTIVES: ("objectives",),
    PlanSection.PEOPLE: ("people", "standard3_exception", "standard3_reason", "commercial_support"),
    PlanSection.CONTENT: ("content", "references", "new_and_evolving", "validation"),
    PlanSection.ASSESSMENT: ("questions", "pre_test", "post_test"),
    PlanSection.EVALUATION: ("evaluation",),
    PlanSection.CREDIT: ("provider", "joint_eligible", "estimated_minutes", "credit_working", "credits", "equivalents"),
    PlanSection.DELIVERY: (
        *("format", "language", "location", "time_zone", "release", "reviewed", "expires"),
        *("claims_open", "claims_close", "sessions", "sessions_on_certificate", "steps"),
    ),
}
"""Which top-level fields of the document each section owns."""

PLANNING_ONLY = frozenset({"need", "validation", "standard3_reason", "joint_eligible", "credit_working"})
"""Top-level fields that an activity file does not have."""
_PLANNING_ITEMS: Mapping[str, frozenset[str]] = {
    "objectives": frozenset({"gap"}),
    "people": frozenset({"disclosed"}),
    "commercial_support": frozenset({"key", "signed"}),
    "credits": frozenset({"key"}),
    "relationships": frozenset({"key"}),
}


def section_of(path: str) -> PlanSection:
    """The section that owns a field; what nobody owns (``designated``) belongs to the delivery."""
    first = parts_of(path)[0][0] if path else ""
    return next((section for section, names in FIELDS.items() if first in names), PlanSection.DELIVERY)


def _without(items: Any, name: str) -> list[dict[str, Any]]:
    left_out = _PLANNING_ITEMS[name]
    return [{field: value for field, value in item.items() if field not in left_out} for item in records(items)]


def file_data(document: Document, key: str, designated: date) -> Document:
    """What an activity file of this plan holds. ``designated`` is set by the approval, never by an author."""
    data = {name: value for name, value in copy.deepcopy(document).items() if name not in PLANNING_ONLY}
    for name in data.keys() & _PLANNING_ITEMS.keys():
        data[name] = _without(data[name], name)
    for person in records(data.get("people")):
        person["relationships"] = _without(person.get("relationships"), "relationships")
    if "references" in data:
        data["references"] = {one["key"]: one.get("text", "") for one in records(data["references"]) if "key" in one}
    return {**data, "schema": "cme-activity/1", "key": key, "designated": designated.isoformat()}


EDITORIAL = (
    *("need", "validation", "credit_working", "references", "questions", "content", "evaluation"),
    *("description", "new_and_evolving"),
)
"""Texts: a change of these is an improvement of the content, not of what was designated."""
_DESIGNATED_PARTS = frozenset({"minimum_minutes", "minimum_coverage", "anonymous"})


def is_accreditation_relevant(change: Change) -> bool:
    """Fields on which designation, disclosure or award depend. Added and removed questions, content and
    evaluation items count: they change what was assessed and studied."""
    parts = parts_of(change.path)
    if not parts or parts[0][0] not in EDITORIAL:
        return True
    if parts[0][0] in ("need", "validation", "credit_working", "description", "references"):
        return False
    if parts[0][0] == "content" and parts[-1][0] == "required":
        return True  # a case or poll gates what follows
    is_whole_item = parts[-1][1] or len(parts) == 1
    return is_whole_item or parts[-1][0] in _DESIGNATED_PARTS or parts[-1][0] in ("is_correct", "answer", "pairs")


def _shifted(day: Any, years: int) -> Any:
    try:
        found = date.fromisoformat(str(day))
    except ValueError:
        return day
    try:
        return found.replace(year=found.year + years).isoformat()
    except ValueError:  # 29 February
        return date(found.year + years, 2, 28).isoformat() if found.month == 2 else day


def copied(document: Document, years: int) -> Document:
    """The same activity for another year: release and expiry move, all that must be looked at again is open.

    Review, validation, the collection of disclosures, mitigation and agreements on support belong to the year in which
    they were made (ACCME Standards 1, 3 and 4).
    """
    result = copy.deepcopy(document)
    for name in ("release", "expires"):
        if name in result:
            result[name] = _shifted(result[name], years)
    for session in records(result.get("sessions")):
        session.pop("date", None)
    for name in ("reviewed", "validation", "joint_eligible"):
        result.pop(name, None)
    for person in records(result.get("people")):
        person.pop("disclosed", None)
        person.pop("mitigation", None)
    for support in records(result.get("commercial_support")):
        support.pop("signed", None)
    tidy: Document = tidied(result)
    return tidy


def blank_document(title: str, learning_format: str, language: str = "en-US") -> Document:
    """Where a new plan begins: the path that most activities have."""
    path = {"information": "required", "content": "required", "post-test": "required", "evaluation": "required"}
    return {
        "title": title,
        "format": learning_format,
        "language": language,
        "time_zone": "UTC",
        "standard3_exception": "none",
        "steps": {**path, "pre-test": "absent"},
    }


def question_keys(document: Document, test: str) -> list[str]:
    """The questions of ``pre_test`` or ``post_test``."""
    return [str(key) for key in part(document, test, "questions") or []]
