"""Facts that came from elsewhere, checked against the rules of their time.

A native face sends what a learner did. Each fact is put back into its place in time: whatever the pathway would not
have allowed at that moment did not happen under its rules, and nothing is awarded on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.assessment import (
    FormItem,
    Question,
    QuestionKind,
    Test,
    TestKind,
    check_answer,
    choices_of,
    is_complete,
)
from lti_tool.domain.errors import CmeError, Refused
from lti_tool.domain.pathway import attempt_blockers, content_blockers, require, standing
from lti_tool.domain.record import Attempt, Record
from lti_tool.domain.response import items_of, reached

LEEWAY = timedelta(minutes=2)
"""How far the clocks of platform and tool may differ."""
STEP_OF = {TestKind.PRE: Step.PRE_TEST, TestKind.POST: Step.POST_TEST}


def check_facts(activity: Activity, record: Record, now: datetime) -> None:
    """Raises ``Refused("facts_impossible")``, with ``what``, for anything that cannot have happened like this."""
    if record.claims:
        raise _impossible("claims are the tool's to make")
    for moment in _moments(record):
        if moment > now + LEEWAY:
            raise _impossible("a fact lies in the future")
    _check_attempts(activity, record)
    _check_content(activity, record)
    if record.content_finished_at is not None:
        _check_step(activity, record, Step.CONTENT, record.content_finished_at)
        if content_blockers(activity, before(record, record.content_finished_at)):
            raise _impossible("the content was finished before it was studied")
    if record.evaluated_at is not None:
        _check_step(activity, record, Step.EVALUATION, record.evaluated_at)


def _impossible(what: str) -> Refused:
    return Refused("facts_impossible", what, what=what)


def _moments(record: Record) -> Iterator[datetime]:
    yield from (mark.at for mark in record.acknowledgements)
    for attempt in record.attempts:
        yield attempt.started_at
        yield from filter(None, (attempt.submitted_at,))
    yield from filter(None, (study.first_opened_at for study in record.studies.values()))
    yield from (response.at for response in record.responses.values())
    yield from filter(None, (record.content_finished_at, record.evaluated_at))


def before(record: Record, moment: datetime) -> Record:
    """What was known just before a fact of that moment."""
    finished, evaluated = record.content_finished_at, record.evaluated_at
    return replace(
        record,
        acknowledgements=tuple(mark for mark in record.acknowledgements if mark.at <= moment),
        attempts=tuple(_as_of(attempt, moment) for attempt in record.attempts if attempt.started_at < moment),
        responses={key: response for key, response in record.responses.items() if response.at <= moment},
        content_finished_at=finished if finished is not None and finished < moment else None,
        evaluated_at=evaluated if evaluated is not None and evaluated < moment else None,
    )


def _as_of(attempt: Attempt, moment: datetime) -> Attempt:
    is_open = attempt.submitted_at is None or attempt.submitted_at > moment
    return replace(attempt, submitted_at=None) if is_open else attempt


def _check_step(activity: Activity, record: Record, step: Step, moment: datetime) -> None:
    """The step was open then, on the text that was in force for the learner then."""
    known = before(record, moment)
    newest = max(known.acknowledgements, key=lambda mark: mark.at, default=None)
    fingerprint = newest.fingerprint if newest else ""
    try:
        require(standing(activity, known, fingerprint, moment), step)
    except CmeError as error:
        raise _impossible(f"{step.value} was not open when it was done") from error


def _check_content(activity: Activity, record: Record) -> None:
    """Cases and polls were answered as they can be, and nothing behind them was opened before."""
    items = {item.key: item for item in items_of(activity)}
    for key, response in record.responses.items():
        question = items[key].question if key in items else None
        if question is None or response.item != key or not is_complete(question, response.answer):
            raise _impossible("a case or poll was answered that there is not, or in a way that it cannot be")
        _check_step(activity, record, Step.CONTENT, response.at)
        _check_reached(activity, record, key, response.at)
    for key, study in record.studies.items():
        if study.first_opened_at is not None and key in items:
            _check_reached(activity, record, key, study.first_opened_at)


def _check_reached(activity: Activity, record: Record, key: str, moment: datetime) -> None:
    if key not in {item.key for item in reached(items_of(activity), record, moment)}:
        raise _impossible("content was opened before the case or poll ahead of it was answered")


def _check_attempts(activity: Activity, record: Record) -> None:
    if len({attempt.id for attempt in record.attempts}) != len(record.attempts):
        raise _impossible("two attempts have one id")
    for kind in TestKind:
        test = activity.pre_test if kind is TestKind.PRE else activity.post_test
        attempts = record.attempts_at(kind)
        if attempts and test is None:
            raise _impossible(f"the activity has no {kind.value}")
        if [attempt.number for attempt in attempts] != list(range(1, len(attempts) + 1)):
            raise _impossible("attempts are not numbered in turn")
        for attempt in attempts if test else ():
            _check_attempt(activity, test, record, attempt)  # type: ignore[arg-type]


def _check_attempt(activity: Activity, test: Test, record: Record, attempt: Attempt) -> None:
    if attempt.submitted_at is not None and attempt.submitted_at < attempt.started_at:
        raise _impossible("an attempt ended before it began")
    _check_step(activity, record, STEP_OF[test.kind], attempt.started_at)
    if attempt.submitted_at is not None:
        _check_step(activity, record, STEP_OF[test.kind], attempt.submitted_at)
    known = before(record, attempt.started_at)
    if known.open_attempt(test.kind) or attempt_blockers(activity, known, test.kind, attempt.started_at):
        raise _impossible("an attempt was not allowed to start when it did")
    _check_form(test, attempt)


def _check_form(test: Test, attempt: Attempt) -> None:
    questions = {question.key: question for question in test.questions}
    keys = [item.question for item in attempt.form]
    if len(keys) != test.length or len(set(keys)) != len(keys) or not questions.keys() >= set(keys):
        raise _impossible("a form is not one that the test gives")
    if not all(_is_dealt(questions[item.question], item) for item in attempt.form):
        raise _impossible("a question was given with other choices than it has")
    if not set(keys) >= set(attempt.answers):
        raise _impossible("a question was answered that was not given")
    for key, answer in attempt.answers.items():
        if answer:
            check_answer(questions[key], answer)


def _is_dealt(question: Question, item: FormItem) -> bool:
    options = {entry.key for entry in question.options} if question.kind is QuestionKind.MATCHING else None
    is_whole = options is None or (set(item.options) == options and len(item.options) == len(options))
    return is_whole and sorted(item.order) == sorted(entry.key for entry in choices_of(question))
