"""Correcting the key of a question that was already asked. A correction can raise results, never lower one.

The answers stay as they were given; what changes is what counts as right. An attempt submitted before the correction is
scored by the corrected key *and* by the keys that stood since it was submitted, and has the best of these results. So a
pass that somebody has is kept (and marked), and somebody whose right answer had counted as wrong passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from lti_tool.domain.activity import Activity
from lti_tool.domain.assessment import Answer, FormerKey, FormItem, Question, QuestionKind, Result, Test, score


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """What makes an answer right, and why. ``order``: keys of entries, for things to put in order."""

    kind: QuestionKind
    correct: frozenset[str] = frozenset()
    pairs: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    number: Decimal | None = None
    tolerance: Decimal = Decimal(0)
    has_partial_credit: bool = False
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """From ``at`` on, the question called ``question`` is keyed like this in versions up to ``through_version``."""

    question: str
    key: AnswerKey
    at: datetime
    through_version: int


def key_of(question: Question) -> AnswerKey:
    """The key that a question has."""
    is_order = question.kind is QuestionKind.ORDERING
    return AnswerKey(
        kind=question.kind,
        correct=question.correct,
        pairs=dict(question.pairs),
        order=tuple(entry.key for entry in question.entries) if is_order else (),
        number=question.number,
        tolerance=question.tolerance,
        has_partial_credit=question.has_partial_credit,
        rationale=question.rationale,
    )


def keyed(question: Question, key: AnswerKey) -> Question:
    """The question with this key. The caller has made sure that it ``fits``."""
    entries = {entry.key: entry for entry in question.entries}
    return replace(
        question,
        entries=tuple(entries[name] for name in key.order) if key.order else question.entries,
        correct=key.correct,
        pairs=key.pairs,
        number=key.number,
        tolerance=key.tolerance,
        has_partial_credit=key.has_partial_credit,
        rationale=key.rationale,
    )


def can_correct(question: Question, other: Question) -> bool:
    """Only the key differs between two versions: both could be answered in the same ways.

    The words of the question itself may have been mended; those of what is chosen from may not.
    """
    is_order = question.kind is QuestionKind.ORDERING
    first = (
        question.kind,
        set(question.entries) if is_order else question.entries,
        set(question.options),
        question.unit,
    )
    second = (other.kind, set(other.entries) if is_order else other.entries, set(other.options), other.unit)
    return first == second


def scores_alike(question: Question, other: Question) -> bool:
    """The same answers are right by both."""
    return replace(key_of(question), rationale="") == replace(key_of(other), rationale="")


def _fits(question: Question, key: AnswerKey) -> bool:
    names = {entry.key for entry in question.entries}
    if question.kind is not key.kind or set(key.order) - names:
        return False
    choices = {"true", "false"} if question.kind is QuestionKind.TRUE_FALSE else names
    has_order = question.kind is not QuestionKind.ORDERING or set(key.order) == names
    has_pairs = question.kind is not QuestionKind.MATCHING or set(key.pairs) == names
    return has_order and has_pairs and key.correct <= choices and _knows_options(question, key)


def _knows_options(question: Question, key: AnswerKey) -> bool:
    return {option.key for option in question.options}.issuperset(key.pairs.values())


def _corrected_test(test: Test, correction: Correction) -> Test:
    found = next((question for question in test.questions if question.key == correction.question), None)
    if found is None or not _fits(found, correction.key) or key_of(found) == correction.key:
        return test
    better = keyed(found, correction.key)
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


def _as_keyed(test: Test, moment: datetime) -> Test:
    """The test with the keys that were in force just before ``moment``, or at it if nothing changed then."""
    former: dict[str, Question] = {}
    for change in test.former_keys:
        if moment < change.until:
            former.setdefault(change.key, change.question)
    return replace(test, questions=tuple(former.get(question.key, question) for question in test.questions))


def score_submitted(
    test: Test, form: tuple[FormItem, ...], answers: Mapping[str, Answer], submitted_at: datetime | None
) -> Result:
    """The result of an attempt: by today's key, or by one that stood since it was submitted, whichever is best."""
    now = score(test, form, answers)
    if submitted_at is None:
        return now
    later = [change.until for change in test.former_keys if submitted_at < change.until]
    earlier = [score(_as_keyed(test, moment), form, answers) for moment in {submitted_at, *later[:-1]} if later]
    best = max((now, *earlier), key=_worth)
    return replace(best, is_kept=True) if _worth(best) > _worth(now) else now


def _worth(result: Result) -> tuple[bool, Decimal]:
    return result.has_passed, result.points
