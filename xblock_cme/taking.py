"""Taking the tests: start, save, submit. Each function gives the learner's facts as they are afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from lti_tool.domain.activity import Step
from lti_tool.domain.answer_form import Fields, first, read_answers
from lti_tool.domain.assessment import Answer, Test, TestKind, check_answer, is_complete
from lti_tool.domain.draw import draw_form
from lti_tool.domain.errors import BadInput, Conflict, NotFound, Refused
from lti_tool.domain.pathway import attempt_blockers
from lti_tool.domain.record import Attempt
from xblock_cme.facts import LearnerFacts
from xblock_cme.progress import Progress

STEP_OF = {TestKind.PRE: Step.PRE_TEST, TestKind.POST: Step.POST_TEST}
KIND_OF = {step: kind for kind, step in STEP_OF.items()}
LONGEST_NUMBER = 6
"""Digits of a form's revision or tab that are read."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a sheet. ``stale`` names questions that another tab answered since: these were left alone."""

    facts: LearnerFacts
    attempt: Attempt
    stale: tuple[str, ...] = ()
    faults: Mapping[str, str] = field(default_factory=dict)
    unanswered: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        return not (self.stale or self.faults or self.unanswered)


def test_of(here: Progress, kind: TestKind) -> Test:
    """Raises ``Refused("step_absent")``."""
    test = here.activity.pre_test if kind is TestKind.PRE else here.activity.post_test
    if test is None:
        raise Refused("step_absent", step=STEP_OF[kind])
    return test


def start(here: Progress, kind: TestKind, seed: int) -> LearnerFacts:
    """Begin an attempt, or nothing while one is open. ``seed`` decides the order of questions.

    Raises ``Refused("step_locked")`` or ``Refused("attempt_refused", blockers=…)``.
    """
    here.require(STEP_OF[kind])
    test = test_of(here, kind)
    blockers = attempt_blockers(here.activity, here.record, kind, here.now)
    if blockers:
        raise Refused("attempt_refused", step=STEP_OF[kind], blockers=blockers)
    if here.record.open_attempt(kind):
        return here.facts
    number = 1 + max((attempt.number for attempt in here.record.attempts_at(kind)), default=0)
    attempt = Attempt(f"{kind.value}-{number}-{seed:x}", kind, number, draw_form(test, seed), here.now)
    record = here.facts.record
    return replace(
        here.facts, record=replace(record, attempts=(*record.attempts, attempt)), revision=here.facts.revision + 1
    )


def _own(here: Progress, kind: TestKind, attempt_id: str) -> Attempt:
    for attempt in here.facts.record.attempts_at(kind):
        if attempt.id == attempt_id:
            return attempt
    raise NotFound("attempt_unknown")


def _number(fields: Fields, name: str) -> int:
    text = first(fields, name)
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise BadInput("form_number_wrong", faults={name: "not_possible"})
    return int(text)


def _checked(test: Test, given: Mapping[str, Answer], faults: dict[str, str]) -> dict[str, Answer]:
    """Only what the questions can have; what cannot be is a fault and is not kept."""
    kept = {}
    for key, answer in given.items():
        try:
            if answer:
                check_answer(test.question(key), answer)
            kept[key] = answer
        except BadInput as error:
            faults.update(error.faults)
    return kept


def save(here: Progress, kind: TestKind, attempt_id: str, fields: Fields) -> Saved:
    """Keep the answers given so far; an answer that another tab has changed since is never overwritten.

    Raises ``NotFound("attempt_unknown")``, ``Refused("step_locked")``, ``Conflict("attempt_closed")``.
    """
    attempt = _own(here, kind, attempt_id)
    here.require(STEP_OF[kind])
    if not attempt.is_open:
        raise Conflict("attempt_closed", "this attempt has been submitted")
    test = test_of(here, kind)
    answers, faults = read_answers(fields, test, attempt.form)
    given = _checked(test, answers, faults)
    revision, tab = _number(fields, "revision"), _number(fields, "tab")
    is_foreign = revision < here.facts.revision and tab != here.facts.tab
    changed = {key: answer for key, answer in given.items() if (attempt.answers.get(key) or "") != (answer or "")}
    stale = tuple(key for key in changed if is_foreign and attempt.answers.get(key))
    kept = {**attempt.answers, **{key: answer for key, answer in changed.items() if key not in stale}}
    saved = replace(attempt, answers={key: answer for key, answer in kept.items() if answer})
    facts = _with_attempt(here.facts, saved)
    is_changed = saved != attempt
    facts = replace(facts, revision=facts.revision + 1, tab=tab) if is_changed else facts
    return Saved(facts, saved, stale, faults)


def _with_attempt(facts: LearnerFacts, attempt: Attempt) -> LearnerFacts:
    attempts = tuple(attempt if each.id == attempt.id else each for each in facts.record.attempts)
    return replace(facts, record=replace(facts.record, attempts=attempts))


def unanswered(test: Test, attempt: Attempt) -> tuple[str, ...]:
    """Questions of the form without a complete answer, in the form's order."""
    keys = [item.question for item in attempt.form]
    return tuple(key for key in keys if not is_complete(test.question(key), attempt.answers.get(key)))


def submit(here: Progress, kind: TestKind, attempt_id: str, fields: Fields, *, is_confirmed: bool) -> Saved:
    """Keep the answers and close the attempt. Submitting twice counts once.

    ``is_confirmed``: the learner knows that some questions are unanswered. The attempt stays open while the answer
    holds anything to look at (``Saved.is_clean``).
    """
    attempt = _own(here, kind, attempt_id)
    if not attempt.is_open:
        return Saved(here.facts, attempt)
    saved = save(here, kind, attempt_id, fields)
    missing = () if is_confirmed else unanswered(test_of(here, kind), saved.attempt)
    saved = replace(saved, unanswered=missing)
    return _closed(saved, here.now) if saved.is_clean else saved


def _closed(saved: Saved, now: datetime) -> Saved:
    closed = replace(saved.attempt, submitted_at=now)
    return replace(saved, facts=_with_attempt(saved.facts, closed), attempt=closed)
