"""Facts that came from elsewhere, checked against the rules of their time.

A native face sends what a learner did. Each fact is put back into its place in time: whatever the pathway would not
have allowed at that moment did not happen under its rules, and nothing is awarded on it.

A learner may have done a part of the activity elsewhere, through an LTI link. What the tool has recorded itself stands
(``known``). What was sent is looked at beside it, and joins it as far as the rules let both stand (:func:`fitting`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

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
from lti_tool.domain.errors import CmeError
from lti_tool.domain.pathway import attempt_blockers, content_blockers, require, standing
from lti_tool.domain.playback import Playback, united
from lti_tool.domain.record import Acknowledgement, Attempt, Record, Study
from lti_tool.domain.response import items_of, reached
from lti_tool.domain.study import check_studied_by, check_time, impossible

LEEWAY = timedelta(minutes=2)
"""How far the clocks of platform and tool may differ."""
STEP_OF = {TestKind.PRE: Step.PRE_TEST, TestKind.POST: Step.POST_TEST}


NOTHING = Record()


def check_facts(activity: Activity, sent: Record, now: datetime, known: Record = NOTHING) -> None:
    """Raises ``Refused("facts_impossible")``, with ``what``, for anything that cannot have happened like this.

    ``known``: what the tool has recorded of this learner itself, in the same version.
    """
    if sent.claims:
        raise impossible("claims are the tool's to make")
    for moment in _moments(sent):
        if moment > now + LEEWAY:
            raise impossible("a fact lies in the future")
    record = together(known, sent)
    _check_attempts(activity, record, sent, known)
    _check_content(activity, record, sent)
    check_time(sent, now + LEEWAY)
    if sent.content_finished_at is not None:
        _check_step(activity, record, Step.CONTENT, sent.content_finished_at)
        check_studied_by(activity, known, sent, sent.content_finished_at)
        if content_blockers(activity, before(record, sent.content_finished_at)):
            raise impossible("the content was finished before it was studied")
    if sent.evaluated_at is not None:
        _check_step(activity, record, Step.EVALUATION, sent.evaluated_at)


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _marks(marks: Iterable[Acknowledgement]) -> tuple[Acknowledgement, ...]:
    """Each text once, as it was acknowledged first."""
    latest_first = sorted(marks, key=lambda mark: mark.at, reverse=True)
    return tuple(sorted({mark.fingerprint: mark for mark in latest_first}.values(), key=lambda mark: mark.at))


def all_played(one: Study, other: Study) -> Playback | None:
    """Of one recording, in two records."""
    known = [each.playback for each in (one, other) if each.playback is not None]
    return united(*known) if known else None


def _summed(one: Study, other: Study) -> Study:
    playback = all_played(one, other)
    coverage = playback.coverage if playback is not None else Decimal(0)
    return Study(
        one.item,
        one.seconds + other.seconds,
        max(one.coverage, other.coverage, coverage),
        _first((one.first_opened_at, other.first_opened_at)),
        playback,
    )


def together(known: Record, sent: Record) -> Record:
    """All facts of both. Time adds up; of two answers to a case or poll the one that is known stands."""
    twice = known.studies.keys() & sent.studies.keys()
    ids = {attempt.id for attempt in known.attempts}
    return replace(
        known,
        acknowledgements=_marks((*known.acknowledgements, *sent.acknowledgements)),
        attempts=(*known.attempts, *(attempt for attempt in sent.attempts if attempt.id not in ids)),
        studies={
            **known.studies,
            **sent.studies,
            **{key: _summed(known.studies[key], sent.studies[key]) for key in twice},
        },
        responses={**sent.responses, **known.responses},
        content_finished_at=_first((known.content_finished_at, sent.content_finished_at)),
        evaluated_at=_first((known.evaluated_at, sent.evaluated_at)),
    )


def fitting(activity: Activity, known: Record, sent: Record) -> Record:
    """What of ``sent`` is to be added to ``known``: nothing twice, and no attempt that the rules of its moment would
    not have allowed beside what the tool has recorded. Attempts are numbered on from the known ones."""
    texts = {mark.fingerprint for mark in known.acknowledgements}
    return replace(
        sent,
        acknowledgements=tuple(mark for mark in _marks(sent.acknowledgements) if mark.fingerprint not in texts),
        attempts=tuple(_fitting(activity, known, sent)) if known.attempts else sent.attempts,
        responses={key: each for key, each in sent.responses.items() if key not in known.responses},
        evaluated_at=None if known.evaluated_at is not None else sent.evaluated_at,
    )


def beside(activity: Activity, known: Record, sent: Record) -> Record:
    """All that counts, as the tool will see it after a claim; with the attempts that are open in the face."""
    fits = fitting(activity, known, sent)
    shown = {attempt.id for attempt in (*known.attempts, *fits.attempts)}
    still_open = (each for each in sent.attempts if each.is_open and each.id not in shown)
    return together(known, replace(fits, attempts=(*fits.attempts, *still_open)))


def _fitting(activity: Activity, known: Record, sent: Record) -> Iterator[Attempt]:
    """An attempt of the tool's own that has been submitted counts from the moment at which it was begun; a pre-test of
    its own is the one that is taken once. What came with an earlier claim is known by that moment."""
    ids, kept = {attempt.id for attempt in known.attempts}, list[Attempt]()
    numbers = {kind: max((each.number for each in known.attempts_at(kind)), default=0) for kind in TestKind}
    for attempt in sorted(sent.attempts, key=lambda each: each.started_at):
        is_second = attempt.test is TestKind.PRE and bool(known.submitted(TestKind.PRE))
        is_known = attempt.id in ids or any(_is_same(attempt, each) for each in known.attempts)
        if attempt.is_open or is_known or is_second:
            continue
        counted = (each for each in (*known.attempts, *kept) if not each.is_open)
        earlier = tuple(each for each in counted if each.started_at <= attempt.started_at)
        there = replace(before(together(known, sent), attempt.started_at), attempts=earlier)
        if not attempt_blockers(activity, there, attempt.test, attempt.started_at):
            kept.append(attempt)
            numbers[attempt.test] += 1
            yield replace(attempt, number=numbers[attempt.test])


def _is_same(attempt: Attempt, known: Attempt) -> bool:
    """Sent once more: only the id and the number are the tool's own."""
    return replace(attempt, id=known.id, number=known.number) == known


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
        raise impossible(f"{step.value} was not open when it was done") from error


