"""When a gate counts as complete: not before it is open, and then as its children are.

Platforms add up a unit from its completable blocks. A closed gate shows none of its children, and of none all are
complete: a unit would be ticked for somebody who has done nothing (seen in a real LMS, Teak). So the gate is

- for a learner, a leaf of its own while it is closed, and the sum of its children once it is open;
- in the outline, which platforms collect once for everybody, the sum of its children where its own step blocks are what
  opens it. Where a step elsewhere in the course opens it, it is a leaf, whose completion is told when it is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from xblock.completable import XBlockCompletionMode

DONE, NOT_DONE = 1.0, 0.0


class Gate(Protocol):
    """What is asked of the gate block."""

    scope_ids: Any

    def is_open_now(self) -> bool: ...

    def is_opened_from_within(self) -> bool:
        """Each step that opens it is taken in a step block that it holds."""
        ...


class CompletionMode:
    """``completion_mode`` of a gate. Of the class, which some asks for, it is that of a container."""

    def __get__(self, gate: Gate | None, owner: type | None = None) -> str:
        if gate is None:
            return str(XBlockCompletionMode.AGGREGATOR)
        is_bound = gate.scope_ids.user_id is not None
        is_sum = gate.is_open_now() if is_bound else gate.is_opened_from_within()
        return str(XBlockCompletionMode.AGGREGATOR if is_sum else XBlockCompletionMode.COMPLETABLE)


def completion_now(service: Any, is_open: bool, shown: Sequence[Any]) -> float:
    """``DONE`` for an open gate of which all that is ``shown`` and can be completed is complete. ``service``: the
    platform's completion service."""
    leaves = {leaf.scope_ids.usage_id for block in shown for leaf in service.get_completable_children(block)}
    known = service.get_completions(leaves) if leaves else {}
    return DONE if is_open and all(known.get(leaf, NOT_DONE) >= DONE for leaf in leaves) else NOT_DONE


def tell_completion(gate: Any, is_open: bool, shown: Sequence[Any]) -> None:
    """Publish the gate's own completion where it has changed. Nothing where the platform keeps none."""
    service = gate.runtime.service(gate, "completion")
    if service is None or not service.completion_tracking_enabled():
        return
    usage = gate.scope_ids.usage_id
    now = completion_now(service, is_open, shown)
    if service.get_completions([usage]).get(usage, NOT_DONE) != now:
        gate.runtime.publish(gate, "completion", {"completion": now})
