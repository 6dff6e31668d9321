"""Cases and polls in the content: which items they keep closed, how they are answered, what peers chose.

They are formative: an answer is never scored, a wrong one closes nothing, and none counts for the post-test. The first
answer stands, so that nobody answers after having seen the rationale.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lti_tool.domain.activity import Activity, ContentItem, ContentKind, Step
from lti_tool.domain.answer_form import Fields, read_answer
from lti_tool.domain.assessment import (
    Answer,
    FormItem,
    Question,
    QuestionKind,
    check_answer,
    choices_of,
    is_complete,
    points,
)
from lti_tool.domain.draw import dealt
from lti_tool.domain.errors import BadInput, NotFound, Refused
from lti_tool.domain.record import Record
from lti_tool.domain.standing import Blocker

MINIMUM_PEERS = 5
"""Fewer answers of others are not shown: nobody's own can be guessed from so few."""
CHOSEN = frozenset({QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.TRUE_FALSE})
"""Kinds whose answers are counted by choice; of all others it is counted how many were right."""
RIGHT, OTHER = "right", "other"
"""What is counted where a question has no choices."""


def items_of(activity: Activity) -> tuple[ContentItem, ...]:
    """What the activity itself holds; nothing where the content lies in the course."""
    return activity.content.items if activity.content else ()


def reached(items: Sequence[ContentItem], record: Record, moment: datetime | None = None) -> tuple[ContentItem, ...]:
    """The items that are open: up to and with the first case or poll that still waits for its answer.

    ``moment``: as of then; ``None`` for all that is known.
    """
    for place, item in enumerate(items, start=1):
        response = record.responses.get(item.key)
        is_answered = response is not None and (moment is None or response.at <= moment)
        if item.awaits_answer and not is_answered:
            return tuple(items[:place])
    return tuple(items)


def require_reached(activity: Activity, record: Record, item: ContentItem) -> None:
    """Raises ``Refused("content_locked", blockers=…)``, naming what has to be answered first."""
    is_open = reached(items_of(activity), record)
    if item not in is_open:
        facts = {"item": is_open[-1].key, "title": is_open[-1].title}
        blockers = (Blocker("content_unanswered", Step.CONTENT, facts),)
        raise Refused("content_locked", f"{item.key} waits for an answer", step=Step.CONTENT, blockers=blockers)


def find_item(activity: Activity, record: Record, key: str) -> ContentItem:
    """An item that is open. Raises ``NotFound("content_unknown")``, ``Refused("content_locked")``."""
    found = next((item for item in items_of(activity) if item.key == key), None)
    if found is None:
        raise NotFound("content_unknown")
    require_reached(activity, record, found)
    return found


def form_of(question: Question) -> FormItem:
    """The question as everybody is given it. What is to be ordered or matched is mixed, the same for all."""
    seed = hashlib.sha256(question.key.encode()).digest()
    return dealt(question, int.from_bytes(seed[:8], "big"))


def read_response(question: Question, fields: Fields) -> Answer:
    """The answer in a form. Raises ``BadInput``: ``question_unknown``, or ``response_wrong`` with the fault by question
    (``order_incomplete``, ``answer_not_possible``, ``unanswered``)."""
    answer = read_answer(question, fields)
    if answer is None:
        raise _wrong(question, "order_incomplete")
    try:
        if answer:
            check_answer(question, answer)
    except BadInput as error:
        raise _wrong(question, "answer_not_possible") from error
    if not is_complete(question, answer):
        raise _wrong(question, "unanswered")
    return answer


def _wrong(question: Question, code: str) -> BadInput:
    return BadInput("response_wrong", f"{question.key}: {code}", faults={question.key: code})


def is_case(item: ContentItem) -> bool:
    """It has a right answer and a rationale."""
    return item.kind is ContentKind.CASE


def options_hash(question: Question) -> str:
    """Says whether two versions of a question can be counted together: SHA-256 in hex of its kind and what it offers.

    The key is no part of it: whoever answered before it was corrected chose from the same.
    """
    offered = [sorted((entry.key, entry.text) for entry in part) for part in (question.entries, question.options)]
    text = json.dumps([question.kind.value, *offered, question.unit], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Chosen:
    """How many chose this. ``key`` is that of a choice, or ``RIGHT`` or ``OTHER``; ``percent`` is rounded."""

    key: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class Tally:
    """``total`` counts people; where several choices can be made the counts add up to more."""

    total: int
    choices: tuple[Chosen, ...]

    def of(self, key: str) -> Chosen:
        """Raises ``KeyError`` for what the question does not offer."""
        return {one.key: one for one in self.choices}[key]


def _named(question: Question, answer: Answer) -> tuple[str, ...]:
    """What an answer counts for."""
    if question.kind in CHOSEN:
        return (answer,) if isinstance(answer, str) else tuple(answer)
    return (RIGHT if points(question, answer) == 1 else OTHER,)


def tally(question: Question, answers: Iterable[tuple[Answer, int]], least: int = MINIMUM_PEERS) -> Tally | None:
    """What people chose, in the author's order; ``None`` for fewer than ``least``. ``answers``: each with its count."""
    offered = [entry.key for entry in choices_of(question)] if question.kind in CHOSEN else [RIGHT, OTHER]
    counts, total = dict.fromkeys(offered, 0), 0
    for answer, count in answers:
        total += count
        for key in _named(question, answer):
            counts[key] = counts.get(key, 0) + count
    if total < max(least, 1):
        return None
    return Tally(total, tuple(Chosen(key, counts[key], round(100 * counts[key] / total)) for key in offered))
