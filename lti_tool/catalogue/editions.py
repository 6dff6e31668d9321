"""The catalogue as typed values, checked when it is read: slots, editions, sources.

A mistake in a data file is refused with ``BadInput`` that names file, edition and text, so that no
sentence with a hole, a stray mark or two editions in force on one day is ever printed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from string import Formatter
from typing import Any

from lti_tool.domain.credit import CreditType, Degree
from lti_tool.domain.errors import BadInput, NotFound

CONFIDENCES = frozenset({"high", "medium", "low"})


@dataclass(frozen=True, slots=True)
class Slots:
    """Which ``{slots}`` a text must have, and which it may have besides."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()


def _slots(required: str = "", optional: str = "") -> Slots:
    return Slots(frozenset(required.split()), frozenset(optional.split()))


CREDIT_TEXTS: Mapping[str, Slots] = {
    "phrase_one": _slots(),
    "phrase_many": _slots(),
    "designation": _slots("the_provider format amount phrase"),
    "awarded": _slots("the_provider learner degree format title location date amount phrase"),
    "participated": _slots("the_provider learner format title location date amount phrase", "degree"),
    "note": _slots(),
    "attestation": _slots(),
}
"""AMA PRA: what the designation statement and the documentation must name (rules 1.4 and 1.6)."""

PARTICIPATION_TEXTS: Mapping[str, Slots] = {
    "participated": _slots("the_provider learner format title location date", "degree"),
    "note": _slots(),
    "attestation": _slots(),
}
"""Without credit no text has room for an amount or a phrase (rules 1.9)."""

ACCREDITATION_TEXTS: Mapping[str, Slots] = {
    "direct": _slots("the_provider"),
    "joint": _slots("the_provider provider joint_providers"),
    "state": _slots("the_provider state_body"),
}
"""By ``Accreditation`` kind (ACCME accreditation statements, rules 2.5)."""


@dataclass(frozen=True, slots=True)
class CatalogueText:
    """One reviewed text. ``source`` is the document, ``confidence`` high, medium or low."""

    text: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Edition:
    """The texts of one body in force from a day, up to and including ``effective_to`` if it has ended."""

    name: str
    effective_from: date
    effective_to: date | None
    texts: Mapping[str, CatalogueText]
    credit: CreditType | None = None

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

    def in_force(self, on: date) -> Edition:
        """Raises ``NotFound("no_edition_in_force")`` for a day that no edition covers."""
        for edition in self.editions:
            if edition.is_in_force(on):
                return edition
        raise NotFound("no_edition_in_force", f"{self.code} has no edition in force on {on}", credit_type=self.code)


def _unusable(where: str, fault: str, remedy: str) -> BadInput:
    return BadInput("catalogue_unusable", f"{where}: {remedy}", faults={where: fault})


def _field(table: Mapping[str, Any], name: str, kind: type, where: str) -> Any:
    value = table.get(name)
    if type(value) is not kind:
        raise _unusable(f"{where}.{name}", "wrong_type" if name in table else "missing", f"needs a {kind.__name__}")
    return value


