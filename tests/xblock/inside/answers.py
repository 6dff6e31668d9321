"""Forms for a test: the right answers of a copy, or none that is right."""

from __future__ import annotations

from typing import Any

from lti_tool.domain.assessment import Question, QuestionKind, Test
from tests.xblock.site.scenarios import fields_of
from xblock_cme.copies import read_copy


def copy_of(name: str) -> Any:
    return read_copy(fields_of(name)["copies"]["1"])


def right(question: Question) -> dict[str, Any]:
    """Form fields of the right answer."""
    name = f"q.{question.key}"
    match question.kind:
        case QuestionKind.MATCHING:
            return {f"{name}.{prompt}": option for prompt, option in question.pairs.items()}
        case QuestionKind.ORDERING:
            return {f"{name}.{entry.key}": str(place) for place, entry in enumerate(question.entries, start=1)}
        case QuestionKind.NUMERIC:
            return {name: f"{question.number:f}"}
        case _:
            return {name: sorted(question.correct)}


def right_answers(test: Test) -> dict[str, Any]:
    return {name: value for question in test.questions for name, value in right(question).items()}


def given_keys(facts: Any, kind: str) -> set[str]:
    """Questions of the open attempt."""
    (attempt,) = [each for each in facts.record.attempts if each.test == kind and each.is_open]
    return {item.question for item in attempt.form}


def right_for(test: Test, keys: set[str]) -> dict[str, Any]:
    return {
        name: value for question in test.questions if question.key in keys for name, value in right(question).items()
    }
