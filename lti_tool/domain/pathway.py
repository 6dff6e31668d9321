"""Where a learner stands: computed from the activity and the facts, never stored.

``STEP_TABLE`` is the whole gating model: for each step, what makes it done. A step opens when every
required step before it is done and the activity's own window allows it. The diagram in the docs is
generated from this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from lti_tool.domain.activity import Activity, ContentItem, Requirement, Step
from lti_tool.domain.assessment import Result, Reveal, Test, TestKind
from lti_tool.domain.errors import Refused
from lti_tool.domain.key_correction import score_submitted
from lti_tool.domain.record import Attempt, Record
from lti_tool.domain.series import attended_sessions
from lti_tool.domain.standing import Blocker, Standing, StepStanding, StepState


def attempt_result(test: Test, attempt: Attempt) -> Result:
    """The result of one attempt: a key that was corrected after it was submitted never lowers it."""
    return score_submitted(test, attempt.form, attempt.answers, attempt.submitted_at)


def best_result(test: Test | None, attempts: tuple[Attempt, ...]) -> Result | None:
    """The best submitted attempt, ``None`` if there is none."""
    if test is None or not attempts:
        return None
    return max((attempt_result(test, attempt) for attempt in attempts), key=lambda result: result.points)


def has_passed(activity: Activity, record: Record) -> bool:
    result = best_result(activity.post_test, record.submitted(TestKind.POST))
    return result is not None and result.has_passed


def has_acknowledged(record: Record, fingerprint: str) -> bool:
    """The text now in force is the one that was acknowledged."""
    return any(acknowledgement.fingerprint == fingerprint for acknowledgement in record.acknowledgements)


def _has_finished_content(activity: Activity, record: Record) -> bool:
    return record.content_finished_at is not None and not content_blockers(activity, record)


STEP_TABLE: Mapping[Step, Callable[[Activity, Record, str], bool]] = {
    Step.INFORMATION: lambda activity, record, fingerprint: has_acknowledged(record, fingerprint),
    Step.PRE_TEST: lambda activity, record, fingerprint: bool(record.submitted(TestKind.PRE)),
    Step.CONTENT: lambda activity, record, fingerprint: _has_finished_content(activity, record),
    Step.POST_TEST: lambda activity, record, fingerprint: has_passed(activity, record),
    Step.EVALUATION: lambda activity, record, fingerprint: record.evaluated_at is not None,
    Step.CLAIM: lambda activity, record, fingerprint: bool(record.claims),
    Step.CERTIFICATE: lambda activity, record, fingerprint: bool(record.claims),
}
"""Step to the test "is it done?". The order of the steps is that of ``Step``."""

CLOSES_AT_EXPIRY = frozenset({Step.PRE_TEST, Step.POST_TEST, Step.EVALUATION})
"""After expiry no new credit can be earned (ACCME enduring materials; AMA PRA); content can still be read.

The claim has a window of its own, which ends with the expiry unless the activity says otherwise."""

CLOSES_WITH_ACTIVITY = CLOSES_AT_EXPIRY | {Step.CLAIM}
"""A provider who closes an activity early withdraws its credit as well, whatever the claim's own window says."""

KEPT = frozenset({Step.CLAIM, Step.CERTIFICATE})
"""Once there is credit these stay reachable whatever happens to the activity."""


def content_blockers(activity: Activity, record: Record) -> tuple[Blocker, ...]:
    """What is still missing before the content can be called studied."""
    content = activity.content
    if content is None:
        return ()
    blockers = [_item_blocker(item, record) for item in content.items if not record.has_covered(item)]
    needed = (content.minimum_minutes or 0) * 60
    if record.seconds_studied < needed:
        facts = {"minutes": content.minimum_minutes, "seconds_left": needed - record.seconds_studied}
        blockers.append(Blocker("content_minutes", Step.CONTENT, facts))
    return tuple(blockers)


def _item_blocker(item: ContentItem, record: Record) -> Blocker:
    facts = {"item": item.key, "title": item.title}
    if item.awaits_answer:
        return Blocker("content_unanswered", Step.CONTENT, facts)
    if not record.has_opened(item):
        return Blocker("content_unopened", Step.CONTENT, facts)
    return Blocker("content_coverage", Step.CONTENT, {**facts, "minimum": item.minimum_coverage})


