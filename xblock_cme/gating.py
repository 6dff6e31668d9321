"""The rule of a gate, and whether it stands for a learner. Nothing here knows a platform."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lti_tool.domain.activity import Step
from lti_tool.domain.errors import CmeError
from xblock_cme import store
from xblock_cme.facts import LearnerFacts, since
from xblock_cme.progress import Progress, progress

OPEN_GROUP, CLOSED_GROUP = 1, 2
"""The two groups of a gate's partition. Content behind the gate is for ``OPEN_GROUP`` alone."""
FIRST_ID, COUNT = 2**30, 2**30 - 1
"""Ids of our partitions: far from those that the platform gives out (which start at 50 and at 100), within 31 bits."""
Access = Mapping[int, Sequence[int]]
"""A block's ``group_access``: partition id to the groups that may see it."""


@dataclass(frozen=True, slots=True)
class GateRule:
    """Steps of an activity that must be done. The id follows from the rule, so it is the same in every copy of a
    course, and two gates with one rule share a partition."""

    activity: str
    steps: tuple[str, ...]

    @property
    def partition_id(self) -> int:
        words = f"{self.activity}|{','.join(sorted(set(self.steps)))}"
        return FIRST_ID + int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "big") % COUNT


def is_ours(partition_id: int) -> bool:
    return FIRST_ID <= partition_id < FIRST_ID + COUNT


def plain_access(access: Mapping[Any, Sequence[int]] | None) -> dict[int, list[int]]:
    """As it stands in a block, with numbers as keys: stores of courses keep them as text."""
    return {int(key): list(groups) for key, groups in (access or {}).items()}


def foreign_access(access: Mapping[Any, Sequence[int]] | None) -> dict[int, list[int]]:
    """Without our own entries: what authors have set."""
    return {key: groups for key, groups in plain_access(access).items() if not is_ours(key)}


def wanted_access(present: Mapping[Any, Sequence[int]], rules: Iterable[GateRule]) -> dict[int, list[int]]:
    """What a block's ``group_access`` must say: the author's own entries, and the open group of each gate above it."""
    return {**foreign_access(present), **{rule.partition_id: [OPEN_GROUP] for rule in rules}}


def standing_at(rule: GateRule, copies: Mapping[str, Any], place: store.Place, now: datetime) -> Progress:
    """Where a learner stands, for a gate. Raises ``NotFound`` where no block of the course holds the activity."""
    reset = store.reset_at(place)
    known = [since(facts, reset) for facts in store.known_facts(place).values()]
    own = known[0] if known else LearnerFacts()
    return progress(copies, own, known[1:], store.claims_of(store.claim_state(place), now), now)


def is_open(rule: GateRule, copies: Mapping[str, Any], place: store.Place, now: datetime) -> bool:
    """Every chosen step is done. What cannot be found out keeps the gate closed."""
    if not place.user_id or not rule.steps:
        return False
    try:
        where = standing_at(rule, copies, place, now).standing
        return all(where.is_done(Step(word)) for word in rule.steps)
    except (CmeError, ValueError):
        return False
