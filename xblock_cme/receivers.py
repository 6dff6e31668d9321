"""What authors do, followed: every block behind a gate carries the gate's group, wherever it came from.

The platform merges access downwards only as long as a learner may load the parent, so a stamp on the gate alone leaves
its children open. Each descendant is stamped, and a block that has left a gate loses the stamp.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from xblock_cme.compat import author_id, content_events, is_studio, modulestore
from xblock_cme.course import GATE, STEP, below, children_of, forget, kind_of, rule_of
from xblock_cme.gating import GateRule, wanted_access

_RUNNING = threading.local()


def above(store: Any, usage_key: Any) -> frozenset[GateRule]:
    """The rules of every gate above a block."""
    rules = set()
    child, parent_key = usage_key, store.get_parent_location(usage_key)
    while parent_key is not None:
        parent = store.get_item(parent_key)
        if kind_of(parent) == GATE and not _is_own_step(store, child, usage_key):
            rules.add(rule_of(parent, children_of(store, parent)))
        child, parent_key = parent_key, store.get_parent_location(parent_key)
    return frozenset(rules)


def _is_own_step(store: Any, child: Any, usage_key: Any) -> bool:
    return child == usage_key and kind_of(store.get_item(child)) == STEP


def _tree(store: Any, usage_key: Any) -> Iterator[tuple[Any, frozenset[GateRule]]]:
    root = store.get_item(usage_key)
    rules = above(store, usage_key)
    yield root, rules
    yield from below(store, root, rules)


def stamp(store: Any, usage_key: Any, user_id: int) -> list[Any]:
    """Put ``group_access`` right on a block and everything below it; returns the keys of those that were changed."""
    changed = []
    for block, rules in _tree(store, usage_key):
        present = dict(block.group_access or {})
        wanted = wanted_access(present, rules)
        if {int(key): list(groups) for key, groups in present.items()} != wanted:
            block.group_access = wanted
            store.update_item(block, user_id)
            changed.append(block.scope_ids.usage_id)
    return changed


def _root(store: Any, usage_key: Any) -> Any:
    """A step that was changed in a gate may change the gate's rule: then the whole gate is looked at."""
    parent_key = store.get_parent_location(usage_key)
    if parent_key is not None and kind_of(store.get_item(usage_key)) == STEP:
        return parent_key if kind_of(store.get_item(parent_key)) == GATE else usage_key
    return usage_key


def follow(usage_key: Any, *, is_published: bool = False) -> list[Any]:
    """Stamp after one event. What was not yet stamped when it was published is published once more."""
    store = modulestore()
    if store is None or getattr(_RUNNING, "is_on", False):
        return []
    _RUNNING.is_on = True
    try:
        forget()
        changed = stamp(store, _root(store, usage_key), author_id())
        if changed and is_published:
            store.publish(usage_key, author_id())
        return changed
    finally:
        _RUNNING.is_on = False


def on_change(xblock_info: Any, **kwargs: Any) -> None:
    """A block was made, changed, moved into (its new parent is changed) or duplicated."""
    follow(xblock_info.usage_key)


def on_publish(xblock_info: Any, **kwargs: Any) -> None:
    """A block, with all below it, goes to learners."""
    follow(xblock_info.usage_key, is_published=True)


def connect() -> None:
    """Listen in Studio, where content is made. The LMS reads only."""
    if not is_studio():
        return
    for name, signal in content_events().items():
        receiver = on_publish if name == "XBLOCK_PUBLISHED" else on_change
        signal.connect(receiver, dispatch_uid=f"xblock_cme.{name}")
