"""Reading checked values out of a parsed data file: every mistake is refused by the name of what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from lti_tool.domain.errors import BadInput

CONFIDENCES = frozenset({"high", "medium", "low"})

Word = TypeVar("Word", bound=StrEnum)


def unusable(where: str, fault: str, remedy: str) -> BadInput:
    """The refusal of a data file; ``where`` is file, edition and field."""
    return BadInput("catalogue_unusable", f"{where}: {remedy}", faults={where: fault})


def value_of(table: Mapping[str, Any], name: str, kind: type, where: str) -> Any:
    """A value that must be there and of exactly this type. Raises ``BadInput``."""
    value = table.get(name)
    if type(value) is not kind:
        raise unusable(f"{where}.{name}", "wrong_type" if name in table else "missing", f"needs a {kind.__name__}")
    return value


def optional_value(table: Mapping[str, Any], name: str, default: Any, where: str) -> Any:
    """The same for a value that may be left out."""
    return value_of(table, name, type(default), where) if name in table else default


def check_names(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """Raises ``BadInput`` for a name that the catalogue does not know."""
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise unusable(f"{where}.{unknown[0]}", "unknown", "is not a field of the catalogue; remove it")


def check_review(table: Mapping[str, Any], where: str) -> None:
    """Every number and every text says where it comes from and how sure that is."""
    if not value_of(table, "source", str, where):
        raise unusable(f"{where}.source", "missing", "needs the document it comes from")
    if value_of(table, "confidence", str, where) not in CONFIDENCES:
        raise unusable(f"{where}.confidence", "unknown", f"must be one of {', '.join(sorted(CONFIDENCES))}")


def amount_of(table: Mapping[str, Any], name: str, where: str, default: Decimal | None = None) -> Decimal:
    """A positive decimal written as text."""
    if default is not None and name not in table:
        return default
    text = value_of(table, name, str, where)
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(0)
    if not (amount.is_finite() and amount > 0):
        raise unusable(f"{where}.{name}", "not_positive", 'must be a positive decimal as text, like "0.25"')
    return amount


def count_of(table: Mapping[str, Any], name: str, where: str, default: int | None = None) -> int:
    """A whole number of at least 1; ``default`` (which may be 0) if the table does not say."""
    if default is not None and name not in table:
        return default
    count: int = value_of(table, name, int, where)
    if count < 1:
        raise unusable(f"{where}.{name}", "not_positive", "must be at least 1")
    return count


def word_of(table: Mapping[str, Any], name: str, kind: type[Word], default: Word, where: str) -> Word:
    """One of the words of ``kind``."""
    return words_of({name: [optional_value(table, name, default.value, where)]}, name, kind, where)[0]


def words_of(table: Mapping[str, Any], name: str, kind: type[Word], where: str) -> tuple[Word, ...]:
    """A list of words of ``kind``."""
    try:
        return tuple(kind(word) for word in value_of(table, name, list, where))
    except ValueError as error:
        raise unusable(f"{where}.{name}", "unknown", str(error)) from error


def names_of(table: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    """A list of texts, none of them empty or there twice; ``()`` if the table does not say."""
    names = optional_value(table, name, [], where)
    if not all(type(item) is str and item for item in names) or len(set(names)) < len(names):
        raise unusable(f"{where}.{name}", "wrong_type", "needs texts, each once")
    return tuple(names)
