"""Correcting keys: who gains, who keeps, and that nobody ever loses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lti_tool.domain.assessment import Answer, Entry, FormItem, Question, QuestionKind, Test, TestKind, score
from lti_tool.domain.key_correction import Correction, can_correct, corrected, score_submitted, scores_alike
from lti_tool.domain.pathway import attempt_result, best_result, grade_fraction, has_passed, may_reveal, standing
from lti_tool.domain.wire import read_activity, write_activity
from tests.unit.lti_tool.domain.builders import FINGERPRINT, NOW, POST_TEST, activity, attempt, entries, record, single

EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)


def keyed(question: Question, right: str) -> Question:
    return replace(question, correct=frozenset({right}))


def correction(key: str = "q1", right: str = "b", at: datetime = NOW, through: int = 1) -> Correction:
    return Correction(key, keyed(single(key), right), at, through)


def test_who_had_it_right_all_along_passes_now() -> None:
    facts = record(attempts=(attempt(right=1, at=EARLIER),))
    assert not has_passed(activity(), facts)
    better = corrected(activity(), 1, [correction("q2")])
    assert has_passed(better, facts)
    result = best_result(better.post_test, facts.attempts)
    assert result is not None and (int(result.points), result.is_kept) == (2, False)


def test_a_pass_is_kept_and_marked() -> None:
    facts = record(attempts=(attempt(right=2, at=EARLIER),))
    better = corrected(activity(), 1, [correction("q1")])
    result = best_result(better.post_test, facts.attempts)
    assert result is not None and (int(result.points), result.has_passed, result.is_kept) == (2, True, True)
    assert standing(better, facts, FINGERPRINT, NOW) == standing(activity(), facts, FINGERPRINT, NOW)


def test_later_attempts_are_scored_by_the_corrected_key_alone() -> None:
    facts = record(attempts=(attempt(right=2, at=LATER),))
    better = corrected(activity(), 1, [correction("q1")])
    assert not has_passed(better, facts)


def test_who_submits_at_the_very_moment_is_later() -> None:
    better = corrected(activity(), 1, [correction("q1")])
    assert better.post_test is not None
    assert attempt_result(better.post_test, attempt(right=2, at=NOW)).points == 1


def test_a_grade_never_falls() -> None:
    facts = record(attempts=(attempt(right=3, at=EARLIER),))
    better = corrected(activity(), 1, [correction("q1")])
    where = standing(better, facts, FINGERPRINT, NOW)
    assert grade_fraction(better, where, facts, None) == 1
    assert may_reveal(better, facts)


def test_versions_made_later_are_left_alone() -> None:
    assert corrected(activity(), 2, [correction(through=1)]) == activity()
    assert corrected(activity(), 1, [correction("other")]) == activity()


def test_a_correction_that_changes_nothing_leaves_no_trace() -> None:
    assert corrected(activity(), 1, [correction("q1", "a")]) == activity()


@pytest.mark.parametrize(
    "other",
    [
        replace(single("q1"), entries=entries("a", "b")),
        replace(single("q1"), entries=(Entry("a", "Other"), *entries("b", "c"))),
        replace(single("q1"), kind=QuestionKind.MULTIPLE),
        replace(single("q1"), unit="mg"),
        replace(single("q1"), source=f"{'0' * 32}/1"),
    ],
)
def test_what_was_asked_otherwise_is_not_corrected(other: Question) -> None:
    assert not can_correct(single("q1"), other)
    better = corrected(activity(), 1, [Correction("q1", keyed(other, "b"), NOW, 1)])
    assert better == activity()


def test_mended_words_of_the_question_do_not_matter() -> None:
    assert can_correct(single("q1"), replace(single("q1"), stem="Which one?", rationale="For this reason."))
    assert scores_alike(single("q1"), replace(single("q1"), stem="Which one?"))


def test_an_order_can_be_corrected() -> None:
    asked = Question("q1", QuestionKind.ORDERING, "Order", entries("a", "b", "c"))
    better = replace(asked, entries=entries("b", "a", "c"))
    assert can_correct(asked, better) and not scores_alike(asked, better)
    test = Test(TestKind.POST, (asked,), pass_mark=1)
    found = corrected(activity(post_test=test), 1, [Correction("q1", better, NOW, 1)]).post_test
    assert found is not None
    for answer, expected in ((("b", "a", "c"), 1), (("a", "b", "c"), 1), (("c", "b", "a"), 0)):
        assert score_submitted(found, (FormItem("q1"),), {"q1": answer}, EARLIER).points == expected


def test_a_corrected_activity_travels_whole() -> None:
    better = corrected(activity(), 1, [correction()])
    assert read_activity(write_activity(better)) == better


ANSWERS = st.dictionaries(st.sampled_from(["q1", "q2", "q3"]), st.sampled_from("abc"))
CHANGES = st.lists(
    st.tuples(st.sampled_from(["q1", "q2", "q3"]), st.sampled_from("abc"), st.integers(-3, 3)), max_size=4
)


@example(answers={"q1": "b"}, changes=[("q1", "b", 1), ("q1", "a", 1)], day=0)
@given(answers=ANSWERS, changes=CHANGES, day=st.integers(-4, 4))
def test_no_chain_of_corrections_ever_lowers_a_result(
    answers: dict[str, Answer], changes: list[tuple[str, str, int]], day: int
) -> None:
    at = NOW + timedelta(days=day)
    form = tuple(FormItem(question.key) for question in POST_TEST.questions)
    in_order = sorted(changes, key=lambda change: change[2])
    made = [correction(key, right, NOW + timedelta(days=when)) for key, right, when in in_order]
    before = [one for one in made if one.at <= at]
    seen = Decimal(0)
    for count in range(len(before), len(made) + 1):
        test = corrected(activity(), 1, made[:count]).post_test
        assert test is not None
        result = score_submitted(test, form, answers, at)
        assert result.points >= seen
        assert result.points >= score(test, form, answers).points
        assert result.has_passed == (result.points >= 2)
        seen = result.points
