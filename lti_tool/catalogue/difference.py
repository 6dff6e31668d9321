"""What a new edition changes: columns and texts, old beside new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from lti_tool.catalogue.editions import Edition, Series
from lti_tool.domain.wire import write_value

_TEXTS = frozenset({"phrase_one", "phrase_many", "designation_text", "awarded_text", "participated_text"})
"""Columns that repeat a text: the text itself is compared."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field. ``""`` on a side where the edition does not have it."""

    where: str
    before: str
    after: str


def _written(value: Any) -> str:
    plain = write_value(value)
    if isinstance(plain, list):
        return ", ".join(map(str, plain))
    return "" if plain in (None, {}) else str(plain)


def _columns(edition: Edition) -> dict[str, str]:
    found = {"effective_from": edition.effective_from.isoformat(), "source": edition.source}
    credit = edition.credit
    if credit is not None:
        names = [item.name for item in fields(credit) if item.name not in _TEXTS | {"code", "edition"}]
        found |= {name: _written(getattr(credit, name)) for name in names}
    return found


def _texts(edition: Edition) -> dict[str, str]:
    found = {f"texts.{key}": text.text for key, text in edition.texts.items()}
    marks = {f"texts.{key}.source": text.source for key, text in edition.texts.items()}
    confidence = {f"texts.{key}.confidence": text.confidence for key, text in edition.texts.items()}
    return {**found, **marks, **confidence}


def changes(before: Edition | None, after: Edition | None) -> tuple[Change, ...]:
    """Every field that differs, by name; all of them where one side is missing."""
    old = {**_columns(before), **_texts(before)} if before else {}
    new = {**_columns(after), **_texts(after)} if after else {}
    names = sorted({*old, *new})
    return tuple(
        Change(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name, "") != new.get(name, "")
    )


def series_changes(before: Mapping[str, Series], after: Mapping[str, Series]) -> dict[str, tuple[Change, ...]]:
    """Code to what changes between the newest editions of two catalogues; codes without a change are left out."""
    found = {}
    for code in sorted({*before, *after}):
        old = before[code].editions[-1] if code in before else None
        new = after[code].editions[-1] if code in after else None
        found[code] = changes(old, new)
    return {code: difference for code, difference in found.items() if difference}
