"""The one door to YAML: text to a tree that knows its lines. Safe by leaving out what a form needs not.

No tags, anchors or aliases (so nothing can be constructed or multiplied), limited size and depth, duplicate
names refused. Scalars stay text: what they mean is decided by the field they stand in, so ``no`` in a text
is a word and ``0.10`` in an amount is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from lti_tool.domain.fault import Findings, Place

MAX_BYTES = 2_000_000
MAX_DEPTH = 12
"""The format itself is six levels deep."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where PyYAML was built with it: same events, many times faster."""
_IMPLIED_TAGS = frozenset({None, "!"})
_ONLY_PLAIN = "write plain YAML: mappings, lists and text"


@dataclass(frozen=True, slots=True)
class Scalar:
    text: str
    is_plain: bool
    """Not quoted and not a block: only then can it mean null, true or false."""
    place: Place

    @property
    def is_null(self) -> bool:
        return self.is_plain and self.text in ("", "~", "null")


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Fields:
    entries: tuple[tuple[Scalar, Node], ...]
    place: Place

    def get(self, name: str) -> Node | None:
        """The value of ``name``, or ``None``."""
        return next((value for key, value in self.entries if key.text == name), None)


Node: TypeAlias = Scalar | Items | Fields


class _Unusable(Exception):
    """The file cannot be read any further; the fault has been noted."""


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)


@dataclass(slots=True)
class _Builder:
    events: Iterator[Any]
    findings: Findings

    def stop(self, place: Place, what: str, remedy: str = "") -> _Unusable:
        self.findings.add_at(place, "", what, remedy)
        return _Unusable()

    def next(self) -> Any:
        event = next(self.events)
        place = _place(event.start_mark)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self.stop(place, "anchors and aliases (& and *) are not read", "quote the text or write it out")
        if getattr(event, "tag", None) not in _IMPLIED_TAGS:
            raise self.stop(place, "tags (!) are not read", _ONLY_PLAIN)
        return event

    def node(self, event: Any, depth: int) -> Node:
        place = _place(event.start_mark)
        if depth > MAX_DEPTH:
            raise self.stop(place, f"more than {MAX_DEPTH} levels deep", "compare with a sample activity")
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, event.style in (None, ""), place)
        if isinstance(event, yaml.SequenceStartEvent):
            return Items(tuple(self.items(depth)), place)
        return Fields(tuple(self.entries(depth)), place)

    def items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            yield self.node(event, depth + 1)

    def entries(self, depth: int) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, int] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            name, value = self.node(event, depth + 1), self.node(self.next(), depth + 1)
            if not isinstance(name, Scalar):
                self.findings.add_at(
                    name.place, "", "a name must be a word", "put text that begins with [ or { in quotes"
                )
            elif name.text in seen:
                what = f"{name.text!r} stands twice, first in line {seen[name.text]}"
                self.findings.add_at(name.place, "", what, "keep one of them")
            else:
                seen[name.text] = name.place.line
                yield name, value


def _text(data: bytes, findings: Findings) -> str:
    if len(data) > MAX_BYTES:
        findings.add_at(Place(1, 1), "", f"the file is larger than {MAX_BYTES // 1_000_000} MB", "move media out of it")
        raise _Unusable
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        findings.add_at(Place(line, 1), "", "not UTF-8 text", "save the file with the encoding UTF-8")
        raise _Unusable from error


def _root(text: str, findings: Findings) -> Node:
    builder = _Builder(iter(yaml.parse(text, Loader=_LOADER)), findings)
    builder.next()
    if isinstance(builder.next(), yaml.StreamEndEvent):
        raise builder.stop(Place(1, 1), "the file is empty", "start from a sample activity")
    root = builder.node(builder.next(), 1)
    builder.next()
    end = builder.next()
    if not isinstance(end, yaml.StreamEndEvent):
        raise builder.stop(_place(end.start_mark), "a second document (---) is not read", "one file holds one activity")
    return root


_NOWHERE = Place(0, 0)


def plain_nodes(value: Any) -> Node:
    """The tree of plain data: mappings, lists, truth values, ``None``, and anything else as text."""
    if isinstance(value, Mapping):
        entries = tuple((Scalar(str(name), False, _NOWHERE), plain_nodes(item)) for name, item in value.items())
        return Fields(entries, _NOWHERE)
    if isinstance(value, list | tuple):
        return Items(tuple(map(plain_nodes, value)), _NOWHERE)
    if value is None or isinstance(value, bool):
        return Scalar("" if value is None else str(value).lower(), True, _NOWHERE)
    return Scalar(str(value), False, _NOWHERE)


def parse_nodes(data: bytes, findings: Findings) -> Node | None:
    """The tree of a YAML document, or ``None`` when it cannot be read; every fault is in ``findings``."""
    try:
        return _root(_text(data, findings), findings)
    except _Unusable:
        return None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
        place = _place(mark) if mark else Place(1, 1)
        findings.add_at(place, "", f"not valid YAML: {what}", "check indentation, colons and quotes around this place")
        return None