def _check_names(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise _unusable(f"{where}.{unknown[0]}", "unknown", "is not a field of the catalogue; remove it")


def _parts(text: str, where: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(Formatter().parse(text))
    except ValueError as error:
        raise _unusable(where, "unbalanced_brace", "every { needs its }") from error


def slots_of(text: str, where: str = "text") -> frozenset[str]:
    """Names of the slots. Raises ``BadInput`` for a brace without partner or a slot with a format or conversion."""
    found: set[str] = set()
    for _, name, layout, conversion in _parts(text, where):
        if name is None:
            continue
        if layout or conversion or not name.isidentifier():
            raise _unusable(where, "odd_slot", f"{{{name}}} must be a plain name")
        found.add(name)
    return frozenset(found)


def _check_slots(text: str, slots: Slots, where: str) -> None:
    found = slots_of(text, where)
    missing, unknown = slots.required - found, found - slots.required - slots.optional
    if missing:
        raise _unusable(where, "missing_slot", f"must hold {{{min(missing)}}}")
    if unknown:
        raise _unusable(where, "unknown_slot", f"cannot hold {{{min(unknown)}}}")


_OPTIONAL_PART = re.compile(r"\[([^\[\]*]*\{\w+\}[^\[\]*]*)\]")


def _check_marks(text: str, where: str) -> None:
    if text.count("*") % 2 or "**" in text:
        raise _unusable(where, "unbalanced_star", "every * needs its partner and words between them")
    if set("[]") & set(_OPTIONAL_PART.sub("", text)):
        raise _unusable(where, "unbalanced_bracket", "[...] must hold a slot, no * and no further bracket")


def _check_review(table: Mapping[str, Any], where: str) -> None:
    if not _field(table, "source", str, where):
        raise _unusable(f"{where}.source", "missing", "needs the document it comes from")
    if _field(table, "confidence", str, where) not in CONFIDENCES:
        raise _unusable(f"{where}.confidence", "unknown", f"must be one of {', '.join(sorted(CONFIDENCES))}")


def check_text(text: str, slots: Slots, where: str = "text") -> None:
    """Raises ``BadInput("catalogue_unusable")`` for words that could not be printed whole."""
    _check_marks(text, where)
    _check_slots(text, slots, where)


def _text(table: Mapping[str, Any], slots: Slots, where: str) -> CatalogueText:
    _check_names(table, ("text", "source", "confidence"), where)
    _check_review(table, where)
    text = _field(table, "text", str, where)
    if not text:
        raise _unusable(f"{where}.text", "missing", "needs words")
    check_text(text, slots, where)
    return CatalogueText(text, table["source"], table["confidence"])


def _texts(table: Mapping[str, Any], wanted: Mapping[str, Slots], where: str) -> dict[str, CatalogueText]:
    _check_names(table, wanted, where)
    return {key: _text(_field(table, key, dict, where), slots, f"{where}.{key}") for key, slots in wanted.items()}


def _ends(table: Mapping[str, Any], where: str) -> date | None:
    return _field(table, "effective_to", date, where) if "effective_to" in table else None


def _check_editions(editions: Sequence[Edition], code: str) -> None:
    if not editions:
        raise _unusable(f"{code}.editions", "missing", "needs at least one edition")
    for edition in editions:
        if edition.effective_to is not None and edition.effective_to < edition.effective_from:
            raise _unusable(f"{code}.{edition.name}", "ends_before_start", "effective_to is before effective_from")
    if len({edition.name for edition in editions}) < len(editions):
        raise _unusable(f"{code}.editions", "same_name", "every edition needs its own name")
    for earlier, later in pairwise(editions):
        if earlier.effective_to is None or earlier.effective_to >= later.effective_from:
            until = later.effective_from - timedelta(days=1)
            raise _unusable(f"{code}.{earlier.name}", "overlap", f"must end by {until}, when {later.name} begins")


def _tables(data: Mapping[str, Any], known: tuple[str, ...], where: str) -> list[dict[str, Any]]:
    _check_names(data, (*known, "editions"), where)
    tables: list[dict[str, Any]] = _field(data, "editions", list, where)
    return tables


def _series(data: Mapping[str, Any], where: str, editions: list[Edition]) -> Series:
    code = _field(data, "code", str, where)
    if code != where:
        raise _unusable(f"{where}.code", "not_file_name", "the code must be the file's name")
    ordered = sorted(editions, key=lambda edition: edition.effective_from)
    _check_editions(ordered, code)
    return Series(code, _field(data, "body", str, where), tuple(ordered))


def read_accreditation(data: Mapping[str, Any], name: str) -> Series:
    """One accreditor's statements from a parsed file. Raises ``BadInput("catalogue_unusable")``."""
    return _series(data, name, [_accreditation(table, name) for table in _tables(data, ("code", "body"), name)])


def _accreditation(table: dict[str, Any], code: str) -> Edition:
    name = _field(table, "edition", str, code)
    where = f"{code}.{name}"
    _check_names(table, ("edition", "effective_from", "effective_to", "texts"), where)
    texts = _texts(_field(table, "texts", dict, where), ACCREDITATION_TEXTS, f"{where}.texts")
    return Edition(name, _field(table, "effective_from", date, where), _ends(table, where), texts)


def read_credit(data: Mapping[str, Any], name: str) -> Series:
    """One credit type's editions from a parsed file. Raises ``BadInput("catalogue_unusable")``."""
    tables = _tables(data, ("code", "body", "has_credit"), name)
    wanted = CREDIT_TEXTS if _field(data, "has_credit", bool, name) else PARTICIPATION_TEXTS
    body = _field(data, "body", str, name)
    return _series(data, name, [_credit(table, name, body, wanted) for table in tables])


CREDIT_FIELDS = (
    *("edition", "effective_from", "effective_to", "minutes_per_unit", "step"),
    *("awarded_to", "source", "confidence", "texts"),
)


def _credit(table: dict[str, Any], code: str, body: str, wanted: Mapping[str, Slots]) -> Edition:
    name = _field(table, "edition", str, code)
    where = f"{code}.{name}"
    _check_names(table, CREDIT_FIELDS, where)
    _check_review(table, where)
    begins = _field(table, "effective_from", date, where)
    texts = _texts(_field(table, "texts", dict, where), wanted, f"{where}.texts")
    words = defaultdict(str, {key: found.text for key, found in texts.items()})
    credit = CreditType(
        code=code,
        body=body,
        edition=name,
        phrase_one=words["phrase_one"],
        phrase_many=words["phrase_many"],
        minutes_per_unit=_minutes(table, where),
        step=_step(table, where),
        awarded_to=_degrees(table, where),
        designation_text=words["designation"],
        awarded_text=words["awarded"],
        participated_text=words["participated"],
        effective_from=begins,
    )
    if credit.awarded_to and not credit.awarded_text:
        raise _unusable(f"{where}.awarded_to", "nothing_to_award", "a type without credit is awarded to nobody")
    return Edition(name, begins, _ends(table, where), texts, credit)


def _minutes(table: Mapping[str, Any], where: str) -> int:
    minutes: int = _field(table, "minutes_per_unit", int, where)
    if minutes < 1:
        raise _unusable(f"{where}.minutes_per_unit", "not_positive", "must be at least 1")
    return minutes


def _step(table: Mapping[str, Any], where: str) -> Decimal:
    text = _field(table, "step", str, where)
    try:
        step = Decimal(text)
    except InvalidOperation:
        step = Decimal(0)
    if not (step.is_finite() and step > 0):
        raise _unusable(f"{where}.step", "not_positive", 'must be a positive decimal as text, like "0.25"')
    return step


def _degrees(table: Mapping[str, Any], where: str) -> frozenset[Degree]:
    names = _field(table, "awarded_to", list, where)
    try:
        return frozenset(Degree(name) for name in names)
    except ValueError as error:
        raise _unusable(f"{where}.awarded_to", "unknown", str(error)) from error
