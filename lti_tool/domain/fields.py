"""Reading a form: one rule per field, every fault named at once. What is read is plain text, days and chosen words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from lti_tool.domain.errors import BadInput

Typed: TypeAlias = Mapping[str, Sequence[str]]
"""A form as sent: each name with all its values."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_KEPT = frozenset("\u200c\u200d\u200e\u200f")
"""Invisible characters that some scripts do need."""


class FieldKind(StrEnum):
    LINE = "line"
    TEXT = "text"
    DAY = "day"
    CHOICE = "choice"
    CHOICES = "choices"
    ZONE = "zone"
    LANGUAGES = "languages"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What one field takes. ``longest`` in characters; ``choices`` for the two kinds that choose."""

    name: str
    kind: FieldKind = FieldKind.LINE
    is_required: bool = False
    longest: int = 255
    choices: tuple[str, ...] = ()


def offering(rules: Iterable[FieldRule], **choices: Iterable[str]) -> tuple[FieldRule, ...]:
    """The same rules with the choices that exist just now."""
    return tuple(replace(rule, choices=tuple(choices[rule.name])) if rule.name in choices else rule for rule in rules)


def _is_odd(character: str) -> bool:
    category = unicodedata.category(character)
    return category in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} or (category == "Cf" and character not in _KEPT)


def _text(rule: FieldRule, raw: str) -> str:
    """Raises ``ValueError`` with the fault."""
    lines = unicodedata.normalize("NFC", raw).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    joiner = "\n" if rule.kind is FieldKind.TEXT else " "
    text = joiner.join(" ".join(line.replace("\t", " ").split(" ")).strip() for line in lines).strip()
    if len(text) > rule.longest:
        raise ValueError("too_long")
    if any(_is_odd(character) for character in text if character != "\n"):
        raise ValueError("unprintable")
    return text


def _day(rule: FieldRule, raw: str) -> date | None:
    typed = raw.strip()
    if not typed:
        return None
    if not _DAY.fullmatch(typed):
        raise ValueError("not_a_day")
    try:
        found = date.fromisoformat(typed)
    except ValueError as error:
        raise ValueError("not_a_day") from error
    if not 1900 <= found.year <= 2200:
        raise ValueError("not_a_day")
    return found


def _choice(rule: FieldRule, raw: str) -> str:
    if raw and raw not in rule.choices:
        raise ValueError("unknown_choice")
    return raw


def _zone(rule: FieldRule, raw: str) -> str:
    typed = raw.strip()
    try:
        return ZoneInfo(typed).key if typed else ""
    except (ValueError, OSError, LookupError) as error:
        raise ValueError("unknown_zone") from error


def _languages(rule: FieldRule, raw: str) -> tuple[str, ...]:
    tags = tuple(dict.fromkeys(raw.replace(",", " ").split()))
    if len(tags) > 20 or not all(_LANGUAGE.fullmatch(tag) for tag in tags):
        raise ValueError("unknown_language")
    return tags


_READERS: Mapping[FieldKind, Callable[[FieldRule, str], Any]] = {
    FieldKind.LINE: _text,
    FieldKind.TEXT: _text,
    FieldKind.DAY: _day,
    FieldKind.CHOICE: _choice,
    FieldKind.ZONE: _zone,
    FieldKind.LANGUAGES: _languages,
}


def _read(rule: FieldRule, typed: Sequence[str]) -> Any:
    if rule.kind is FieldKind.CHOICES:
        found: Any = tuple(one for one in rule.choices if one in typed)
        if not set(typed) <= set(rule.choices):
            raise ValueError("unknown_choice")
    else:
        found = _READERS[rule.kind](rule, typed[0] if typed else "")
    if rule.is_required and not found:
        raise ValueError("missing")
    return found


def read_fields(rules: Iterable[FieldRule], typed: Typed) -> dict[str, Any]:
    """Every field's value: text, a day or ``None``, a chosen word, or a tuple of words.

    Raises ``BadInput("fields_unusable")`` with a fault per field: ``missing``, ``too_long``, ``unprintable``,
    ``not_a_day``, ``unknown_choice``, ``unknown_zone``, ``unknown_language``.
    """
    found, faults = {}, {}
    for rule in rules:
        try:
            found[rule.name] = _read(rule, typed.get(rule.name, ()))
        except ValueError as error:
            faults[rule.name] = str(error)
    if faults:
        raise BadInput("fields_unusable", faults=faults)
    return found
