"""What authors publish, followed: every block behind a gate carries the gate's group, wherever it came from.

The platform merges access downwards only as long as a learner may load the parent, so a stamp on the gate alone leaves
its children open. Each descendant is stamped, and a block that has left a gate loses the stamp.

Stamps are written when something goes to learners, within the same operation on the store of courses. Events of mere
changes would be too early and too late at once: nobody but authors sees what they tell of, and they come while the
store closes its operation, when what a receiver writes is lost.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from xblock_cme.compat import author_id, content_events, is_studio, modulestore
from xblock_cme.course import GATE, STEP, below, children_of, forget, kind_of, rule_of
from xblock_cme.gating import GateRule, foreign_access, is_ours, plain_access, wanted_access

_RUNNING = threading.local()
FIELD = "group_access"


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


def _wanted(block: Any, rules: frozenset[GateRule]) -> dict[int, list[int]] | None:
    """What the block's own field must say; ``None`` where it must say nothing, so that it inherits as others do."""
    own = foreign_access(block.group_access) if block.fields[FIELD].is_set_on(block) else {}
    return wanted_access(own, rules) or None


def _write(store: Any, block: Any, wanted: dict[int, list[int]] | None, user_id: int) -> bool:
    """Put the field right; false where it was. What is inherited is no stamp: a learner who may not load the parent
    inherits nothing from it."""
    field = block.fields[FIELD]
    if wanted == (plain_access(block.group_access) if field.is_set_on(block) else None):
        return False
    if wanted is None:
        field.delete_from(block)
    else:
        block.group_access = wanted
    store.update_item(block, user_id)
    return True


def stamp(store: Any, usage_key: Any, user_id: int) -> list[Any]:
    """Put ``group_access`` right on a block and everything below it; returns the keys of those that were changed."""
    return [
        block.scope_ids.usage_id
        for block, rules in _tree(store, usage_key)
        if _write(store, block, _wanted(block, rules), user_id)
    ]


def _root(store: Any, usage_key: Any) -> Any:
    """A step that was changed in a gate may change the gate's rule: then the whole gate is looked at."""
    parent_key = store.get_parent_location(usage_key)
    if parent_key is not None and kind_of(store.get_item(usage_key)) == STEP:
        return parent_key if kind_of(store.get_item(parent_key)) == GATE else usage_key
    return usage_key


def follow(usage_key: Any, *, is_published: bool = True) -> list[Any]:
    """Stamp a block and everything below it. What was not yet stamped when it was published is published once more."""
    store = modulestore()
    if store is None or getattr(_RUNNING, "is_on", False):
        return []
    _RUNNING.is_on = True
    try:
        with store.bulk_operations(usage_key.course_key):
            changed = stamp(store, _root(store, usage_key), author_id())
            if changed and is_published:
                store.publish(usage_key, author_id())
        return changed
    finally:
        _RUNNING.is_on = False
        forget()


def on_publish(xblock_info: Any, **kwargs: Any) -> None:
    """A block, with all below it, goes to learners."""
    follow(xblock_info.usage_key)


def on_import(course: Any, **kwargs: Any) -> None:
    """A course was imported: its blocks have gone to learners without an event for each.

    A gate with drafts in it is stamped for the next time that its author publishes it. What was once copied out of a
    gate bears its stamp in the files of a course again: the platform writes what a component was pasted with.
    """
    store = modulestore()
    if store is None:
        return
    for block in store.get_items(course.course_key):
        if kind_of(block) == GATE or _is_stray(store, block):
            follow(block.scope_ids.usage_id, is_published=not store.has_changes(block))


def _is_stray(store: Any, block: Any) -> bool:
    """Stamped, with no gate above."""
    is_stamped = block.fields[FIELD].is_set_on(block) and any(map(is_ours, plain_access(block.group_access)))
    return is_stamped and not above(store, block.scope_ids.usage_id)


def on_change(**kwargs: Any) -> None:
    """An author has changed something: what this process knows of the course's gates is read anew."""
    forget()


RECEIVERS: dict[str, Callable[..., None]] = {"XBLOCK_PUBLISHED": on_publish, "COURSE_IMPORT_COMPLETED": on_import}


def connect() -> None:
    """Listen in Studio, where content is made. The LMS reads only."""
    if not is_studio():
        return
    for name, signal in content_events().items():
        signal.connect(RECEIVERS.get(name, on_change), dispatch_uid=f"xblock_cme.{name}")
