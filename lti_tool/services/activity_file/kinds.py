"""Kinds of values: each reads a node, notes every fault, and says itself as JSON Schema.

A value that is wrong is read as ``None``, so that the rest of the file is still checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Protocol

from lti_tool.domain.fault import Findings
from lti_tool.services.activity_file.nodes import Items, Node, Scalar

WHERE = "_where"
"""In a record that was read: its own path, for later rules."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEARS = range(1990, 2200)
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")


class Kind(Protocol):
    """What can be read from a node."""

    def read(self, node: Node, where: str, findings: Findings) -> Any:
        """The value, or ``None`` after noting a fault."""

    def schema(self) -> dict[str, Any]:
        """As JSON Schema (draft 2020-12)."""


def join(where: str, name: str) -> str:
    """The path of a field."""
    return f"{where}.{name}" if where else name


def said(node: Node) -> str:
    """What a node is, in words."""
    if isinstance(node, Scalar):
        return "nothing" if node.is_null else "a single value"
    return "a list" if isinstance(node, Items) else "a mapping"


def _scalar(node: Node, where: str, findings: Findings, wanted: str) -> Scalar | None:
    findings.mark(where, node.place)
    if isinstance(node, Scalar) and not node.is_null:
        return node
    findings.add(where, f"expected {wanted}, found {said(node)}")
    return None


@dataclass(frozen=True, slots=True)
class Text:
    """Words. One line unless ``is_markdown``; ends are trimmed, an empty text counts as missing."""

    limit: int = 500
    is_markdown: bool = False
    pattern: str = ""
    hint: str = ""
    """What the pattern asks for, in words."""

    def read(self, node: Node, where: str, findings: Findings) -> str | None:
        scalar = _scalar(node, where, findings, "text")
        if scalar is None:
            return None
        text = scalar.text.strip("\r\n") if self.is_markdown else scalar.text.strip()
        fault = self._fault(text)
        if fault:
            findings.add(where, *fault)
        return None if fault else text

    def fits(self, text: str) -> bool:
        """The text could stand in such a field."""
        return self._fault(text) is None

    def _fault(self, text: str) -> tuple[str, str] | None:
        if not text.strip():
            return "the text is empty", "write it, or leave the field out if it is optional"
        if len(text) > self.limit:
            return f"{len(text)} characters, at most {self.limit} are allowed", "shorten it"
        if _CONTROL.search(text):
            return "holds a control character", "retype the text without it"
        if not self.is_markdown and ("\n" in text or "\t" in text):
            return "must be one line", 'use ">-" instead of "|" for a long line'
        if self.pattern and not re.fullmatch(self.pattern, text):
            return f"{text[:60]!r} does not fit", f"write {self.hint}"
        return None

    def schema(self) -> dict[str, Any]:
        pattern = {"pattern": f"^{self.pattern}$"} if self.pattern else {}
        return {"type": "string", "minLength": 1, "maxLength": self.limit, **pattern}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    minimum: int = 0
    maximum: int = 100_000

    def read(self, node: Node, where: str, findings: Findings) -> int | None:
        scalar = _scalar(node, where, findings, "a whole number")
        if scalar is None:
            return None
        if _WHOLE.fullmatch(scalar.text) and self.minimum <= int(scalar.text) <= self.maximum:
            return int(scalar.text)
        findings.add(where, f"{scalar.text[:60]!r} is not a whole number from {self.minimum} to {self.maximum}")
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True, slots=True)
class Amount:
    """A decimal number, kept exactly as written."""

    def read(self, node: Node, where: str, findings: Findings) -> Decimal | None:
        scalar = _scalar(node, where, findings, "a number")
        if scalar is None:
            return None
        if _AMOUNT.fullmatch(scalar.text):
            return Decimal(scalar.text)
        findings.add(where, f"{scalar.text[:60]!r} is not a number", 'write digits with a point, such as "0.75"')
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number"], "pattern": f"^{_AMOUNT.pattern}$"}


@dataclass(frozen=True, slots=True)
class Day:
    """A date as YYYY-MM-DD."""

    def read(self, node: Node, where: str, findings: Findings) -> date | None:
        scalar = _scalar(node, where, findings, "a date")
        if scalar is None:
            return None
        try:
            day = date.fromisoformat(scalar.text) if _DAY.fullmatch(scalar.text) else None
        except ValueError:
            day = None
        if day is not None and day.year in _YEARS:
            return day
        findings.add(where, f"{scalar.text[:60]!r} is not a date", "write it as YYYY-MM-DD")
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, slots=True)
class Flag:
    """``true`` or ``false``. YAML's other words for them (yes, on) are refused: too often they are meant as text."""

    def read(self, node: Node, where: str, findings: Findings) -> bool | None:
        scalar = _scalar(node, where, findings, "true or false")
        if scalar is None:
            return None
        if scalar.is_plain and scalar.text in ("true", "false"):
            return scalar.text == "true"
        findings.add(where, f"{scalar.text[:60]!r} is neither true nor false", "write true or false, without quotes")
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, node: Node, where: str, findings: Findings) -> str | None:
        scalar = _scalar(node, where, findings, "one of " + ", ".join(self.words))
        if scalar is None or scalar.text in self.words:
            return scalar.text if scalar else None
        near = did_you_mean(scalar.text, self.words)
        findings.add(where, f"{scalar.text[:60]!r} is not one of: {', '.join(self.words)}", near)
        return None

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


def did_you_mean(word: str, words: tuple[str, ...]) -> str:
    """A suggestion for a mistyped word, or ``""``."""
    near = get_close_matches(word[:100], words, 1)
    return f"perhaps you mean {near[0]!r}" if near else ""
