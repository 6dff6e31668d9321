"""The form a learner is given: distinct, right length, the same again from the same seed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.assessment import Question, QuestionKind, Test, TestKind, choices_of
from lti_tool.domain.draw import draw_form
from tests.unit.lti_tool.domain.builders import POST_TEST, entries, single

SEEDS = st.integers(0, 2**63 - 1)


@st.composite
def questions(draw: st.DrawFn, key: str) -> Question:
    kind = draw(st.sampled_from(QuestionKind))
    names = [f"{key}{number}" for number in range(draw(st.integers(2, 6)))]
    has_entries = kind not in (QuestionKind.TRUE_FALSE, QuestionKind.NUMERIC)
    options = entries(*"wxyz") if kind is QuestionKind.MATCHING else ()
    return Question(key, kind, "?", entries(*names) if has_entries else (), options)


@st.composite
def some_tests(draw: st.DrawFn) -> Test:
    made = tuple(draw(questions(f"q{number}")) for number in range(draw(st.integers(1, 8))))
    drawn = draw(st.none() | st.integers(1, len(made)))
    return Test(TestKind.POST, made, draw=drawn, has_shuffle=draw(st.booleans()))


@given(some_tests(), SEEDS)
def test_a_form_has_distinct_questions_and_all_their_choices(test: Test, seed: int) -> None:
    form = draw_form(test, seed)
    assert len(form) == test.length
    assert len({item.question for item in form}) == len(form)
    for item in form:
        question = test.question(item.question)
        assert sorted(item.order) == sorted(entry.key for entry in choices_of(question))
        if question.kind is QuestionKind.MATCHING:
            assert sorted(item.options) == sorted(entry.key for entry in question.options)


@given(some_tests(), SEEDS)
def test_the_same_seed_gives_the_same_form(test: Test, seed: int) -> None:
    assert draw_form(test, seed) == draw_form(test, seed)


@given(some_tests(), SEEDS)
def test_an_ordering_never_starts_in_the_right_order(test: Test, seed: int) -> None:
    for item in draw_form(test, seed):
        question = test.question(item.question)
        if question.kind is QuestionKind.ORDERING:
            assert item.order != tuple(entry.key for entry in question.entries)


def test_an_ordering_of_one_is_what_it_is() -> None:
    one = Question("o", QuestionKind.ORDERING, "?", entries("a"))
    assert draw_form(Test(TestKind.POST, (one,)), 1)[0].order == ("a",)


@given(some_tests(), SEEDS)
def test_without_shuffle_the_authors_order_stands(test: Test, seed: int) -> None:
    form = draw_form(replace(test, has_shuffle=False), seed)
    places = [question.key for question in test.questions]
    assert sorted(form, key=lambda item: places.index(item.question)) == list(form)
    for item in form:
        question = test.question(item.question)
        if question.kind is not QuestionKind.ORDERING:
            assert item.order == tuple(entry.key for entry in choices_of(question))


def test_seeds_vary_questions_and_choices() -> None:
    bank = Test(TestKind.POST, tuple(single(f"q{number}") for number in range(6)), draw=3, has_shuffle=True)
    forms = [draw_form(bank, seed) for seed in range(40)]
    assert {item.question for form in forms for item in form} == {question.key for question in bank.questions}
    assert len({item.order for form in forms for item in form}) == 6
    assert len({tuple(item.question for item in form) for form in forms}) > 20


def test_true_and_false_are_never_turned_round() -> None:
    plain = Question("t", QuestionKind.TRUE_FALSE, "?")
    made = Test(TestKind.POST, (plain,), has_shuffle=True)
    assert {draw_form(made, seed)[0].order for seed in range(10)} == {("true", "false")}


def test_the_whole_test_is_given_without_a_draw() -> None:
    assert [item.question for item in draw_form(POST_TEST, 5)] == ["q1", "q2", "q3"]
