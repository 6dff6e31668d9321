"""Kinds of values that hold others: lists, mappings of the author's own names, and records with known names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lti_tool.domain.fault import Findings
from lti_tool.services.activity_file.kinds import WHERE, Kind, OneOf, Text, did_you_mean, join, said
from lti_tool.services.activity_file.nodes import Fields, Items, Node, Scalar

MAX_NAMES = 500
MAX_UNKNOWN = 50
"""So many unknown names of one record are listed; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Many:
    """A list. Items that have a key are named by it in paths."""

    item: Kind
    minimum: int = 0
    maximum: int = 500

    def read(self, node: Node, where: str, findings: Findings) -> list[Any] | None:
        findings.mark(where, node.place)
        if not isinstance(node, Items):
            findings.add(where, f"expected a list, found {said(node)}", 'begin each item with "- "')
            return None
        if not self.minimum <= len(node.items) <= self.maximum:
            limits = f"at least {self.minimum}" if len(node.items) < self.minimum else f"at most {self.maximum}"
            findings.add(where, f"{len(node.items)} items, {limits} are expected")
        items = node.items[: self.maximum]
        return [
            self.item.read(item, f"{where}[{label}]", findings)
            for item, label in zip(items, _labels(items), strict=True)
        ]

    def schema(self) -> dict[str, Any]:
        return {
            "type": "array",
            "minItems": self.minimum,
            "maxItems": self.maximum,
            "items": self.item.schema(),
        }


def _labels(items: tuple[Node, ...]) -> list[str]:
    """The items' own keys; their numbers where there is none, or one that was there before."""
    labels: dict[str, None] = {}
    for number, item in enumerate(items, 1):
        key = item.get("key") if isinstance(item, Fields) else None
        name = key.text if isinstance(key, Scalar) and re.fullmatch(r"[\w-]{1,60}", key.text) else ""
        labels[name if name and name not in labels else f"#{number}"] = None
    return list(labels)


@dataclass(frozen=True, slots=True)
class Named:
    """A mapping from the author's own names to values of one kind."""

    item: Kind
    names: Text

    def read(self, node: Node, where: str, findings: Findings) -> dict[str, Any] | None:
        findings.mark(where, node.place)
        if not isinstance(node, Fields):
            findings.add(where, f"expected a mapping (name: value), found {said(node)}")
            return None
        if len(node.entries) > MAX_NAMES:
            findings.add(where, f"{len(node.entries)} names, at most {MAX_NAMES} are expected")
        values: dict[str, Any] = {}
        for name, value in node.entries[:MAX_NAMES]:
            path = join(where, re.sub(r"[^\w-]", "_", name.text[:60]))
            findings.mark(path, name.place)
            if self.names.read(name, path, findings) is not None:
                values[name.text.strip()] = self.item.read(value, path, findings)
        return values

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "maxProperties": MAX_NAMES,
            "propertyNames": self.names.schema(),
            "additionalProperties": self.item.schema(),
        }


@dataclass(frozen=True, slots=True)
class Field:
    """A named value of a record. ``about`` is its line in the documentation."""

    name: str
    kind: Kind
    about: str
    default: Any = None
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known names. ``variants`` adds fields by the value of ``kind``."""

    fields: tuple[Field, ...]
    variants: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)

    def fields_for(self, node: Fields) -> tuple[Field, ...]:
        """Common fields and those of this node's own kind (of every kind, if it has none that is known)."""
        kind = node.get("kind")
        chosen = self.variants.get(kind.text) if isinstance(kind, Scalar) else None
        if chosen is not None:
            return (*self.fields, *chosen)
        extra = {item.name: item for items in self.variants.values() for item in items}
        return (*self.fields, *(Field(item.name, item.kind, item.about) for item in extra.values()))

    def read(self, node: Node, where: str, findings: Findings) -> dict[str, Any] | None:
        findings.mark(where, node.place)
        if not isinstance(node, Fields):
            findings.add(where, f"expected a mapping (name: value), found {said(node)}")
            return None
        known = {item.name: item for item in self.fields_for(node)}
        for name, value in node.entries:
            findings.mark(join(where, name.text[:60]), value.place if isinstance(value, Scalar) else name.place)
        unknown = [name for name, _ in node.entries if name.text not in known]
        for name in unknown[:MAX_UNKNOWN]:
            self._unknown(name, where, tuple(known), findings)
        if len(unknown) > MAX_UNKNOWN:
            findings.add_at(unknown[MAX_UNKNOWN].place, where, f"{len(unknown) - MAX_UNKNOWN} more unknown names")
        values = {item.name: self._value(item, node, where, findings) for item in known.values()}
        return {**values, WHERE: where}

    @staticmethod
    def _unknown(name: Scalar, where: str, known: tuple[str, ...], findings: Findings) -> None:
        remedy = did_you_mean(name.text, known) or f"known here: {', '.join(known)}"
        findings.add_at(name.place, where, f"unknown name {name.text[:60]!r}", remedy)

    @staticmethod
    def _value(item: Field, node: Fields, where: str, findings: Findings) -> Any:
        value, path = node.get(item.name), join(where, item.name)
        if value is None or (isinstance(value, Scalar) and value.is_null):
            if item.is_required:
                findings.add(path, f"{item.name!r} is missing", item.about)
            return item.default
        return item.kind.read(value, path, findings)

    def schema(self) -> dict[str, Any]:
        if not self.variants:
            return _object(self.fields)
        return {
            "oneOf": [
                _object(tuple(_fixed(item, word) for item in (*self.fields, *extra)))
                for word, extra in self.variants.items()
            ]
        }


def _fixed(item: Field, word: str) -> Field:
    return Field(item.name, OneOf((str(word),)), item.about, is_required=True) if item.name == "kind" else item


def _object(items: tuple[Field, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [item.name for item in items if item.is_required],
        "properties": {item.name: _property(item) for item in items},
    }


def _property(item: Field) -> dict[str, Any]:
    schema = item.kind.schema()
    if not item.is_required:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return {"description": item.about, **schema}
