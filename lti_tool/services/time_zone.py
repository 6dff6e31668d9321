"""The names of time zones that this machine knows (IANA)."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones


@cache
def time_zones() -> frozenset[str]:
    """Read once per process: the standard library walks the whole folder of zones at every call."""
    return frozenset(available_timezones())