def _check_content(activity: Activity, record: Record, sent: Record) -> None:
    """Cases and polls were answered as they can be, and nothing behind them was opened before."""
    items = {item.key: item for item in items_of(activity)}
    for key, response in sent.responses.items():
        question = items[key].question if key in items else None
        if question is None or response.item != key or not is_complete(question, response.answer):
            raise impossible("a case or poll was answered that there is not, or in a way that it cannot be")
        _check_step(activity, record, Step.CONTENT, response.at)
        _check_reached(activity, record, key, response.at)
    for key, study in sent.studies.items():
        if study.first_opened_at is not None and key in items:
            _check_reached(activity, record, key, study.first_opened_at)


def _check_reached(activity: Activity, record: Record, key: str, moment: datetime) -> None:
    if key not in {item.key for item in reached(items_of(activity), record, moment)}:
        raise impossible("content was opened before the case or poll ahead of it was answered")


def _check_attempts(activity: Activity, record: Record, sent: Record, known: Record) -> None:
    if len({attempt.id for attempt in sent.attempts}) != len(sent.attempts):
        raise impossible("two attempts have one id")
    for kind in TestKind:
        test = activity.pre_test if kind is TestKind.PRE else activity.post_test
        attempts = sent.attempts_at(kind)
        if attempts and test is None:
            raise impossible(f"the activity has no {kind.value}")
        numbers = [attempt.number for attempt in attempts]
        if numbers != _in_turn(numbers, known.attempts_at(kind)):
            raise impossible("attempts are not numbered in turn")
        for attempt in attempts if test else ():
            _check_attempt(activity, test, record, sent, attempt)  # type: ignore[arg-type]


def _in_turn(numbers: list[int], known: tuple[Attempt, ...]) -> list[int]:
    """As they must be: from 1; on from any number beside known ones, of which a face may have heard or not."""
    first = min(numbers[:1], default=1) if known else 1
    return list(range(max(1, first), max(1, first) + len(numbers)))


def _check_attempt(activity: Activity, test: Test, record: Record, sent: Record, attempt: Attempt) -> None:
    if attempt.submitted_at is not None and attempt.submitted_at < attempt.started_at:
        raise impossible("an attempt ended before it began")
    _check_step(activity, record, STEP_OF[test.kind], attempt.started_at)
    if attempt.submitted_at is not None:
        _check_step(activity, record, STEP_OF[test.kind], attempt.submitted_at)
    own = before(sent, attempt.started_at)
    if own.open_attempt(test.kind) or attempt_blockers(activity, own, test.kind, attempt.started_at):
        raise impossible("an attempt was not allowed to start when it did")
    _check_form(test, attempt)


def _check_form(test: Test, attempt: Attempt) -> None:
    questions = {question.key: question for question in test.questions}
    keys = [item.question for item in attempt.form]
    if len(keys) != test.length or len(set(keys)) != len(keys) or not questions.keys() >= set(keys):
        raise impossible("a form is not one that the test gives")
    if not all(_is_dealt(questions[item.question], item) for item in attempt.form):
        raise impossible("a question was given with other choices than it has")
    if not set(keys) >= set(attempt.answers):
        raise impossible("a question was answered that was not given")
    for key, answer in attempt.answers.items():
        if answer:
            check_answer(questions[key], answer)


def _is_dealt(question: Question, item: FormItem) -> bool:
    options = {entry.key for entry in question.options} if question.kind is QuestionKind.MATCHING else None
    is_whole = options is None or (set(item.options) == options and len(item.options) == len(options))
    return is_whole and sorted(item.order) == sorted(entry.key for entry in choices_of(question))
