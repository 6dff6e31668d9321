"""Where many learners stand, from the steps that they have done. The rules are the domain's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lti_tool.domain.activity import Activity, Requirement, Step
from lti_tool.domain.pathway import standing
from lti_tool.domain.record import Record
from lti_tool.domain.standing import Standing, StepStanding, StepState


class Paths:
    """Standings of one version, each made once per set of steps done."""

    def __init__(self, activity: Activity, now: datetime) -> None:
        self._activity = activity
        blank = standing(activity, Record(), "", now)
        self._shut = {each.step for each in blank.steps if _is_shut(each)}
        self._known: dict[frozenset[Step], Standing] = {}

    def at(self, done: frozenset[Step]) -> Standing:
        if done not in self._known:
            self._known[done] = Standing(tuple(self._steps(done)))
        return self._known[done]

    def _steps(self, done: frozenset[Step]) -> Iterable[StepStanding]:
        is_held = False
        for step in self._activity.steps:
            is_required = self._activity.requirement(step) is Requirement.REQUIRED
            is_locked = is_held or step in self._shut
            state = StepState.DONE if step in done else StepState.LOCKED if is_locked else StepState.OPEN
            yield StepStanding(step, state, is_required)
            is_held = is_held or (is_required and step not in done)


def _is_shut(each: StepStanding) -> bool:
    """Closed by a date, not by another step."""
    return any(not blocker.code.startswith("needs_") for blocker in each.blockers)
