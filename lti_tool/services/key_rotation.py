"""New signing keys by themselves: made when the newest is old enough, by one process, with an overlap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from lti_tool.domain.login import ToolKey
from lti_tool.services.launch_state import KeyRing
from lti_tool.services.ports import KeyMaker

Retirements = Callable[[Sequence[ToolKey], ToolKey], dict[str, datetime]]
"""``lti_tool.lti.keys.retirement_of_older``."""


def rotate_if_due(ring: KeyRing, make: KeyMaker, retire: Retirements, every: timedelta, now: datetime) -> int:
    """Make a key if the newest was made ``every`` ago; gives how many were made. Any number of workers may ask at once.

    A key that is published and does not sign yet counts as the newest, so none is made twice.
    """
    keys = ring.all()
    newest = max(keys, key=lambda key: key.created_at, default=None)
    if newest is None or now - newest.created_at < every:
        return 0
    newcomer = make(now)
    return int(ring.add_after(newest.kid, newcomer, retire(keys, newcomer)))
