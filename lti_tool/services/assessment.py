"""Taking the tests: starting, answering and submitting an attempt."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.assessment import Answer, Result, Test, TestKind, is_complete
from lti_tool.domain.draw import draw_form
from lti_tool.domain.errors import Conflict, NotFound, Refused
from lti_tool.domain.pathway import attempt_blockers, attempt_ends, attempt_result, attempts_left, may_reveal, require
from lti_tool.domain.record import Attempt
from lti_tool.domain.standing import Blocker
from lti_tool.domain.wire import write_value
from lti_tool.services.answers import Saved, SheetReader, newest_stamp, save_sheet
from lti_tool.services.fact import may_review, note_fact
from lti_tool.services.overdue import close_overdue
from lti_tool.services.participation import Progress, progress, progress_for_update
from lti_tool.services.session import Visit

SEED_BITS = 63


@dataclass(frozen=True, slots=True)
class Sitting:
    """One of the activity's tests as one learner finds it."""

    progress: Progress
    test: Test
    attempt: Attempt | None
    """The open one, to be answered."""
    revision: int
    """Goes into the form of the open attempt."""
    submitted: tuple[Attempt, ...]
    blockers: tuple[Blocker, ...]
    """Why no new attempt may start; empty while one is open."""
    attempts_left: int | None
    ends_at: datetime | None
    """When the time of the open attempt is up; ``None`` without a limit."""
    may_reveal: bool
    """Key, rationale and references may be shown."""

    def result(self, attempt: Attempt) -> Result:
        return attempt_result(self.test, attempt)


class Outcome(StrEnum):
    """What became of a submit."""

    SUBMITTED = "submitted"
    ALREADY = "already_submitted"
    """It had been submitted before; nothing was changed."""
    STALE = "stale"
    """Another tab had changed answers; the learner must look again."""
    FAULTY = "faulty"
    UNANSWERED = "unanswered"
    """Questions are open and the learner has not said that this is meant."""


@dataclass(frozen=True, slots=True)
class Submission:
    outcome: Outcome
    saved: Saved | None = None
    unanswered: tuple[str, ...] = ()


def step_of(kind: TestKind) -> Step:
    return Step.PRE_TEST if kind is TestKind.PRE else Step.POST_TEST


def test_of(activity: Activity, kind: TestKind) -> Test:
    """Raises ``Refused("step_absent")``."""
    test = activity.pre_test if kind is TestKind.PRE else activity.post_test
    if test is None:
        raise Refused("step_absent", step=step_of(kind))
    return test


def sitting(db: Session, visit: Visit, kind: TestKind, now: datetime) -> Sitting:
    """The test for this learner now. What was submitted stays readable after the activity's expiry.

    Raises ``Refused("step_locked")``.
    """
    here = _settled(db, visit, progress(db, visit, now), now)
    step, test = step_of(kind), test_of(here.activity, kind)
    submitted = here.record.submitted(kind)
    if not (submitted and may_review(here, step)):
        here.require(step)
    window = here.standing.of(step).blockers
    attempt = None if window else here.record.open_attempt(kind)
    return Sitting(
        progress=here,
        test=test,
        attempt=attempt,
        revision=newest_stamp(db, attempt.id) if attempt else 0,
        submitted=submitted,
        blockers=window or attempt_blockers(here.activity, here.record, kind, now),
        attempts_left=attempts_left(test, here.record),
        ends_at=attempt_ends(test, here.record, attempt) if attempt else None,
        may_reveal=kind is TestKind.POST and may_reveal(here.activity, here.record),
    )


def _settled(db: Session, visit: Visit, here: Progress, now: datetime) -> Progress:
    """With the attempts closed whose time is up."""
    return progress(db, visit, now) if close_overdue(db, here, now) else here


def _for_update(db: Session, visit: Visit, now: datetime) -> Progress:
    return _settled(db, visit, progress_for_update(db, visit, now), now)


def start_attempt(db: Session, visit: Visit, kind: TestKind, now: datetime) -> None:
    """Begin an attempt, or do nothing while one is open.

    Raises ``Refused("step_locked")`` or ``Refused("attempt_refused", blockers=…)``.
    """
    here = _for_update(db, visit, now)
    step, test = step_of(kind), test_of(here.activity, kind)
    require(here.standing, step)
    blockers = attempt_blockers(here.activity, here.record, kind, now)
    if blockers:
        raise Refused("attempt_refused", step=step, blockers=blockers)
    if here.record.open_attempt(kind):
        return
    form = draw_form(test, secrets.randbits(SEED_BITS))
    db.add(
        models.Attempt(
            participation_id=here.participation_id,
            test=kind.value,
            number=1 + max((attempt.number for attempt in here.record.attempts_at(kind)), default=0),
            form=[write_value(item) for item in form],
            started_at=now,
            ends_at=now + timedelta(minutes=test.time_limit_minutes) if test.time_limit_minutes else None,
        )
    )
    db.flush()


def _own(here: Progress, kind: TestKind, attempt_id: str) -> Attempt:
    """Only attempts of this very learner, activity and test exist here."""
    for attempt in here.record.attempts_at(kind):
        if attempt.id == attempt_id:
            return attempt
    raise NotFound("attempt_unknown")


def save_answers(db: Session, visit: Visit, kind: TestKind, attempt_id: str, read: SheetReader, now: datetime) -> Saved:
    """Keep the answers given so far.

    Raises ``NotFound("attempt_unknown")``, ``Refused("step_locked")``, ``Conflict("attempt_closed")``.
    """
    here = _for_update(db, visit, now)
    attempt = _own(here, kind, attempt_id)
    here.require(step_of(kind))
    if not attempt.is_open:
        raise Conflict("attempt_closed", "this attempt has been submitted")
    test = test_of(here.activity, kind)
    return save_sheet(db, attempt.id, test, attempt.form, read(test, attempt.form), now)


def unanswered(test: Test, attempt: Attempt, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """Questions of the form without a complete answer, in the form's order."""
    keys = [item.question for item in attempt.form]
    return tuple(key for key in keys if not is_complete(test.question(key), answers.get(key)))


def submit_attempt(
    db: Session,
    visit: Visit,
    kind: TestKind,
    attempt_id: str,
    read: SheetReader,
    now: datetime,
    *,
    is_confirmed: bool = False,
) -> Submission:
    """Keep the answers and close the attempt. Submitting twice counts once.

    ``is_confirmed``: the learner knows that some questions are unanswered. Raises ``NotFound("attempt_unknown")`` and
    ``Refused("step_locked")``.
    """
    here = _for_update(db, visit, now)
    attempt = _own(here, kind, attempt_id)
    if not attempt.is_open:
        return Submission(Outcome.ALREADY)
    here.require(step_of(kind))
    test = test_of(here.activity, kind)
    saved = save_sheet(db, attempt.id, test, attempt.form, read(test, attempt.form), now)
    missing = unanswered(test, attempt, saved.answers)
    outcome = _outcome(saved, missing, is_confirmed)
    if outcome is Outcome.SUBMITTED:
        db.get_one(models.Attempt, attempt.id).submitted_at = now
        note_fact(db, visit, now)
    return Submission(outcome, saved, missing)


def _outcome(saved: Saved, missing: tuple[str, ...], is_confirmed: bool) -> Outcome:
    if saved.stale:
        return Outcome.STALE
    if saved.faults:
        return Outcome.FAULTY
    return Outcome.UNANSWERED if missing and not is_confirmed else Outcome.SUBMITTED
