"""The gates of a course: which rules there are, what lies behind them, and the copies that they are judged by.

Read from the platform's store of courses, never through a learner's eyes: a block that a learner may not load would
hide the gate above it. Kept in the process for each version of the course.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from xblock_cme.compat import modulestore, plain_key
from xblock_cme.gating import GateRule, is_open
from xblock_cme.store import Place

GATE, STEP = "cme_gate", "cme_step"
KEPT_COURSES = 200
FRESH_SECONDS = 20.0
"""How long a course is not asked for its version where the caller does not know it."""


@dataclass(frozen=True, slots=True)
class CourseGates:
    """``covered``: usage key to the rules of every gate above the block."""

    rules: Mapping[int, GateRule] = field(default_factory=dict)
    copies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Activity key to its copies by version, from every block of the course that holds some."""
    covered: Mapping[str, frozenset[GateRule]] = field(default_factory=dict)


def activity_of(copies: Mapping[str, Any]) -> str:
    """Key of the activity that a step block has taken, ``""`` for none."""
    newest = max((int(number) for number in copies if number.isdigit()), default=0)
    return str(copies[str(newest)]["body"]["key"]) if newest else ""


def rule_of(gate: Any, children: Mapping[Any, Any]) -> GateRule:
    """The gate's own activity, else that of the first step block in it."""
    inside = (activity_of(child.copies) for child in children.values() if kind_of(child) == STEP)
    activity = gate.activity or next((key for key in inside if key), "")
    return GateRule(activity, tuple(gate.steps))


def kind_of(block: Any) -> str:
    return str(block.scope_ids.block_type)


def children_of(store: Any, block: Any) -> dict[Any, Any]:
    """The block's children by key, as the store has them."""
    return {key: store.get_item(key) for key in getattr(block, "children", None) or ()}


def below(store: Any, block: Any, rules: frozenset[GateRule]) -> Iterator[tuple[Any, frozenset[GateRule]]]:
    """Every block below, with the rules of the gates above it. A step block governs itself: a gate leaves its own
    steps open, or nobody could ever pass it."""
    children = children_of(store, block)
    inner = rules | {rule_of(block, children)} if kind_of(block) == GATE else rules
    for child in children.values():
        is_own_step = kind_of(child) == STEP and kind_of(block) == GATE
        yield child, rules if is_own_step else inner
        yield from below(store, child, inner)


def read_course(store: Any, course_key: Any) -> CourseGates:
    """Everything about the gates of one course."""
    copies: dict[str, dict[str, Any]] = {}
    for block in store.get_items(course_key, qualifiers={"category": STEP}):
        copies.setdefault(activity_of(block.copies), {}).update(block.copies)
    rules: dict[int, GateRule] = {}
    covered: dict[str, frozenset[GateRule]] = {}
    for gate in store.get_items(course_key, qualifiers={"category": GATE}):
        rule = rule_of(gate, children_of(store, gate))
        rules[rule.partition_id] = rule
        for block, above in below(store, gate, frozenset()):
            key = plain_key(block.scope_ids.usage_id)
            covered[key] = covered.get(key, frozenset()) | above
    return CourseGates(rules, copies, covered)


_GATES: OrderedDict[tuple[str, str], CourseGates] = OrderedDict()
_VERSIONS: dict[str, tuple[str, float]] = {}


def course_gates(course_key: Any, version: str | None = None) -> CourseGates:
    """The gates of a course; nothing where there is no store of courses. ``version`` is the course's, if known."""
    store = modulestore()
    if store is None:
        return CourseGates()
    known = version or _version(store, course_key)
    place = (str(course_key), known)
    if place not in _GATES:
        _GATES[place] = read_course(store, course_key)
        while len(_GATES) > KEPT_COURSES:
            _GATES.popitem(last=False)
    return _GATES[place]


def _version(store: Any, course_key: Any) -> str:
    found, until = _VERSIONS.get(str(course_key), ("", 0.0))
    if not found or time.monotonic() > until:
        course = store.get_course(course_key, depth=0)
        found = str(getattr(course, "course_version", None) or time.monotonic())
        _VERSIONS[str(course_key)] = (found, time.monotonic() + FRESH_SECONDS)
    return found


def is_behind(usage: Any, user_id: str, now: datetime) -> bool:
    """A gate above the block is closed to this user."""
    gates, course = course_gates(usage.course_key), str(usage.course_key)
    return any(
        not is_open(rule, gates.copies.get(rule.activity, {}), Place(user_id, course, rule.activity), now)
        for rule in gates.covered.get(plain_key(usage), ())
    )


def forget() -> None:
    """Read every course anew: an author has changed something in this process."""
    _GATES.clear()
    _VERSIONS.clear()
