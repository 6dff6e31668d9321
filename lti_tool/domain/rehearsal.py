"""A learner who does everything right, played through the pathway: finds steps that could never be done.

The rules are those of real learners (``pathway.standing``), so whatever makes a step impossible is found, for whatever
reason: a window that never opens, a pass mark out of reach, more study time than the activity is open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.assessment import Test, TestKind, right_answer
from lti_tool.domain.draw import draw_form
from lti_tool.domain.pathway import standing
from lti_tool.domain.record import Acknowledgement, Attempt, Claim, Record, Response, Study
from lti_tool.domain.standing import Blocker, StepState

_TEXT = "rehearsal"
"""Stands for the fingerprint of the information page: what it says makes no difference here."""


def _sat(record: Record, test: Test | None, now: datetime) -> Record:
    if test is None:
        return record
    form = draw_form(test, 0)
    answers = {item.question: right_answer(test.question(item.question)) for item in form}
    attempt = Attempt(test.kind.value, test.kind, 1, form, now, answers, now)
    return replace(record, attempts=(*record.attempts, attempt))


def _studied(activity: Activity, record: Record, now: datetime) -> Record:
    items = activity.content.items if activity.content else ()
    seconds = 60 * ((activity.content.minimum_minutes or 0) if activity.content else 0)
    studies = {item.key: Study(item.key, seconds, Decimal(1), now) for item in items}
    responses = {
        item.key: Response(item.key, right_answer(item.question), now) for item in items if item.question is not None
    }
    return replace(record, studies=studies, responses=responses, content_finished_at=now)


def _claimed(activity: Activity, record: Record, now: datetime) -> Record:
    claims = tuple(Claim(offer.credit_type, offer.maximum, True, now) for offer in activity.credits)
    return replace(record, claims=claims)


_DOING: Mapping[Step, Callable[[Activity, Record, datetime], Record]] = {
    Step.INFORMATION: lambda activity, record, now: replace(record, acknowledgements=(Acknowledgement(_TEXT, now),)),
    Step.PRE_TEST: lambda activity, record, now: _sat(record, activity.pre_test, now),
    Step.CONTENT: _studied,
    Step.POST_TEST: lambda activity, record, now: _sat(record, activity.post_test, now),
    Step.EVALUATION: lambda activity, record, now: replace(record, evaluated_at=now),
    Step.CLAIM: _claimed,
    Step.CERTIFICATE: lambda activity, record, now: record,
}
"""What a learner does in each step."""


def _first_moment(activity: Activity) -> datetime:
    designated = datetime.combine(activity.designated_on, time.min, ZoneInfo(activity.time_zone))
    return max(activity.opens_at, designated.astimezone(UTC))


def _minutes(activity: Activity, step: Step) -> int:
    content = activity.content
    return content.minimum_minutes or 0 if step is Step.CONTENT and content is not None else 0


def impossible_steps(activity: Activity) -> tuple[Step, ...]:
    """The steps that nobody could ever do, in order; empty for an activity that works.

    After the first one that fails the walk goes on as if it had been done, so each is named for its own reason.
    """
    failed: list[Step] = []
    record, now = Record(), _first_moment(activity)
    for step in activity.steps:
        here = standing(activity, record, _TEXT, now).of(step)
        record, now = _DOING[step](activity, record, now), now + timedelta(minutes=_minutes(activity, step))
        is_open = here.state is not StepState.LOCKED or _waits_only_for(here.blockers, failed)
        if not is_open or not _is_done(activity, record, now, step):
            failed.append(step)
    return tuple(failed)


def _waits_only_for(blockers: tuple[Blocker, ...], failed: list[Step]) -> bool:
    return all(blocker.step in failed for blocker in blockers)


def _is_done(activity: Activity, record: Record, now: datetime, step: Step) -> bool:
    """Done, and still within the activity's window when it was."""
    return standing(activity, record, _TEXT, now).is_done(step) and now < activity.closes_at


def attempts_fit(test: Test, activity: Activity) -> bool:
    """Every attempt can be made before the expiry, even when each has to wait for the cool-down."""
    waits = (test.attempts or 2) - 1
    needed = timedelta(minutes=waits * test.cool_down_minutes)
    return test.kind is TestKind.PRE or _first_moment(activity) + needed < activity.closes_at
