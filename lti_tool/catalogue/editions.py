"""The catalogue as typed values, checked when it is read: slots, editions, sources.

A mistake in a data file is refused with ``BadInput`` that names file, edition and text, so that no
sentence with a hole, a stray mark or two editions in force on one day is ever printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from lti_tool.catalogue.columns import CREDIT_FIELDS, read_credit_type
from lti_tool.catalogue.tables import check_names, check_review, unusable, value_of
from lti_tool.catalogue.texts import (
    ACCREDITATION_TEXTS,
    CREDIT_TEXTS,
    FURTHER_TEXTS,
    PARTICIPATION_TEXTS,
    CatalogueText,
    read_texts,
)
from lti_tool.domain.credit import CreditType
from lti_tool.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class Edition:
    """The texts of one body in force from a day, up to and including ``effective_to`` if it has ended."""

    name: str
    effective_from: date
    effective_to: date | None
    texts: Mapping[str, CatalogueText]
    credit: CreditType | None = None
    source: str = ""
    """Where the columns come from; every text has its own."""
    confidence: str = ""

    def is_in_force(self, on: date) -> bool:
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)

    def text(self, key: str) -> str:
        """``""`` for a text that this edition does not have."""
        return self.texts[key].text if key in self.texts else ""


@dataclass(frozen=True, slots=True)
class Series:
    """All editions of one code, oldest first."""

    code: str
    body: str
    editions: tuple[Edition, ...]
    name: str = ""

    def in_force(self, on: date) -> Edition:
        """Raises ``NotFound("no_edition_in_force")`` for a day that no edition covers."""
        for edition in self.editions:
            if edition.is_in_force(on):
                return edition
        raise NotFound("no_edition_in_force", f"{self.code} has no edition in force on {on}", credit_type=self.code)


def _ends(table: Mapping[str, Any], where: str) -> date | None:
    return value_of(table, "effective_to", date, where) if "effective_to" in table else None


def _check_editions(editions: Sequence[Edition], code: str) -> None:
    if not editions:
        raise unusable(f"{code}.editions", "missing", "needs at least one edition")
    for edition in editions:
        if edition.effective_to is not None and edition.effective_to < edition.effective_from:
            raise unusable(f"{code}.{edition.name}", "ends_before_start", "effective_to is before effective_from")
    if len({edition.name for edition in editions}) < len(editions):
        raise unusable(f"{code}.editions", "same_name", "every edition needs its own name")
    for earlier, later in pairwise(editions):
        if earlier.effective_to is None or earlier.effective_to >= later.effective_from:
            until = later.effective_from - timedelta(days=1)
            raise unusable(f"{code}.{earlier.name}", "overlap", f"must end by {until}, when {later.name} begins")


def _tables(data: Mapping[str, Any], known: tuple[str, ...], where: str) -> list[dict[str, Any]]:
    check_names(data, (*known, "editions"), where)
    tables: list[dict[str, Any]] = value_of(data, "editions", list, where)
    return tables


def _series(data: Mapping[str, Any], where: str, editions: list[Edition], name: str = "") -> Series:
    code = value_of(data, "code", str, where)
    if code != where:
        raise unusable(f"{where}.code", "not_file_name", "the code must be the file's name")
    ordered = sorted(editions, key=lambda edition: edition.effective_from)
    _check_editions(ordered, code)
    return Series(code, value_of(data, "body", str, where), tuple(ordered), name)


def read_accreditation(data: Mapping[str, Any], name: str) -> Series:
    """One accreditor's statements from a parsed file. Raises ``BadInput("catalogue_unusable")``."""
    return _series(data, name, [_accreditation(table, name) for table in _tables(data, ("code", "body"), name)])


def _accreditation(table: dict[str, Any], code: str) -> Edition:
    name = value_of(table, "edition", str, code)
    where = f"{code}.{name}"
    check_names(table, ("edition", "effective_from", "effective_to", "texts"), where)
    texts = read_texts(value_of(table, "texts", dict, where), ACCREDITATION_TEXTS, f"{where}.texts")
    return Edition(name, value_of(table, "effective_from", date, where), _ends(table, where), texts)


def read_credit(data: Mapping[str, Any], name: str) -> Series:
    """One credit type's editions from a parsed file. Raises ``BadInput("catalogue_unusable")``."""
    tables = _tables(data, ("code", "name", "body", "has_credit"), name)
    has_credit, body = value_of(data, "has_credit", bool, name), value_of(data, "body", str, name)
    editions = [_credit(table, name, body, has_credit=has_credit) for table in tables]
    return _series(data, name, editions, value_of(data, "name", str, name))


def _credit(table: dict[str, Any], code: str, body: str, *, has_credit: bool) -> Edition:
    name = value_of(table, "edition", str, code)
    where = f"{code}.{name}"
    check_names(table, CREDIT_FIELDS, where)
    check_review(table, where)
    words = value_of(table, "texts", dict, where)
    if has_credit:
        texts = read_texts(words, CREDIT_TEXTS, f"{where}.texts", FURTHER_TEXTS)
    else:
        texts = read_texts(words, PARTICIPATION_TEXTS, f"{where}.texts")
    credit = read_credit_type(table, texts, code=code, body=body, where=where)
    begins = value_of(table, "effective_from", date, where)
    return Edition(name, begins, _ends(table, where), texts, credit, table["source"], table["confidence"])
