"""When two identities turn out to be one person: which of two awards of the same credit stands.

Credit for one activity, or for the same education, is given once (AMA PRA; rules 1.3). The larger award stands, so that
nobody loses what they earned; of two equal ones the earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

SameEducation = Callable[[str, str], bool]
"""Whether two activities, by their keys, are the same or equivalent."""


@dataclass(frozen=True, slots=True)
class Held:
    """One live award of one of the two. ``entry_id`` is the award's line in the ledger; ``amount`` its balance."""

    entry_id: str
    activity_id: str
    credit_type: str
    amount: Decimal
    is_awarded: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Doubled:
    """Two awards of which one ends."""

    stands: Held
    ends: Held


def _rank(one: Held) -> tuple[bool, Decimal, float, str]:
    return (one.is_awarded, one.amount, -one.at.timestamp(), one.entry_id)


def doubled(first: Sequence[Held], second: Sequence[Held], is_same: SameEducation) -> tuple[Doubled, ...]:
    """What both hold: each pair of which one ends. What has ended takes no part in a further pair."""
    pairs = [
        (one, other)
        for one in first
        for other in second
        if one.credit_type == other.credit_type and is_same(one.activity_id, other.activity_id)
    ]
    ended: set[str] = set()
    found: list[Doubled] = []
    for pair in sorted(pairs, key=lambda pair: max(map(_rank, pair)), reverse=True):
        if ended.isdisjoint(one.entry_id for one in pair):
            stands, ends = sorted(pair, key=_rank, reverse=True)
            ended.add(ends.entry_id)
            found.append(Doubled(stands, ends))
    return tuple(found)