def _window_blockers(activity: Activity, step: Step, now: datetime, closed_at: datetime | None) -> list[Blocker]:
    if step is Step.INFORMATION:
        return []
    if now < activity.opens_at:
        return [Blocker("not_released", None, {"date": activity.released_on})]
    if activity.day_of(now) < activity.designated_on:
        return [Blocker("not_designated", None, {"date": activity.designated_on})]
    if now >= activity.closes_at and step in CLOSES_AT_EXPIRY:
        return [Blocker("expired", None, {"date": activity.expires_on})]
    if closed_at is not None and now >= closed_at and step in CLOSES_WITH_ACTIVITY:
        return [Blocker("closed", None, {"date": activity.day_of(closed_at)})]
    return []


def claim_blockers(activity: Activity, record: Record, now: datetime) -> list[Blocker]:
    """The claim's own window, credit that staff have taken back or let expire (only they can award it again), and
    attendance that nobody has recorded."""
    if record.ended_types and not record.claims:
        return [Blocker("credit_ended")]
    if now < activity.claims_open_at:
        return [Blocker("claims_not_open", None, {"date": activity.claims_open_on})]
    is_late = now >= activity.claims_close_at
    if is_late and not (record.late_claim_until and now < record.late_claim_until):
        if activity.claims_close_on is None:
            return [Blocker("expired", None, {"date": activity.expires_on})]
        return [Blocker("claims_closed", None, {"date": activity.claims_close_on})]
    return attendance_blockers(activity, record)


def claim_window(activity: Activity, record: Record, now: datetime, closed_at: datetime | None) -> list[Blocker]:
    """Why nothing can be claimed now, whatever was done: also for credit that an earlier claim has left."""
    return _window_blockers(activity, Step.CLAIM, now, closed_at) or claim_blockers(activity, record, now)


def claims_end_at(activity: Activity, record: Record, closed_at: datetime | None) -> datetime:
    """First moment at which this learner can claim no more: the window's end, or that of a late claim that was
    granted, unless the provider closes the activity before."""
    ends = max(activity.claims_close_at, record.late_claim_until or activity.claims_close_at)
    return ends if closed_at is None else min(ends, closed_at)


def attendance_blockers(activity: Activity, record: Record) -> list[Blocker]:
    """An activity with sessions gives nothing to somebody who was at none (AMA PRA: extent of participation)."""
    if not activity.sessions or record.attendance is None:
        return []
    return [] if attended_sessions(activity.sessions, record.attendance) else [Blocker("not_attended")]


def nothing_left(elsewhere: str = "", *, is_too_little: bool = False) -> Blocker:
    """Why an open claim has nothing to give. ``elsewhere`` is the title of an equivalent activity with credit;
    ``is_too_little``: the attended sessions do not come to the least amount."""
    if elsewhere:
        return Blocker("credited_elsewhere", None, {"title": elsewhere})
    return Blocker("attended_too_little") if is_too_little else Blocker("nothing_to_claim")


def _step(
    activity: Activity, record: Record, fingerprint: str, now: datetime, step: Step, closed_at: datetime | None
) -> StepStanding:
    is_done = STEP_TABLE[step](activity, record, fingerprint)
    is_required = activity.requirement(step) is Requirement.REQUIRED
    if is_done and step in KEPT:
        return StepStanding(step, StepState.DONE, is_required)
    earlier = activity.steps[: activity.steps.index(step)]
    window = _window_blockers(activity, step, now, closed_at)
    if step is Step.CLAIM:
        window = claim_window(activity, record, now, closed_at)
    blockers = window + [
        Blocker(f"needs_{other.value}", other)
        for other in earlier
        if activity.requirement(other) is Requirement.REQUIRED and not STEP_TABLE[other](activity, record, fingerprint)
    ]
    state = StepState.DONE if is_done else StepState.LOCKED if blockers else StepState.OPEN
    return StepStanding(step, state, is_required, tuple(blockers))


def standing(
    activity: Activity, record: Record, fingerprint: str, now: datetime, closed_at: datetime | None = None
) -> Standing:
    """Where this learner stands. ``fingerprint`` is that of the information page now in force.

    ``closed_at``: when the provider closed the activity before its expiry, ``None`` if it did not.
    """
    steps = (_step(activity, record, fingerprint, now, step, closed_at) for step in activity.steps)
    return Standing(tuple(steps))


