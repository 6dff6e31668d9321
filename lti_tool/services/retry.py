"""What follows from an LMS's answer to a score: done, another try and when, or parked. No database, no HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from lti_tool.domain.grade import Delivery, ScoreOutcome

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=6)
SHORTEST_PAUSE = timedelta(seconds=1)
UNHEARD = 3
REST = timedelta(minutes=1)
UNAUTHORIZED = 401
"""A token that is refused although it is new: an LMS's clock, key cache or token store at fault, which pass."""
NO_LINE_ITEM = "no_line_item"
COLUMN_TOO_SMALL = "column_too_small"
"""More credit than the LMS's column is worth. The tool never changes what a column is worth: Moodle then rescales the
grades that are there and makes zeros of empty ones (seen in 4.5.6), and LTI-AGS 2.0 does not say what others do."""


class State(StrEnum):
    """Where a delivery goes once it has been tried."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Fate:
    """What to write down. ``pause`` counts only while it waits."""

    state: State
    outcome: str
    status: int | None = None
    answer: str = ""
    pause: timedelta = timedelta()
    is_doubtful: bool = False
    """This very score may have reached the LMS although nobody heard its answer."""
    needs_new_timestamp: bool = False
    """The LMS surely did not take this one and holds a later timestamp."""


@dataclass(frozen=True, slots=True)
class Tries:
    """How long a score has been tried. ``jitter`` is a random number, 0 <= jitter < 1."""

    number: int
    is_doubtful: bool
    is_last: bool
    """The time for trying is over."""
    jitter: float


def fate_of(outcome: ScoreOutcome, tries: Tries) -> Fate:
    """The table of answers.

    A stale score that was sent before without an answer has arrived (Moodle refuses an exact repeat with 409). One that
    was never sent before met a later timestamp that is not ours: it is sent again with a new one.
    """
    made = partial(Fate, outcome=outcome.delivery.value, status=outcome.status, answer=outcome.words[:500])
    is_stale = outcome.delivery is Delivery.STALE
    is_passing = outcome.delivery is Delivery.RETRY or outcome.status == UNAUTHORIZED
    if outcome.delivery is Delivery.DELIVERED or (is_stale and tries.is_doubtful):
        return made(State.DELIVERED)
    if not (is_stale or is_passing):
        return made(State.PARKED)
    doubt = not is_stale and (tries.is_doubtful or may_have_arrived(outcome))
    if tries.is_last:
        return made(State.PARKED, is_doubtful=doubt)
    wait = pause(tries.number, outcome.retry_after, tries.jitter)
    return made(State.WAITING, pause=wait, is_doubtful=doubt, needs_new_timestamp=is_stale)


def may_have_arrived(outcome: ScoreOutcome) -> bool:
    """No answer, a time-out or a server's fault says nothing about whether the score was stored."""
    return outcome.status is None or outcome.status >= 500 or outcome.status in (200, 408)


def pause(number: int, retry_after: int | None, jitter: float) -> timedelta:
    """Exponential back-off with full jitter, at least what the LMS asked for; ``number`` counts tries from 1."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(number - 1, 20)))
    return max(SHORTEST_PAUSE, longest * jitter, timedelta(seconds=retry_after or 0))


@dataclass(slots=True)
class PlatformRest:
    """Lets an LMS rest that cannot be reached, so that it does not hold up the grades of the others.

    Kept by one worker for itself; a restart forgets it.
    """

    _unheard: dict[str, int] = field(default_factory=dict)
    _until: dict[str, datetime] = field(default_factory=dict)

    def resting(self, now: datetime) -> frozenset[str]:
        """Platforms to leave alone now."""
        return frozenset(platform for platform, until in self._until.items() if now < until)

    def note(self, platform_id: str, outcome: ScoreOutcome, now: datetime) -> None:
        """After ``UNHEARD`` tries in a row without any answer the platform rests; each further one prolongs it."""
        if outcome.delivery is not Delivery.RETRY or outcome.status is not None:
            self._unheard.pop(platform_id, None)
            self._until.pop(platform_id, None)
            return
        self._unheard[platform_id] = self._unheard.get(platform_id, 0) + 1
        if self._unheard[platform_id] >= UNHEARD:
            self._until[platform_id] = now + REST
