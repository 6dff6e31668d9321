"""How much of a recording was played: what a browser says of it, and how much of that can be true.

A browser is believed as far as time allows: nobody plays more of a recording than twice the time that has passed since
it was opened, nor, over all openings, since it was first opened. Tool and native faces share these rules.

Places in a recording are whole milliseconds, told to a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lti_tool.domain.errors import BadInput

FASTEST = 2
"""A recording is played at most at twice its speed."""
SLACK = 5.0
"""Seconds of grace between a player's clock and ours."""
LONGEST = 24 * 3600 * 1000
"""Longest recording, in milliseconds."""
MOST_STRETCHES = 500
NEAR = 250
"""Stretches closer than this, in milliseconds, are one."""
LARGEST = 10**9
"""No place in a recording and no length of one is a larger number of seconds."""
_TENTHS, _TENTH = 10, 100
_TEN_THOUSANDTH = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a recording that was played, in milliseconds from its beginning."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Playback:
    """What was played of one recording. ``duration`` in milliseconds as the player says, 0 while it is not known."""

    duration: int = 0
    stretches: tuple[Stretch, ...] = ()

    @property
    def played(self) -> int:
        """Milliseconds of the recording, each once."""
        return sum(each.end - each.start for each in merged(self.stretches))

    @property
    def coverage(self) -> Decimal:
        """Fraction of the recording, 0 to 1."""
        if self.duration <= 0:
            return Decimal(0)
        return min(Decimal(1), (Decimal(tidy(self).played) / self.duration).quantize(_TEN_THOUSANDTH))


NOTHING_PLAYED = Playback()


def merged(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Without overlaps, in order."""
    found: list[Stretch] = []
    for each in sorted(stretches, key=lambda one: (one.start, one.end)):
        if found and each.start <= found[-1].end + NEAR:
            found[-1] = Stretch(found[-1].start, max(found[-1].end, each.end))
        else:
            found.append(each)
    return tuple(found)


def trimmed(playback: Playback, most: int) -> Playback:
    """At most so many stretches: the shortest are given up."""
    if len(playback.stretches) <= most:
        return playback
    kept = sorted(playback.stretches, key=lambda one: one.start - one.end)[:most]
    return Playback(playback.duration, merged(kept))


def tidy(playback: Playback) -> Playback:
    """Only what lies within the recording, merged, and not too many pieces of it."""
    within = (Stretch(one.start, min(one.end, playback.duration)) for one in playback.stretches if one.start >= 0)
    return trimmed(Playback(playback.duration, merged(one for one in within if one.start < one.end)), MOST_STRETCHES)


def united(*playbacks: Playback) -> Playback:
    """All that was played of one recording, in several openings or faces."""
    duration = max((each.duration for each in playbacks), default=0)
    return tidy(Playback(duration, tuple(one for each in playbacks for one in each.stretches)))


def most_played(seconds: float) -> float:
    """Milliseconds of a recording that can be played in this time."""
    return (FASTEST * seconds + SLACK) * 1000


def noted(known: Playback, told: Playback, before: int, since_opening: float, since_first: float) -> Playback:
    """``known`` with what a browser tells of one opening; as it was if nobody could have played so much.

    ``before``: milliseconds that were known without this opening. Both times are seconds until now.
    """
    if not 0 < told.duration <= LONGEST or len(told.stretches) > MOST_STRETCHES:
        return known
    after = united(known, tidy(told))
    is_possible = after.played - before <= most_played(since_opening) and after.played <= most_played(since_first)
    return after if is_possible else known


def in_seconds(duration: float | None, ranges: Iterable[Sequence[float]]) -> Playback:
    """From numbers of seconds."""
    return Playback(_milliseconds(duration or 0), tuple(Stretch(*map(_milliseconds, pair[:2])) for pair in ranges))


def as_seconds(playback: Playback) -> tuple[float, list[list[float]]]:
    """The opposite of :func:`in_seconds`."""
    return playback.duration / 1000, [[one.start / 1000, one.end / 1000] for one in playback.stretches]


def _milliseconds(seconds: float) -> int:
    return round(seconds * _TENTHS) * _TENTH


def _number(value: Any) -> float:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST
    if not is_number:
        raise BadInput("report_wrong", "a time report holds something that is not a number of seconds")
    return float(value)


def _pair(value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadInput("report_wrong", "a stretch is a start and an end")
    return _number(value[0]), _number(value[1])


def read_playback(duration: Any, ranges: Any) -> Playback:
    """What a browser's player tells, from JSON: seconds. Raises ``BadInput("report_wrong")``."""
    if not isinstance(ranges, list):
        raise BadInput("report_wrong", "stretches must be a list")
    return in_seconds(None if duration is None else _number(duration), [_pair(each) for each in ranges])
