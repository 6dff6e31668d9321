"""Faults of a file, each at its line: every one is collected, nothing stops at the first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_LAST_PART = re.compile(r"(\.[^.\[\]]+|\[[^\[\]]*\]|^[^.\[\]]+)$")


class Words(str):
    """An English text that still knows what it was made of, so that it can be said in another language."""

    template: str
    values: Mapping[str, object]


def said(template: str, **values: object) -> Words:
    """``template`` filled in as by ``str.format``; it is what translators are given."""
    words = Words(template.format(**values))
    words.template, words.values = template, values
    return words


def sentences(what: str, remedy: str = "", rule: str = "") -> str:
    """What is wrong, what to do about it, and whose rule it is, as one line."""
    parts = [f"{text[:1].upper()}{text[1:]}." for text in (what, remedy) if text]
    return " ".join([*parts, f"[{rule}]"] if rule else parts)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file. Lines and columns count from 1; line 0 is the file as a whole."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong: where, what, what to do about it and whose rule it is."""

    file: str
    line: int
    column: int
    where: str
    """Path to the value, lists by key: ``questions[q-dip].choices[b].text``."""
    message: str
    what: str = field(default="", compare=False)
    remedy: str = field(default="", compare=False)
    rule: str = field(default="", compare=False)
    """The parts of the message, for those who lay them out in their own way."""

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        return f"{self.file}:{self.line}:{self.column}: {where}{self.message}"


@dataclass(slots=True)
class Findings:
    """What has been found while one file is read."""

    file: str
    places: dict[str, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def mark(self, where: str, place: Place) -> None:
        """Remember where a value stands, so that later rules can point at it."""
        self.places.setdefault(where, place)

    def place_of(self, where: str) -> Place:
        """The place of a value or, if it is missing, of the nearest thing around it."""
        while where and where not in self.places:
            where = _LAST_PART.sub("", where)
        return self.places.get(where, Place(1, 1))

    def has_fault(self, where: str) -> bool:
        """A value could be absent because it was wrong: then nothing more is said about its absence."""
        return any(fault.where == where for fault in self.faults)

    def add(self, where: str, what: str, remedy: str = "", rule: str = "") -> None:
        """Note a fault. ``rule`` names the source of a rule that is not ours."""
        self.add_at(self.place_of(where), where, what, remedy, rule)

    def add_at(self, place: Place, where: str, what: str, remedy: str = "", rule: str = "") -> None:
        """As :meth:`add`, for a place that belongs to no value."""
        message = sentences(what, remedy, rule)
        self.faults.append(Fault(self.file, place.line, place.column, where, message, what, remedy, rule))

    def sorted(self) -> tuple[Fault, ...]:
        """Each fault once, in the order of the file."""
        return tuple(sorted(set(self.faults)))
