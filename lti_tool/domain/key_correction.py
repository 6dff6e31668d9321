"""Correcting the key of a question that was already asked. A correction can raise results, never lower one.

The answers stay as they were given; what changes is what counts as right. An attempt submitted before the correction is
scored by the corrected key *and* by the keys that stood since it was submitted, and has the best of these results. So a
pass that somebody has is kept (and marked), and somebody whose right answer had counted as wrong passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from lti_tool.domain.activity import Activity
from lti_tool.domain.assessment import Answer, FormerKey, FormItem, Question, QuestionKind, Result, Test, score


@dataclass(frozen=True, slots=True)
class Correction:
    """From ``at`` on, the question called ``key`` is keyed like ``question`` in versions up to ``through_version``."""

    key: str
    question: Question
    at: datetime
    through_version: int


def _keyed(question: Question, better: Question) -> Question:
    """The question with the other's key, and with what is said about it."""
    is_order = question.kind is QuestionKind.ORDERING
    return replace(
        question,
        entries=better.entries if is_order else question.entries,
        correct=better.correct,
        pairs=better.pairs,
        number=better.number,
        tolerance=better.tolerance,
        has_partial_credit=better.has_partial_credit,
        rationale=better.rationale,
    )


def can_correct(question: Question, other: Question) -> bool:
    """Both are the same question of the bank (or of a file), and only the key differs: both could be answered alike.

    The words of the question itself may have been mended; those of what is chosen from may not.
    """
    has_one_source = question.source.partition("/")[0] == other.source.partition("/")[0]
    return has_one_source and _answerable(question) == _answerable(other)


def _answerable(question: Question) -> tuple[object, ...]:
    is_order = question.kind is QuestionKind.ORDERING
    entries = frozenset(question.entries) if is_order else question.entries
    return question.kind, entries, frozenset(question.options), question.unit


def scores_alike(question: Question, other: Question) -> bool:
    """The same answers are right by both."""
    return answer_key(question) == answer_key(other)


def answer_key(question: Question) -> dict[str, object]:
    """What decides whether an answer is right, by field."""
    is_order = question.kind is QuestionKind.ORDERING
    return {
        "correct": question.correct,
        "pairs": dict(question.pairs),
        "order": tuple(entry.key for entry in question.entries) if is_order else (),
        "number": question.number,
        "tolerance": question.tolerance,
        "partial_credit": question.has_partial_credit,
    }


def _corrected_test(test: Test, correction: Correction) -> Test:
    found = next((question for question in test.questions if question.key == correction.key), None)
    if found is None or not can_correct(found, correction.question):
        return test
    better = _keyed(found, correction.question)
    if better == found:
        return test
    return replace(
        test,
        questions=tuple(better if question is found else question for question in test.questions),
        former_keys=(*test.former_keys, FormerKey(found, correction.at)),
    )


def corrected(activity: Activity, number: int, corrections: Iterable[Correction]) -> Activity:
    """Version ``number`` of an activity with every correction that concerns it, oldest first."""
    pre, post = activity.pre_test, activity.post_test
    for correction in corrections:
        if number <= correction.through_version:
            pre = _corrected_test(pre, correction) if pre else None
            post = _corrected_test(post, correction) if post else None
    is_same = pre is activity.pre_test and post is activity.post_test
    return activity if is_same else replace(activity, pre_test=pre, post_test=post)


def _before(test: Test, place: int) -> Test:
    """The test as it was keyed before the correction at this place, and those after it, were made."""
    former: dict[str, Question] = {}
    for change in test.former_keys[place:]:
        former.setdefault(change.key, change.question)
    return replace(test, questions=tuple(former.get(question.key, question) for question in test.questions))


def score_submitted(
    test: Test, form: tuple[FormItem, ...], answers: Mapping[str, Answer], submitted_at: datetime | None
) -> Result:
    """The result of an attempt: by today's key, or by one that stood since it was submitted, whichever is best."""
    now = score(test, form, answers)
    if submitted_at is None:
        return now
    later = [place for place, change in enumerate(test.former_keys) if submitted_at < change.until]
    best = max((now, *(score(_before(test, place), form, answers) for place in later)), key=_worth)
    return replace(best, is_kept=True) if _worth(best) > _worth(now) else now


def _worth(result: Result) -> tuple[bool, Decimal]:
    return result.has_passed, result.points
