"""The learner's evaluation of the activity, and what may be shown of it.

Every activity asks the three families that providers must report on: balance and freedom from
commercial bias, objectives met, intent to change practice (``docs/reference/rules.md``, 5.2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from lti_tool.domain.assessment import Entry
from lti_tool.domain.errors import BadInput

MAX_TEXT = 4000
"""Longest free-text answer, in characters."""
SMALL_CELL = 5
"""Fewer responses than this are not shown (rules 5.4)."""


class ItemKind(StrEnum):
    RATING = "rating"
    CHOICE = "choice"
    MULTIPLE = "multiple"
    TEXT = "text"
    COMMITMENT = "commitment"
    """What the learner will do differently: kept with the learner, asked about again later, never anonymous."""


class Family(StrEnum):
    BIAS = "bias"
    OBJECTIVES = "objectives"
    INTENT = "intent"
    OTHER = "other"


class FollowUp(StrEnum):
    """What became of a commitment to change, by the learner's own word."""

    DONE = "done"
    PARTLY = "partly"
    NOT_YET = "not-yet"
    NO_LONGER = "no-longer"


class Barrier(StrEnum):
    """What stood in the way of a change, by the learner's own word. None of them is a fault of the learner."""

    TIME = "time"
    COST = "cost"
    PATIENTS = "patients"
    COLLEAGUES = "colleagues"
    SYSTEM = "system"
    KNOWLEDGE = "knowledge"
    EVIDENCE = "evidence"
    OTHER = "other"


FOLLOW_UP_LATEST = timedelta(days=14)
"""A reminder that is older than this when it is first looked for is no longer sent: mail was set up late."""


def reminder_due(due_at: datetime, offsets: Sequence[int], now: datetime) -> int | None:
    """The reminder (in days after ``due_at``) whose time has come: of several that were missed, the latest alone."""
    reached = [days for days in offsets if due_at + timedelta(days=days) <= now]
    latest = max(reached, default=None)
    if latest is None or now - (due_at + timedelta(days=latest)) > FOLLOW_UP_LATEST:
        return None
    return latest


REQUIRED_FAMILIES = frozenset({Family.BIAS, Family.OBJECTIVES, Family.INTENT})


@dataclass(frozen=True, slots=True)
class EvaluationItem:
    """One evaluation question. ``choices`` holds the scale's points for a rating, lowest first."""

    key: str
    kind: ItemKind
    text: str
    family: Family = Family.OTHER
    objective: str = ""
    choices: tuple[Entry, ...] = ()
    is_required: bool = True
    follow_up_days: int = 0
    """For a commitment: how long after the answer the learner is asked what became of it."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    items: tuple[EvaluationItem, ...]
    is_anonymous: bool = True
    """Answers then carry no learner; only that the learner answered is recorded."""


EvaluationAnswer: TypeAlias = str | tuple[str, ...]


def _is_storable(text: str) -> bool:
    """No NUL and no half of a surrogate pair: databases refuse both."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def text_fault(text: str) -> str:
    """``too_long``, ``not_possible``, or ``""`` for a text that can be kept."""
    if len(text) > MAX_TEXT:
        return "too_long"
    return "" if _is_storable(text) else "not_possible"


def _fault(item: EvaluationItem, answer: EvaluationAnswer | None) -> str:
    if not answer or (isinstance(answer, str) and not answer.strip()):
        return "required" if item.is_required else ""
    keys = {entry.key for entry in item.choices}
    match item.kind, answer:
        case ((ItemKind.TEXT | ItemKind.COMMITMENT), str()):
            return text_fault(answer)
        case ItemKind.MULTIPLE, tuple():
            return "" if keys.issuperset(answer) and len(set(answer)) == len(answer) else "not_possible"
        case ((ItemKind.RATING | ItemKind.CHOICE), str()):
            return "" if answer in keys else "not_possible"
        case _:
            return "not_possible"


def split_commitments(
    evaluation: Evaluation, answers: Mapping[str, EvaluationAnswer]
) -> tuple[dict[str, str], dict[str, EvaluationAnswer]]:
    """Commitments that were made, which are kept with their learner, and all other answers. The same words in both
    places would tell whose anonymous answers they are."""
    promised = {item.key for item in evaluation.items if item.kind is ItemKind.COMMITMENT}
    made = {key: text.strip() for key, text in answers.items() if key in promised and isinstance(text, str)}
    rest = {key: answer for key, answer in answers.items() if key not in promised}
    return {key: text for key, text in made.items() if text}, rest


def only_commitments(evaluation: Evaluation, *, wanted: bool) -> Evaluation:
    """The form with nothing but its commitments, or without them: where the two travel apart."""
    items = tuple(item for item in evaluation.items if (item.kind is ItemKind.COMMITMENT) is wanted)
    return replace(evaluation, items=items)


def check_evaluation(evaluation: Evaluation, answers: Mapping[str, EvaluationAnswer]) -> dict[str, EvaluationAnswer]:
    """The answers that count, unknown keys dropped.

    Raises ``BadInput("evaluation_incomplete")`` with a fault (``required``, ``not_possible``, ``too_long``) per item.
    """
    faults = {item.key: _fault(item, answers.get(item.key)) for item in evaluation.items}
    faults = {key: fault for key, fault in faults.items() if fault}
    if faults:
        raise BadInput("evaluation_incomplete", faults=faults)
    return {item.key: answers[item.key] for item in evaluation.items if answers.get(item.key)}


@dataclass(frozen=True, slots=True)
class ItemSummary:
    """Counts per choice in the item's own order, or the texts; ``is_hidden`` when there are too few."""

    item: EvaluationItem
    answered: int
    counts: Mapping[str, int]
    texts: tuple[str, ...]
    is_hidden: bool


def _summary(item: EvaluationItem, responses: Sequence[Mapping[str, EvaluationAnswer]]) -> ItemSummary:
    given = [response[item.key] for response in responses if response.get(item.key)]
    if len(responses) < SMALL_CELL:
        return ItemSummary(item, len(given), {}, (), is_hidden=True)
    if item.kind in (ItemKind.TEXT, ItemKind.COMMITMENT):
        texts = tuple(sorted(answer for answer in given if isinstance(answer, str)))
        return ItemSummary(item, len(given), {}, texts, is_hidden=False)
    flat = [key for answer in given for key in ((answer,) if isinstance(answer, str) else answer)]
    counts = {entry.key: flat.count(entry.key) for entry in item.choices}
    return ItemSummary(item, len(given), counts, (), is_hidden=False)


def summarise(evaluation: Evaluation, responses: Sequence[Mapping[str, EvaluationAnswer]]) -> tuple[ItemSummary, ...]:
    """Per item, small cells hidden: below ``SMALL_CELL`` responses nothing is shown, not even texts.

    Texts are sorted so that their order says nothing about who wrote when.
    """
    return tuple(_summary(item, responses) for item in evaluation.items)
