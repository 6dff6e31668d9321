"""Evaluations: what is accepted, and that few responses stay hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.errors import BadInput
from lti_tool.domain.evaluation import (
    MAX_TEXT,
    REQUIRED_FAMILIES,
    SMALL_CELL,
    EvaluationAnswer,
    Family,
    check_evaluation,
    summarise,
)
from tests.unit.lti_tool.domain.builders import EVALUATION

FULL: Mapping[str, EvaluationAnswer] = {"fair": "yes", "met": "3", "change": ("1", "2"), "more": "Good."}


def test_a_full_answer_is_kept() -> None:
    assert check_evaluation(EVALUATION, FULL) == FULL


def test_optional_and_unknown_answers_are_dropped() -> None:
    given = {**FULL, "more": "", "extra": "x"}
    assert check_evaluation(EVALUATION, given) == {"fair": "yes", "met": "3", "change": ("1", "2")}


@pytest.mark.parametrize(
    ("key", "answer", "fault"),
    [
        ("fair", None, "required"),
        ("fair", "", "required"),
        ("fair", "  ", "required"),
        ("change", (), "required"),
        ("fair", "maybe", "not_possible"),
        ("fair", ("yes",), "not_possible"),
        ("met", "4", "not_possible"),
        ("change", "1", "not_possible"),
        ("change", ("1", "9"), "not_possible"),
        ("change", ("1", "1"), "not_possible"),
        ("more", ("a",), "not_possible"),
        ("more", "a\0b", "not_possible"),
        ("more", "a\ud800b", "not_possible"),
        ("more", "a" * (MAX_TEXT + 1), "too_long"),
    ],
)
def test_what_is_wrong_is_named_per_item(key: str, answer: Any, fault: str) -> None:
    with pytest.raises(BadInput) as refusal:
        check_evaluation(EVALUATION, {**FULL, key: answer})
    assert refusal.value.code == "evaluation_incomplete"
    assert refusal.value.faults == {key: fault}


def test_all_faults_come_at_once() -> None:
    with pytest.raises(BadInput) as refusal:
        check_evaluation(EVALUATION, {"fair": "x"})
    assert refusal.value.faults == {"fair": "not_possible", "met": "required", "change": "required"}


def test_the_longest_text_is_kept() -> None:
    assert check_evaluation(EVALUATION, {**FULL, "more": "a" * MAX_TEXT})["more"] == "a" * MAX_TEXT


def test_the_three_families_that_providers_report_on() -> None:
    """ACCME: balance and freedom from bias, achievement, and change of practice are evaluated (rules 5.2)."""
    assert {Family.BIAS, Family.OBJECTIVES, Family.INTENT} == REQUIRED_FAMILIES
    assert {item.family for item in EVALUATION.items} >= REQUIRED_FAMILIES


def test_counts_and_texts() -> None:
    responses = [FULL] * 4 + [{"fair": "no", "met": "1", "change": ("2",), "more": "Bad."}, {"fair": "no"}]
    fair, met, change, more = summarise(EVALUATION, responses)
    assert (fair.answered, fair.counts) == (6, {"yes": 4, "no": 2})
    assert (met.answered, met.counts) == (5, {"1": 1, "2": 0, "3": 4})
    assert (change.answered, change.counts) == (5, {"1": 4, "2": 5, "3": 0})
    assert (more.answered, more.counts, more.texts) == (5, {}, ("Bad.", *["Good."] * 4))
    assert not any(summary.is_hidden for summary in (fair, met, change, more))


@pytest.mark.parametrize("count", range(SMALL_CELL))
def test_few_responses_stay_hidden(count: int) -> None:
    """Small cells are suppressed below five responses (rules 5.4)."""
    for summary in summarise(EVALUATION, [FULL] * count):
        assert summary.is_hidden
        assert (summary.counts, summary.texts) == ({}, ())
        assert summary.answered == count


@given(st.permutations(["c", "a", "b", "e", "d"]))
def test_the_order_of_texts_says_nothing_about_who_wrote_when(order: list[str]) -> None:
    more = summarise(EVALUATION, [{**FULL, "more": word} for word in order])[-1]
    assert more.texts == ("a", "b", "c", "d", "e")
