"""How each kind of question is scored, and which answers are refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.assessment import (
    FormItem,
    Question,
    QuestionKind,
    Result,
    Test,
    TestKind,
    check_answer,
    choices_of,
    is_complete,
    points,
    score,
)
from lti_tool.domain.errors import BadInput
from tests.unit.lti_tool.domain.builders import POST_TEST, entries, single

SINGLE = single("s", "b")
TRUE_FALSE = Question("t", QuestionKind.TRUE_FALSE, "So?", correct=frozenset({"false"}))
MULTIPLE = Question("m", QuestionKind.MULTIPLE, "Which?", entries("a", "b", "c", "d"), correct=frozenset("ab"))
PARTIAL = replace(MULTIPLE, has_partial_credit=True)
MATCHING = Question(
    "x", QuestionKind.MATCHING, "Match.", entries("a", "b"), options=entries("1", "2", "3"), pairs={"a": "2", "b": "1"}
)
ORDERING = Question("o", QuestionKind.ORDERING, "Sort.", entries("a", "b", "c"))
NUMERIC = Question("n", QuestionKind.NUMERIC, "Dose?", number=Decimal("2.5"), tolerance=Decimal("0.1"), unit="mg")
EVERY = (SINGLE, TRUE_FALSE, MULTIPLE, PARTIAL, MATCHING, ORDERING, NUMERIC)


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        (SINGLE, "b", "1"),
        (SINGLE, "a", "0"),
        (TRUE_FALSE, "false", "1"),
        (TRUE_FALSE, "true", "0"),
        (MULTIPLE, ("b", "a"), "1"),
        (MULTIPLE, ("a",), "0"),
        (MULTIPLE, ("a", "b", "c"), "0"),
        (MULTIPLE, (), "0"),
        (PARTIAL, ("a", "b"), "1"),
        (PARTIAL, ("b",), "0.5"),
        (PARTIAL, ("a", "b", "c"), "0.5"),
        (PARTIAL, ("a", "c"), "0"),
        (PARTIAL, ("c", "d"), "0"),
        (PARTIAL, ("a", "b", "c", "d"), "0"),
        (PARTIAL, (), "0"),
        (replace(PARTIAL, correct=frozenset()), ("a",), "0"),
        (MATCHING, {"b": "1", "a": "2"}, "1"),
        (MATCHING, {"a": "2"}, "0"),
        (MATCHING, {"a": "1", "b": "2"}, "0"),
        (MATCHING, {"a": "2", "b": "2"}, "0"),
        (ORDERING, ("a", "b", "c"), "1"),
        (ORDERING, ("a", "c", "b"), "0"),
        (NUMERIC, "2.5", "1"),
        (NUMERIC, "2.6", "1"),
        (NUMERIC, "2.4", "1"),
        (NUMERIC, "2,60", "1"),
        (NUMERIC, " 25e-1 ", "1"),
        (NUMERIC, "2.61", "0"),
        (NUMERIC, "2.39", "0"),
        (NUMERIC, "-2.5", "0"),
        (NUMERIC, "0", "0"),
        (replace(NUMERIC, number=None), "2.5", "0"),
    ],
)
def test_what_an_answer_is_worth(question: Question, answer: Any, expected: str) -> None:
    check_answer(question, answer)
    assert points(question, answer) == Decimal(expected)


MALFORMED: list[tuple[Question, Any]] = [
    (SINGLE, "z"),
    (SINGLE, ""),
    (SINGLE, ("b",)),
    (SINGLE, {"b": "b"}),
    (TRUE_FALSE, "False"),
    (TRUE_FALSE, True),
    (MULTIPLE, "ab"),
    (MULTIPLE, ("a", "b", "b")),
    (MULTIPLE, ("a", "z")),
    (MATCHING, ("a", "b")),
    (MATCHING, {"a": "9"}),
    (MATCHING, {"z": "1"}),
    (ORDERING, ("a", "b")),
    (ORDERING, ("a", "b", "b")),
    (ORDERING, ("a", "b", "c", "c")),
    (ORDERING, "abc"),
    (NUMERIC, ""),
    (NUMERIC, "two"),
    (NUMERIC, "NaN"),
    (NUMERIC, "Infinity"),
    (NUMERIC, "2.5.1"),
    (NUMERIC, "2.5 mg"),
    (NUMERIC, "2.5" + "0" * 38),
    (NUMERIC, "9e999999999"),
    (NUMERIC, "1e31"),
    (NUMERIC, "1e-31"),
    (NUMERIC, "1,500"),
    (NUMERIC, "-12,500"),
    (NUMERIC, "1,000,000"),
    (NUMERIC, Decimal("2.5")),
]


@pytest.mark.parametrize(("question", "answer"), MALFORMED)
def test_an_answer_that_the_question_cannot_have(question: Question, answer: Any) -> None:
    with pytest.raises(BadInput) as refusal:
        check_answer(question, answer)
    assert refusal.value.code == "answer_not_possible"
    assert refusal.value.faults == {question.key: "answer_not_possible"}
    assert points(question, answer) == 0
    assert not is_complete(question, answer)


@pytest.mark.parametrize(("text", "value"), [("0,125", "0.125"), ("1500,5", "1500.5"), ("12,5", "12.5"), ("+7", "7")])
def test_a_decimal_comma_is_read_where_it_is_clear(text: str, value: str) -> None:
    assert points(replace(NUMERIC, number=Decimal(value), tolerance=Decimal(0)), text) == 1


@pytest.mark.parametrize("number", ["1e30", "1e-30"])
def test_very_large_and_small_numbers_are_read(number: str) -> None:
    assert points(replace(NUMERIC, number=Decimal(number), tolerance=Decimal(0)), number) == 1


@pytest.mark.parametrize("question", EVERY)
def test_no_answer_is_worth_nothing(question: Question) -> None:
    assert points(question, None) == 0
    assert not is_complete(question, None)


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        (SINGLE, "a", True),
        (MULTIPLE, (), False),
        (MULTIPLE, ("d",), True),
        (MATCHING, {"a": "1"}, False),
        (MATCHING, {"a": "1", "b": "1"}, True),
        (ORDERING, ("c", "b", "a"), True),
        (NUMERIC, "0", True),
    ],
)
def test_when_every_part_is_answered(question: Question, answer: Any, expected: bool) -> None:
    assert is_complete(question, answer) is expected


KEYS = st.sampled_from(["a", "b", "c", "d", "1", "2", "true", "false", "", "z"])
ANY = st.one_of(KEYS, st.text(), st.lists(KEYS).map(tuple), st.dictionaries(KEYS, KEYS), st.decimals().map(str))


@given(st.sampled_from(EVERY), ANY)
def test_points_lie_between_nothing_and_one_and_malformed_is_nothing(question: Question, answer: Any) -> None:
    found = points(question, answer)
    assert 0 <= found <= 1
    try:
        check_answer(question, answer)
    except BadInput:
        assert found == 0


def test_true_and_false_are_the_choices() -> None:
    assert [entry.key for entry in choices_of(TRUE_FALSE)] == ["true", "false"]
    assert choices_of(SINGLE) == SINGLE.entries


FORM = tuple(FormItem(question.key) for question in POST_TEST.questions)


@pytest.mark.parametrize(
    ("answers", "right", "has_passed"),
    [
        ({}, 0, False),
        ({"q1": "a"}, 1, False),
        ({"q1": "a", "q2": "a", "q3": "b"}, 2, True),
        ({"q1": "a", "q2": "a", "q3": "a"}, 3, True),
        ({"q1": "a", "another": "a"}, 1, False),
    ],
)
def test_the_pass_mark(answers: dict[str, Any], right: int, has_passed: bool) -> None:
    """AMA PRA: a minimum performance level, told in advance (rules 1.3)."""
    assert score(POST_TEST, FORM, answers) == Result(Decimal(right), 3, has_passed)


def test_only_the_questions_given_count() -> None:
    found = score(replace(POST_TEST, draw=2), FORM[:2], {"q1": "a", "q3": "a"})
    assert (found.points, found.maximum, found.fraction) == (Decimal(1), 2, Decimal("0.5"))


def test_three_thirds_are_a_pass() -> None:
    thirds = [replace(PARTIAL, key=key, correct=frozenset("abc")) for key in "123"]
    test = Test(TestKind.POST, tuple(thirds), pass_mark=1)
    found = score(test, tuple(FormItem(key) for key in "123"), dict.fromkeys("123", ("a",)))
    assert (found.points, found.has_passed) == (Decimal(1), True)
    less = score(test, tuple(FormItem(key) for key in "123"), dict.fromkeys("12", ("a",)))
    assert not less.has_passed
    assert Decimal("0.66") < less.points < Decimal("0.67")


def test_an_empty_form_is_worth_nothing() -> None:
    found = score(replace(POST_TEST, pass_mark=None), (), {})
    assert (found.fraction, found.has_passed) == (Decimal(0), True)


def test_a_question_of_another_test_is_not_found() -> None:
    assert POST_TEST.question("q2").key == "q2"
    with pytest.raises(KeyError):
        POST_TEST.question("p1")


def test_length() -> None:
    assert POST_TEST.length == 3
    assert replace(POST_TEST, draw=2).length == 2
