"""A learner who does everything right gets through, or the step that stops them is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.domain.activity import Activity, Content, Requirement, Step
from lti_tool.domain.assessment import Entry, Question, QuestionKind, points, right_answer
from lti_tool.domain.draw import draw_form
from lti_tool.domain.rehearsal import attempts_fit, impossible_steps
from tests.unit.lti_tool.domain.builders import ALL_REQUIRED, CONTENT, POST_TEST, activity, entries, single


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"credits": ()},
        {"requirements": {**ALL_REQUIRED, Step.PRE_TEST: Requirement.ABSENT}},
        {"requirements": {Step.INFORMATION: Requirement.REQUIRED}},
        {"time_zone": "Pacific/Auckland"},
    ],
)
def test_an_activity_that_works_has_no_impossible_step(changes: dict[str, Any]) -> None:
    assert impossible_steps(activity(**changes)) == ()


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"post_test": replace(POST_TEST, pass_mark=4)}, Step.POST_TEST),
        ({"post_test": replace(POST_TEST, draw=1)}, Step.POST_TEST),
        ({"expires_on": date(2025, 12, 31)}, Step.INFORMATION),
        ({"designated_on": date(2027, 1, 1)}, Step.INFORMATION),
        ({"expires_on": date(2026, 1, 1), "content": Content(CONTENT.items, 60 * 25)}, Step.CONTENT),
    ],
)
def test_the_step_that_nobody_can_do_is_named(changes: dict[str, Any], first: Step) -> None:
    assert impossible_steps(activity(**changes))[0] is first


def test_one_impossible_step_does_not_accuse_those_after_it() -> None:
    assert impossible_steps(activity(post_test=replace(POST_TEST, pass_mark=4))) == (Step.POST_TEST,)


@pytest.mark.parametrize("kind", QuestionKind)
def test_the_right_answer_earns_the_point(kind: QuestionKind) -> None:
    abc = entries("a", "b", "c")
    question = {
        QuestionKind.TRUE_FALSE: Question("q", kind, "?", correct=frozenset({"false"})),
        QuestionKind.MULTIPLE: Question("q", kind, "?", abc, correct=frozenset({"a", "c"})),
        QuestionKind.MATCHING: Question("q", kind, "?", abc, (Entry("x", "X"),), pairs=dict.fromkeys("abc", "x")),
        QuestionKind.ORDERING: Question("q", kind, "?", abc),
        QuestionKind.NUMERIC: Question("q", kind, "?", number=Decimal("1.50")),
    }.get(kind, single("q"))
    assert points(question, right_answer(question)) == 1


def quotas(**counts: int) -> Activity:
    questions = [replace(single(f"{name}{number}"), objective=name) for name in ("a", "b", "c") for number in range(3)]
    return activity(post_test=replace(POST_TEST, questions=tuple(questions), draw_per_objective=counts, pass_mark=1))


def test_a_draw_per_objective_asks_so_many_of_each_and_all_of_the_rest() -> None:
    test = quotas(a=1, b=2).post_test
    assert test is not None and test.length == 6
    for seed in range(20):
        form = draw_form(test, seed)
        asked = [test.question(item.question).objective for item in form]
        assert [asked.count(name) for name in ("a", "b", "c")] == [1, 2, 3] and len(form) == test.length


def test_a_quota_above_the_pool_gives_the_whole_pool() -> None:
    test = quotas(a=5).post_test
    assert test is not None and test.length == 9 and len(draw_form(test, 1)) == 9


def test_further_attempts_must_fit_before_the_expiry() -> None:
    made = activity()
    assert attempts_fit(replace(POST_TEST, attempts=3, cool_down_minutes=60), made)
    assert not attempts_fit(replace(POST_TEST, attempts=3, cool_down_minutes=60 * 24 * 200), made)
