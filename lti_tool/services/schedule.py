"""Chores that are not for every turn of the worker's loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(slots=True)
class Every:
    """Does ``chore`` at most once per ``interval``; in between it does nothing. One worker's own; a restart forgets it.

    A clock that jumps back does not stop it for longer than one interval of the new time.
    """

    interval: timedelta
    chore: Callable[[], int]
    clock: Callable[[], datetime]
    _last: datetime | None = field(default=None)

    def __call__(self) -> int:
        now = self.clock()
        if self._last is not None and timedelta() <= now - self._last < self.interval:
            return 0
        self._last = now
        return self.chore()
