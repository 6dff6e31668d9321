"""Questions, tests, and how an answer is scored. Pure: the same answers give the same score everywhere.

An *answer* is what a browser may send, already parsed: a choice key (single, true/false), a tuple of
keys (multiple: any order; ordering: in order), pairs (matching) or a number as text (numeric).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeAlias

from lti_tool.domain.errors import BadInput

MAX_NUMERIC = 40
"""Longest number that is read, in characters."""
MAX_MAGNITUDE = 30
"""Most digits before the point, or zeros after it, of a number that is read: more is no measurement."""
NEARLY = Decimal("1e-9")
"""Sums of thirds miss the whole point by less than this."""
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


class TestKind(StrEnum):
    """Which of an activity's tests."""

    __test__ = False

    PRE = "pre-test"
    POST = "post-test"


class QuestionKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    MATCHING = "matching"
    ORDERING = "ordering"
    NUMERIC = "numeric"


class Reveal(StrEnum):
    """When key, rationale and references are shown."""

    AFTER_PASSING = "after_passing"
    """After passing, or after the last attempt is used up."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Image:
    """A picture with its words. ``file`` names the media within the activity."""

    file: str
    alt: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A choice, prompt, option or thing to be put in order."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One item. Which of the answer fields are used depends on ``kind``.

    ``entries``: the choices (single, multiple), prompts (matching) or things to order, in the author's order.
    """

    key: str
    kind: QuestionKind
    stem: str
    entries: tuple[Entry, ...] = ()
    options: tuple[Entry, ...] = ()
    """Matching: what the prompts are matched with."""
    correct: frozenset[str] = frozenset()
    """Keys of right choices; for true/false ``{"true"}`` or ``{"false"}``."""
    pairs: Mapping[str, str] = field(default_factory=dict)
    """Matching: prompt key to option key."""
    number: Decimal | None = None
    tolerance: Decimal = Decimal(0)
    unit: str = ""
    has_partial_credit: bool = False
    vignette: str = ""
    image: Image | None = None
    objective: str = ""
    rationale: str = ""
    references: tuple[str, ...] = ()
    source: str = ""
    """Where it was taken from in the provider's bank, as ``<question>/<version>``; ``""`` if it never was there."""


Answer: TypeAlias = str | tuple[str, ...] | Mapping[str, str]
"""See the module's docstring."""

TRUE_FALSE = (Entry("true", "True"), Entry("false", "False"))


def choices_of(question: Question) -> tuple[Entry, ...]:
    """What can be chosen or moved, in the author's order."""
    return TRUE_FALSE if question.kind is QuestionKind.TRUE_FALSE else question.entries


def _keys(entries: tuple[Entry, ...]) -> frozenset[str]:
    return frozenset(entry.key for entry in entries)


def _number(text: str) -> Decimal | None:
    """A decimal point or comma; ``1,500`` is refused, for it may mean 1500 or 1.5."""
    text = text.strip()
    if len(text) > MAX_NUMERIC or _AMBIGUOUS.fullmatch(text):
        return None
    try:
        value = Decimal(text.replace(",", ".", 1))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) <= MAX_MAGNITUDE else None


def _fits(question: Question, answer: object) -> bool:
    keys = _keys(choices_of(question))
    match question.kind, answer:
        case ((QuestionKind.SINGLE | QuestionKind.TRUE_FALSE), str()):
            return answer in keys
        case QuestionKind.MULTIPLE, tuple():
            return len(set(answer)) == len(answer) and keys.issuperset(answer)
        case QuestionKind.ORDERING, tuple():
            return len(answer) == len(keys) and keys == set(answer)
        case QuestionKind.MATCHING, Mapping():
            return keys.issuperset(answer) and _keys(question.options).issuperset(answer.values())
        case QuestionKind.NUMERIC, str():
            return _number(answer) is not None
        case _:
            return False


def check_answer(question: Question, answer: Answer) -> None:
    """Refuse an answer that the question cannot have. Raises ``BadInput("answer_not_possible")``."""
    if not _fits(question, answer):
        raise BadInput("answer_not_possible", faults={question.key: "answer_not_possible"}, question=question.key)


def is_complete(question: Question, answer: Answer | None) -> bool:
    """Every part answered. A multiple response with nothing ticked is not an answer."""
    if answer is None or not _fits(question, answer):
        return False
    if isinstance(answer, Mapping):
        return set(answer) == _keys(question.entries)
    return len(answer) > 0


