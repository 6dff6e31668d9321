"""The gradebook's rules (LTI-AGS 2.0): what a score does, and which are refused. No HTTP here."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from lti_tool.demo.behaviour import Behaviour, Refusal, TimestampRule
from lti_tool.demo.course import LineItem, Result
from lti_tool.demo.people import Person
from lti_tool.demo.vocabulary import UnfinishedScore

ACTIVITY_PROGRESS = frozenset({"Initialized", "Started", "InProgress", "Submitted", "Completed"})
GRADING_PROGRESS = frozenset({"FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"})
ISO_8601 = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$")


class Refused(Exception):
    """The gradebook says no."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Score:
    """A well-formed score. ``given`` None means that the member was absent."""

    user_id: str
    timestamp: datetime
    written_timestamp: str
    activity_progress: str
    grading_progress: str
    given: float | None
    maximum: float | None
    comment: str

    @property
    def is_final(self) -> bool:
        return self.grading_progress == "FullyGraded"


def parse_score(body: bytes, behaviour: Behaviour) -> Score:
    """Raises Refused with the behaviour's status, naming the member that is wrong."""
    try:
        document = json.loads(body)
    except ValueError as error:
        raise _bad(behaviour, "the body is not JSON") from error
    if not isinstance(document, dict):
        raise _bad(behaviour, "the body is not a JSON object")
    given, maximum = _points(document, behaviour)
    return Score(
        user_id=_text(document, "userId", behaviour),
        timestamp=_timestamp(document, behaviour),
        written_timestamp=_text(document, "timestamp", behaviour),
        activity_progress=_word(document, "activityProgress", ACTIVITY_PROGRESS, behaviour),
        grading_progress=_word(document, "gradingProgress", GRADING_PROGRESS, behaviour),
        given=given,
        maximum=maximum,
        comment=_comment(document, behaviour),
    )


def _bad(behaviour: Behaviour, why: str) -> Refused:
    return Refused(replace(behaviour.bad_score, reason=f"{behaviour.bad_score.reason}: {why}"))


def _text(document: dict[str, Any], name: str, behaviour: Behaviour) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise _bad(behaviour, f"{name} is missing or not a string")
    return value


def _comment(document: dict[str, Any], behaviour: Behaviour) -> str:
    comment = document.get("comment", "")
    if not isinstance(comment, str):
        raise _bad(behaviour, "comment is not a string")
    return comment


def _word(document: dict[str, Any], name: str, words: frozenset[str], behaviour: Behaviour) -> str:
    value = _text(document, name, behaviour)
    if value not in words:
        raise _bad(behaviour, f"{name} {value!r} is not one of {', '.join(sorted(words))}")
    return value


def _timestamp(document: dict[str, Any], behaviour: Behaviour) -> datetime:
    written = _text(document, "timestamp", behaviour)
    match = ISO_8601.match(written)
    if match is None:
        raise _bad(behaviour, "timestamp is not ISO 8601 with a time zone")
    if behaviour.needs_fraction and not match.group(1):
        raise _bad(behaviour, "timestamp has no fraction of a second")
    try:
        return datetime.fromisoformat(written).astimezone(UTC)
    except ValueError as error:
        raise _bad(behaviour, "timestamp is no date that exists") from error


def _points(document: dict[str, Any], behaviour: Behaviour) -> tuple[float | None, float | None]:
    if document.get("scoreGiven") is None:
        return None, None
    given, maximum = (number(document.get(name)) for name in ("scoreGiven", "scoreMaximum"))
    if given is None or given < 0:
        raise _bad(behaviour, "scoreGiven is not a number of at least 0")
    if maximum is None or maximum <= 0:
        raise _bad(behaviour, "scoreGiven needs a scoreMaximum above 0")
    return given, maximum


def number(value: object) -> float | None:
    """A JSON number, else None (true, strings, NaN and infinities are none)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e12 else None


def check_timestamp(score: Score, before: Result | None, behaviour: Behaviour) -> None:
    """Raises Refused when the score is too old beside the one recorded."""
    if before is None or not before.timestamp:
        return
    known = datetime.fromisoformat(before.timestamp).astimezone(UTC)
    new, rule = score.timestamp, behaviour.timestamp_rule
    if rule is TimestampRule.LATER_WHOLE_SECOND:
        is_late_enough = new.replace(microsecond=0) > known.replace(microsecond=0)
    elif rule is TimestampRule.LATER:
        is_late_enough = new > known
    else:
        is_late_enough = new >= known
    if not is_late_enough:
        raise Refused(behaviour.timestamp_refusal)


def result_after(score: Score, item: LineItem, person: Person, before: Result | None, behaviour: Behaviour) -> Result:
    """What stands in the gradebook once ``score`` was accepted."""
    base = before or Result(item.id, person.key, None)
    points, wiped = _points_after(score, item, base.score, behaviour)
    forgets_time = wiped and behaviour.timestamp_rule is TimestampRule.LATER_WHOLE_SECOND
    return replace(
        base,
        score=points,
        comment=score.comment,
        timestamp="" if forgets_time else score.written_timestamp,
        activity_progress=score.activity_progress,
        grading_progress=score.grading_progress,
    )


def _points_after(
    score: Score, item: LineItem, before: float | None, behaviour: Behaviour
) -> tuple[float | None, bool]:
    """The new points and whether an existing grade was wiped."""
    if not score.is_final:
        wipes = behaviour.unfinished_score is UnfinishedScore.WIPES
        return (None, True) if wipes else (before, False)
    if score.given is None or score.maximum is None:
        return None, True
    if score.given == 0 and not behaviour.publishes_zero:
        return before, False
    points = round(score.given * item.score_maximum / score.maximum, 5)
    return (min(points, item.score_maximum) if behaviour.caps_at_maximum else points), False


def parse_line_item(body: bytes, behaviour: Behaviour) -> dict[str, Any]:
    """The members of a posted line item, checked for shape. Raises Refused 400."""
    try:
        document = json.loads(body)
    except ValueError as error:
        raise Refused(Refusal(400, "the line item is not JSON")) from error
    if not isinstance(document, dict):
        raise Refused(Refusal(400, "the line item is not a JSON object"))
    fault = line_item_fault(document, integer_maximum=behaviour.integer_maximum)
    if fault:
        raise Refused(Refusal(400, fault))
    if behaviour.needs_link_or_resource_id and not (document.get("resourceId") or document.get("resourceLinkId")):
        raise Refused(Refusal(400, "resourceId or resourceLinkId is required"))
    return document


def line_item_fault(document: dict[str, Any], *, integer_maximum: bool = False, needs_label: bool = True) -> str:
    """What is wrong with a line item, ``""`` when nothing is."""
    label, maximum = document.get("label"), number(document.get("scoreMaximum"))
    if needs_label and (not isinstance(label, str) or not label.strip()):
        return "label is required"
    if maximum is None or maximum <= 0:
        return "scoreMaximum must be a number above 0"
    if integer_maximum and maximum != int(maximum):
        return "scoreMaximum must be a whole number"
    for name in ("resourceId", "tag", "resourceLinkId", "label"):
        if not isinstance(document.get(name, ""), str):
            return f"{name} must be a string"
    return ""
