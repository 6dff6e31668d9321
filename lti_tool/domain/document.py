"""Plain documents: what changed between two of them, and how changes of several authors come together.

A document is JSON: mappings, lists, texts and truth values. Items of a list that carry a ``key`` are told apart by it,
so a path names a field wherever its item stands: ``questions[q-1].choices[b].text``. The path of a list's order is
``questions[]``. Nothing, an empty text, list or mapping all mean "not given" and are left out (:func:`tidied`).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]

KEY = "key"
ORDER = "[]"
"""Ends the path of a list's order."""
_PART = re.compile(r"\[([^\[\]]*)\]|([^.\[\]]+)")


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; ``None`` where it was not or is no longer given."""

    path: str
    before: Any
    after: Any

    @property
    def undone(self) -> Change:
        """The way back."""
        return Change(self.path, self.after, self.before)


def records(value: Any) -> list[dict[str, Any]]:
    """The records of a list that may be missing."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def part(data: Any, *names: str) -> Any:
    """A nested value, or ``None`` where anything on the way is missing."""
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def tidied(value: Any) -> Any:
    """A copy without what is not given; an item of a list with nothing but its key stays."""
    if isinstance(value, Mapping):
        kept = {name: tidied(item) for name, item in value.items()}
        return {name: item for name, item in kept.items() if is_given(item)}
    if isinstance(value, list | tuple):
        return [item for item in map(tidied, value) if is_given(item)]
    return value


def is_given(value: Any) -> bool:
    return value is not None and value != "" and value != [] and value != {}


def _keys(items: Sequence[Any]) -> list[str] | None:
    """The keys of a list whose items all have one of their own."""
    keys = [item.get(KEY) for item in items if isinstance(item, Mapping)]
    if len(keys) != len(items) or None in keys or len(set(keys)) != len(keys):
        return None
    return [str(key) for key in keys]


def _is_keyed(before: Any, after: Any) -> bool:
    sides = [side for side in (before, after) if side is not None]
    return all(isinstance(side, list) and _keys(side) is not None for side in sides)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _list_changes(path: str, before: list[Any], after: list[Any]) -> Iterator[Change]:
    was, now = ({item[KEY]: item for item in side} for side in (before, after))
    for key in dict.fromkeys([*was, *now]):
        if key in was and key in now:
            yield from _changes(f"{path}[{key}]", was[key], now[key])
        else:
            yield Change(f"{path}[{key}]", was.get(key), now.get(key))
    if list(was) != list(now):
        yield Change(path + ORDER, list(was), list(now))


def _changes(path: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after and type(before) is type(after):
        return
    sides = [side for side in (before, after) if side is not None]
    if all(isinstance(side, Mapping) for side in sides):
        for name in dict.fromkeys([*(before or {}), *(after or {})]):
            yield from _changes(_joined(path, name), (before or {}).get(name), (after or {}).get(name))
    elif _is_keyed(before, after):
        yield from _list_changes(path, before or [], after or [])
    else:
        yield Change(path, before, after)


def changes(before: Document, after: Document) -> tuple[Change, ...]:
    """What leads from one tidied document to another: ``applied(before, changes(before, after)) == after``."""
    return tuple(_changes("", before, after))


def parts_of(path: str) -> list[tuple[str, bool]]:
    """``people[lee].name`` as ``people``, ``lee`` (an item of a list) and ``name``."""
    return [(found[1] or found[2] or "", found[2] is None) for found in _PART.finditer(path)]


def _item(items: list[Any], key: str) -> Any:
    return next((item for item in items if isinstance(item, dict) and item.get(KEY) == key), None)


def value_at(document: Any, path: str) -> Any:
    """The value of a field, ``None`` if it is not given."""
    for name, is_item in parts_of(path):
        if is_item:
            document = _item(document, name) if isinstance(document, list) else None
        else:
            document = document.get(name) if isinstance(document, dict) else None
    return document


def _step_into(holder: Any, name: str, is_item: bool, is_list_next: bool) -> Any:
    """The container at ``name``, made if it is not there."""
    if is_item:
        found = _item(holder, name)
        if found is None:
            found = {KEY: name}
            holder.append(found)
        return found
    if not isinstance(holder.get(name), list if is_list_next else dict):
        holder[name] = [] if is_list_next else {}
    return holder[name]


def _put(document: Document, path: str, value: Any) -> None:
    parts = parts_of(path)
    holder: Any = document
    for (name, is_item), (_, is_item_next) in pairwise(parts):
        holder = _step_into(holder, name, is_item, is_item_next)
    name, is_item = parts[-1]
    if not is_item:
        holder[name] = value
        return
    old = _item(holder, name)
    if old is not None:
        holder[holder.index(old) : holder.index(old) + 1] = [] if value is None else [value]
    elif value is not None:
        holder.append(value)


def _order(document: Document, change: Change) -> None:
    """Items that another author has added meanwhile keep their places; the others change places among themselves."""
    items = value_at(document, change.path.removesuffix(ORDER))
    if isinstance(items, list) and _keys(items) is not None:
        order = {key: place for place, key in enumerate(change.after)}
        places = [place for place, item in enumerate(items) if item[KEY] in order]
        known = sorted((items[place] for place in places), key=lambda item: order[item[KEY]])
        for place, item in zip(places, known, strict=True):
            items[place] = item


def applied(document: Document, made: Iterable[Change]) -> Document:
    """A copy with every change made; orders of lists come last, when their items are there."""
    result, all_changes = copy.deepcopy(document), list(made)
    for change in all_changes:
        if not change.path.endswith(ORDER):
            _put(result, change.path, copy.deepcopy(change.after))
    for change in all_changes:
        if change.path.endswith(ORDER):
            _order(result, change)
    tidy: Document = tidied(result)
    return tidy


def undone(document: Document, made: Sequence[Change]) -> Document:
    """The document before these changes were made."""
    return applied(document, [change.undone for change in reversed(made)])


def _is_within(path: str, other: str) -> bool:
    return path == other or path.startswith((f"{other}.", f"{other}["))


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that two authors changed differently since they had the same document."""

    path: str
    theirs: Any
    mine: Any


def clashes(mine: Sequence[Change], theirs: Sequence[Change]) -> tuple[Clash, ...]:
    """Where my changes meet theirs. Two orders of one list never clash, nor do two that say the same."""
    found = []
    for own in mine:
        for other in theirs:
            is_order = own.path.endswith(ORDER) or other.path.endswith(ORDER)
            meets = _is_within(own.path, other.path) or _is_within(other.path, own.path)
            if meets and not is_order and (own.path, own.after) != (other.path, other.after):
                found.append(Clash(own.path, other.after, own.after))
                break
    return tuple(found)
