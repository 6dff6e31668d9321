"""Where a learner stands, as values: each step done, open or locked, and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lti_tool.domain.activity import Step
from lti_tool.domain.errors import Refused


class StepState(StrEnum):
    DONE = "done"
    OPEN = "open"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why something may not be done yet, and the step that clears it (if one does).

    Codes: ``needs_<step>``, ``not_released``, ``not_designated``, ``expired``, ``closed``, ``claims_not_open``,
    ``claims_closed``, ``credit_ended``, ``credited_elsewhere``, ``nothing_to_claim``, ``not_attended``,
    ``attended_too_little``, ``content_unopened``, ``content_minutes``, ``content_coverage``, ``content_unanswered``,
    ``attempts_used``, ``cool_down``, ``already_passed``, ``already_taken``, ``pre_test_over``, ``step_absent``.
    """

    code: str
    step: Step | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepStanding:
    """One step for one learner. ``blockers`` say why it cannot be entered now, even when it is done."""

    step: Step
    state: StepState
    is_required: bool
    blockers: tuple[Blocker, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """All steps in order."""

    steps: tuple[StepStanding, ...]

    def of(self, step: Step) -> StepStanding:
        """Raises ``Refused("step_absent")`` for a step that the activity does not have."""
        for standing in self.steps:
            if standing.step is step:
                return standing
        raise Refused("step_absent", step=step)

    def is_done(self, step: Step) -> bool:
        return any(standing.step is step and standing.state is StepState.DONE for standing in self.steps)

    @property
    def current(self) -> Step:
        """Where to go next: the first open required step, else the first open one, else the last step."""
        waiting = [standing for standing in self.steps if standing.state is StepState.OPEN]
        required = [standing for standing in waiting if standing.is_required]
        return (required or waiting or list(self.steps[-1:]))[0].step

    def after(self, step: Step) -> Step:
        """The next step in order that is not done, skipping nothing; ``step`` itself if there is none."""
        places = [standing.step for standing in self.steps]
        later = self.steps[places.index(step) + 1 :] if step in places else self.steps
        return next((standing.step for standing in later if standing.state is not StepState.DONE), step)

    @property
    def is_complete(self) -> bool:
        """Every required step done."""
        return all(standing.state is StepState.DONE for standing in self.steps if standing.is_required)

    @property
    def done_count(self) -> int:
        return sum(standing.state is StepState.DONE for standing in self.steps)