def _multiple(question: Question, chosen: frozenset[str]) -> Decimal:
    if chosen == question.correct:
        return Decimal(1)
    if not question.has_partial_credit:
        return Decimal(0)
    right, wrong = len(chosen & question.correct), len(chosen - question.correct)
    return Decimal(right - wrong) / len(question.correct) if right > wrong else Decimal(0)


def _numeric(question: Question, text: str) -> Decimal:
    value = _number(text)
    is_right = value is not None and question.number is not None and abs(value - question.number) <= question.tolerance
    return Decimal(int(is_right))


def points(question: Question, answer: Answer | None) -> Decimal:
    """From 0 to 1. No answer, or one that does not fit, is 0; partial credit only where the question says so."""
    if answer is None or not _fits(question, answer):
        return Decimal(0)
    match question.kind, answer:
        case QuestionKind.MULTIPLE, tuple():
            return _multiple(question, frozenset(answer))
        case QuestionKind.NUMERIC, str():
            return _numeric(question, answer)
        case QuestionKind.MATCHING, Mapping():
            return Decimal(int(dict(answer) == dict(question.pairs)))
        case QuestionKind.ORDERING, tuple():
            return Decimal(int(answer == tuple(entry.key for entry in question.entries)))
        case _:
            return Decimal(int(answer in question.correct))


def right_answer(question: Question) -> Answer:
    """An answer that earns the whole point."""
    match question.kind:
        case QuestionKind.MULTIPLE:
            return tuple(sorted(question.correct))
        case QuestionKind.ORDERING:
            return tuple(entry.key for entry in question.entries)
        case QuestionKind.MATCHING:
            return dict(question.pairs)
        case QuestionKind.NUMERIC:
            return str(question.number)
        case _:
            return min(question.correct, default="")


@dataclass(frozen=True, slots=True)
class FormerKey:
    """How a question was keyed until its key was corrected. Whoever had submitted by then keeps the better result."""

    question: Question
    until: datetime

    @property
    def key(self) -> str:
        return self.question.key


@dataclass(frozen=True, slots=True)
class Test:
    """A pre- or post-test. ``pass_mark`` is a number of points out of the questions given (``length``)."""

    __test__ = False

    kind: TestKind
    questions: tuple[Question, ...]
    draw: int | None = None
    """How many are drawn from ``questions``; all of them if ``None``."""
    draw_per_objective: Mapping[str, int] = field(default_factory=dict)
    """Objective to how many of its questions are drawn; others are asked whole. Not together with ``draw``."""
    pass_mark: int | None = None
    """Right answers needed; ``None`` for a pre-test, which nobody fails."""
    attempts: int | None = None
    """``None``: as many as one likes."""
    cool_down_minutes: int = 0
    has_shuffle: bool = False
    reveal: Reveal = Reveal.AFTER_PASSING
    former_keys: tuple[FormerKey, ...] = ()
    """Corrections of keys, oldest first: the scoring of attempts submitted before them."""
    time_limit_minutes: int | None = None
    """``None``: as long as one likes. A learner may have been granted more (``record.Accommodation``)."""

    @property
    def length(self) -> int:
        """Questions in one attempt."""
        if not self.draw_per_objective:
            return self.draw or len(self.questions)
        spared = sum(max(0, self.pool(key) - count) for key, count in self.draw_per_objective.items())
        return len(self.questions) - spared

    def pool(self, objective: str) -> int:
        """How many questions measure an objective."""
        return sum(question.objective == objective for question in self.questions)

    def question(self, key: str) -> Question:
        """Raises ``KeyError`` for a key of another test."""
        return {question.key: question for question in self.questions}[key]


@dataclass(frozen=True, slots=True)
class FormItem:
    """One question as given to one learner: which, and its choices in which order."""

    question: str
    order: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A scored attempt."""

    points: Decimal
    maximum: int
    has_passed: bool
    is_kept: bool = False
    """Better than by the corrected key, and therefore kept: the attempt was submitted before the correction."""

    @property
    def fraction(self) -> Decimal:
        """0 to 1."""
        return self.points / self.maximum if self.maximum else Decimal(0)


def _rounded(total: Decimal) -> Decimal:
    """Three thirds make one point."""
    whole = total.to_integral_value()
    return whole if abs(total - whole) < NEARLY else total


def score(test: Test, form: tuple[FormItem, ...], answers: Mapping[str, Answer]) -> Result:
    """Score the questions that this learner was given. A test without pass mark is always passed."""
    total = _rounded(
        sum((points(test.question(item.question), answers.get(item.question)) for item in form), Decimal(0))
    )
    return Result(total, len(form), test.pass_mark is None or total >= test.pass_mark)
