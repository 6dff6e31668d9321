"""A test's and an evaluation's form: the names of its fields, and what was posted as the rules take it.

Fields: ``q.<question>`` (choices, numbers), ``q.<question>.<entry>`` (matching: option; ordering: place from 1);
``e.<item>`` and, for ratings on one scale, ``e.<first item>.<item>``. Every face of the product posts these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from lti_tool.domain.assessment import Answer, FormItem, Question, QuestionKind, Test
from lti_tool.domain.errors import BadInput
from lti_tool.domain.evaluation import EvaluationAnswer, EvaluationItem, ItemKind

PREFIX = "q."
Fields = Mapping[str, Sequence[str]]


def field_of(key: str) -> str:
    """Name of the field of a question."""
    return PREFIX + key


def first(fields: Fields, name: str) -> str:
    """The first value of a field, ``""`` if there is none."""
    return next(iter(fields.get(name, ())), "")


def _pairs(question: Question, fields: Fields) -> dict[str, str]:
    given = {entry.key: first(fields, f"{field_of(question.key)}.{entry.key}") for entry in question.entries}
    return {key: value for key, value in given.items() if value}


def _order(question: Question, fields: Fields) -> Answer | None:
    """Keys in the order of their places; ``None`` when places are missing, double or impossible."""
    places = _pairs(question, fields)
    if not places:
        return ()
    wanted = [str(number) for number in range(1, len(question.entries) + 1)]
    by_place = {place: key for key, place in places.items()}
    return tuple(by_place[place] for place in wanted) if set(by_place) == set(wanted) else None


def _answer(question: Question, fields: Fields) -> Answer | None:
    name = field_of(question.key)
    match question.kind:
        case QuestionKind.MATCHING:
            return _pairs(question, fields)
        case QuestionKind.ORDERING:
            return _order(question, fields)
        case QuestionKind.MULTIPLE:
            return tuple(sorted(set(fields.get(name, ()))))
        case _:
            return first(fields, name).strip()


def _names_of(questions: Iterable[Question]) -> set[str]:
    names = set()
    for question in questions:
        has_rows = question.kind in (QuestionKind.MATCHING, QuestionKind.ORDERING)
        rows = [f"{field_of(question.key)}.{entry.key}" for entry in question.entries]
        names.update(rows if has_rows else [field_of(question.key)])
    return names


def read_answer(question: Question, fields: Fields) -> Answer | None:
    """The answer to the one question of a form; ``None`` for an order that is incomplete.

    Raises ``BadInput("question_unknown")`` where another question was answered.
    """
    _require_known(fields, (question,))
    return _answer(question, fields)


def _require_known(fields: Fields, questions: Iterable[Question]) -> None:
    if {name for name in fields if name.startswith(PREFIX)} - _names_of(questions):
        raise BadInput("question_unknown", "a question was answered that is not on this form")


def read_answers(fields: Fields, test: Test, form: tuple[FormItem, ...]) -> tuple[dict[str, Answer], dict[str, str]]:
    """Answers and faults (``order_incomplete``) by question.

    Raises ``BadInput("question_unknown")`` for a question that this learner was not given.
    """
    questions = [test.question(item.question) for item in form]
    _require_known(fields, questions)
    read = {question.key: _answer(question, fields) for question in questions}
    answers = {key: answer for key, answer in read.items() if answer is not None}
    return answers, {key: "order_incomplete" for key, answer in read.items() if answer is None}


@dataclass(frozen=True, slots=True)
class EvaluationBlock:
    """One question, or several ratings on one scale under one heading. ``name`` is the field or its first part."""

    name: str
    items: tuple[EvaluationItem, ...]

    @property
    def is_scale(self) -> bool:
        return self.items[0].kind is ItemKind.RATING

    def field(self, item: EvaluationItem) -> str:
        return f"{self.name}.{item.key}" if self.is_scale else self.name

    def anchor(self, item: EvaluationItem) -> str:
        """Name of the field whose control an error leads to."""
        place = self.items.index(item) + 1
        return self.name if place == 1 else f"{self.name}-{place}"


def evaluation_blocks(items: tuple[EvaluationItem, ...]) -> list[EvaluationBlock]:
    """The evaluation's items in order, ratings on one scale together."""

    def alike(pair: tuple[int, EvaluationItem]) -> object:
        place, item = pair
        return (item.choices, item.is_required) if item.kind is ItemKind.RATING else place

    groups = [tuple(item for _place, item in group) for _key, group in groupby(enumerate(items), key=alike)]
    return [EvaluationBlock(f"e.{group[0].key}", group) for group in groups]


def read_evaluation(fields: Fields, items: tuple[EvaluationItem, ...]) -> dict[str, EvaluationAnswer]:
    """Every item's answer, unchecked (``check_evaluation`` does that)."""
    answers: dict[str, EvaluationAnswer] = {}
    for block in evaluation_blocks(items):
        for item in block.items:
            values = fields.get(block.field(item), ())
            text = first(fields, block.field(item)).replace("\r\n", "\n")
            answers[item.key] = tuple(values) if item.kind is ItemKind.MULTIPLE else text
    return answers
