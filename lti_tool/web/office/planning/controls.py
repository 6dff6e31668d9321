"""Controls of the wizard, as values. A control's name within the form is the path of its field, with dots only.

``objectives[o1].text`` of the document is ``objectives.o1.text`` in the form; the keys of a list's items come as the
list's own name, in order. So a form without scripts can add, move and remove items, and nothing has to be guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from lti_tool.domain.document import Document

Option: TypeAlias = Mapping[str, Any]
"""``value`` and ``label``."""
Options: TypeAlias = Callable[[Document], list[Option]]


def fixed(*options: tuple[str, Any]) -> Options:
    """The same options in every plan."""
    known: list[Option] = [{"value": value, "label": label} for value, label in options]
    return lambda document: known


@dataclass(frozen=True, slots=True)
class Text:
    """One line, several (``rows``), a number or a day. All are kept as they were typed."""

    name: str
    label: Any
    hint: Any = ""
    rows: int = 1
    limit: int = 500
    kind: str = "text"
    """``text``, ``number``, ``decimal``, ``date``, or ``lines`` for a list of texts, one per line."""
    is_needed: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    name: str
    label: Any
    options: Options
    hint: Any = ""
    prompt: Any = None
    is_needed: bool = True
    is_flag: bool = False
    """``true`` and ``false`` are kept as truth values."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Any of several, kept as a list."""

    name: str
    label: Any
    options: Options
    hint: Any = ""
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """Yes or no. ``is_kept``: no is worth saying (the default is yes)."""

    name: str
    label: Any
    hint: Any = ""
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Fields of one record. Without a label it stands in the open."""

    name: str
    label: Any
    fields: tuple[Control, ...]
    hint: Any = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of records, each with a key that its form never shows."""

    name: str
    label: Any
    fields: tuple[Control, ...]
    letter: str
    """Begins the keys of new items."""
    item: Any
    """What one of them is called."""
    hint: Any = ""
    kinds: Mapping[str, tuple[Any, tuple[Control, ...]]] = field(default_factory=dict)
    """By the value of ``kind``, which is chosen when an item is added: its name, and further fields."""
    title: str = ""
    """The field by which people know an item."""


@dataclass(frozen=True, slots=True)
class Matched:
    """For each prompt of the same question the option that belongs to it."""

    name: str
    label: Any
    hint: Any = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    """For each option a number, kept as a mapping."""

    name: str
    label: Any
    options: Options
    hint: Any = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """What the tool has written and the form only carries along."""

    name: str
    label: Any
    limit: int = 60
    hint: Any = ""


Control: TypeAlias = Carried | Text | Choice | Ticks | Tick | Group | Rows | Matched | Numbers


def fields_of(rows: Rows, item: Document) -> tuple[Control, ...]:
    """The controls of one item: those of its kind, then those that all have."""
    further = rows.kinds.get(str(item.get("kind")), ("", ()))[1]
    return (*rows.fields, *further)