def require(where: Standing, step: Step) -> None:
    """Raises ``Refused("step_locked", step=…, blockers=…)`` unless the step may be entered now."""
    blockers = where.of(step).blockers
    if blockers:
        reasons = ", ".join(blocker.code for blocker in blockers)
        raise Refused("step_locked", f"{step.value} is locked: {reasons}", step=step, blockers=blockers)


def cool_down_ends(test: Test, record: Record) -> datetime | None:
    """When the next attempt may start, ``None`` if there was no attempt or no cool-down is set."""
    finished = [attempt.submitted_at for attempt in record.submitted(test.kind) if attempt.submitted_at]
    if not finished or not test.cool_down_minutes:
        return None
    return max(finished) + timedelta(minutes=test.cool_down_minutes)


LATE = timedelta(minutes=2)
"""How long after the end of a time limit answers are still taken: a line that dropped costs nobody anything."""


def attempt_ends(test: Test, record: Record, attempt: Attempt) -> datetime | None:
    """When the time for an attempt is up, with what this learner was granted; ``None`` without a time limit."""
    if test.time_limit_minutes is None:
        return None
    return attempt.started_at + timedelta(minutes=test.time_limit_minutes + record.extra_minutes)


def settled(activity: Activity, record: Record, now: datetime) -> Record:
    """The facts with every attempt submitted whose time is up: what was saved until then counts.

    Nothing is stored for that, so more time that is granted later opens the attempt again.
    """
    tests = {test.kind: test for test in (activity.pre_test, activity.post_test) if test is not None}
    return replace(record, attempts=tuple(_settled(tests, record, attempt, now) for attempt in record.attempts))


def _settled(tests: Mapping[TestKind, Test], record: Record, attempt: Attempt, now: datetime) -> Attempt:
    test = tests.get(attempt.test)
    ends = attempt_ends(test, record, attempt) if test and attempt.is_open else None
    return replace(attempt, submitted_at=ends) if ends is not None and now >= ends + LATE else attempt


def attempts_left(test: Test, record: Record) -> int | None:
    """``None`` for no limit."""
    return None if test.attempts is None else max(0, test.attempts - len(record.submitted(test.kind)))


def attempt_blockers(activity: Activity, record: Record, kind: TestKind, now: datetime) -> tuple[Blocker, ...]:
    """Why no new attempt may start now. An open attempt is resumed, never blocked."""
    test = activity.pre_test if kind is TestKind.PRE else activity.post_test
    if test is None:
        return (Blocker("step_absent"),)
    if record.open_attempt(kind):
        return ()
    if kind is TestKind.PRE:
        return _pre_test_blockers(record)
    if has_passed(activity, record):
        return (Blocker("already_passed", Step.POST_TEST),)
    if attempts_left(test, record) == 0:
        return (Blocker("attempts_used", Step.POST_TEST, {"attempts": test.attempts}),)
    until = cool_down_ends(test, record)
    return (Blocker("cool_down", Step.POST_TEST, {"until": until}),) if until is not None and now < until else ()


def _pre_test_blockers(record: Record) -> tuple[Blocker, ...]:
    if record.submitted(TestKind.PRE):
        return (Blocker("already_taken", Step.PRE_TEST),)
    if record.attempts_at(TestKind.POST) or record.content_finished_at is not None:
        return (Blocker("pre_test_over", Step.PRE_TEST),)
    return ()


def may_reveal(activity: Activity, record: Record) -> bool:
    """Key, rationale and references of the post-test may be shown to this learner now."""
    test = activity.post_test
    if test is None or test.reveal is Reveal.NEVER or record.open_attempt(TestKind.POST):
        return False
    return attempts_left(test, record) == 0 or has_passed(activity, record)


def grade_fraction(activity: Activity, where: Standing, record: Record, step: Step | None) -> Decimal | None:
    """What a placement's line item should hold now, 0 to 1; ``None`` while there is nothing to say.

    The post-test and a whole activity with a post-test give the best score; other steps give 1 when done.
    """
    is_scored = step is Step.POST_TEST or (step is None and activity.post_test is not None)
    was_taken_back = bool(record.ended_types) and not record.claims
    if step in KEPT and was_taken_back:
        return Decimal(0)
    if is_scored:
        result = best_result(activity.post_test, record.submitted(TestKind.POST))
        return None if result is None else result.fraction
    is_done = where.is_complete if step is None else where.is_done(step)
    return Decimal(1) if is_done else None
