"""A test's form as a browser posts it, and as the use-cases take it.

Fields: ``q.<question>`` (choices, numbers), ``q.<question>.<entry>`` (matching: option; ordering: place from 1),
``revision`` and ``tab``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from lti_tool.domain.assessment import Answer, FormItem, Question, QuestionKind, Test
from lti_tool.domain.errors import BadInput
from lti_tool.services.answers import TABS, Sheet

PREFIX = "q."
Fields = Mapping[str, Sequence[str]]
_NUMBER = re.compile(r"[0-9]{1,10}")
LARGEST = 2**31 - 1


def field_of(key: str) -> str:
    """Name of the field of a question."""
    return PREFIX + key


def _whole(fields: Fields, name: str) -> int:
    """A number that this tool wrote into its own form. Raises ``BadInput("form_number_wrong")``."""
    text = _first(fields, name) or "0"
    if not _NUMBER.fullmatch(text) or int(text) > LARGEST:
        raise BadInput("form_number_wrong", faults={name: "not_possible"})
    return int(text)


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _pairs(question: Question, fields: Fields) -> dict[str, str]:
    given = {entry.key: _first(fields, f"{field_of(question.key)}.{entry.key}") for entry in question.entries}
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
            return _first(fields, name).strip()


def _names_of(questions: Iterable[Question]) -> set[str]:
    names = set()
    for question in questions:
        has_rows = question.kind in (QuestionKind.MATCHING, QuestionKind.ORDERING)
        rows = [f"{field_of(question.key)}.{entry.key}" for entry in question.entries]
        names.update(rows if has_rows else [field_of(question.key)])
    return names


def read_sheet(fields: Fields, test: Test, form: tuple[FormItem, ...]) -> Sheet:
    """Raises ``BadInput("question_unknown")`` for a question that this learner was not given."""
    questions = [test.question(item.question) for item in form]
    if {name for name in fields if name.startswith(PREFIX)} - _names_of(questions):
        raise BadInput("question_unknown", "a question was answered that is not on this form")
    read = {question.key: _answer(question, fields) for question in questions}
    answers = {key: answer for key, answer in read.items() if answer is not None}
    faults = {key: "order_incomplete" for key, answer in read.items() if answer is None}
    return Sheet(answers, faults, _whole(fields, "revision"), _whole(fields, "tab") % TABS)
