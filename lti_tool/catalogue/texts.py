"""Reviewed texts and the ``{slots}`` that each may have: no sentence with a hole or a stray mark is ever printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from lti_tool.catalogue.tables import check_names, check_review, optional_value, unusable, value_of


@dataclass(frozen=True, slots=True)
class Slots:
    """Which ``{slots}`` a text must have, and which it may have besides."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()


def _slots(required: str = "", optional: str = "") -> Slots:
    return Slots(frozenset(required.split()), frozenset(optional.split()))


_OFFER = "provider the_provider format title variant reference ceu parts released expires begins ends location contact"
"""What any text of a credit type may name of an activity and its offer."""

CREDIT_TEXTS: Mapping[str, Slots] = {
    "phrase_one": _slots("", "variant"),
    "phrase_many": _slots("", "variant"),
    "designation": _slots("amount", f"phrase {_OFFER}"),
    "awarded": _slots("the_provider learner degree format title location date amount phrase", _OFFER),
    "attestation": _slots(),
}
"""What every type of credit says (AMA PRA: designation statement and documentation, rules 1.4 and 1.6)."""

FURTHER_TEXTS: Mapping[str, Slots] = {
    "participated": _slots("the_provider learner format title location date amount phrase", f"degree {_OFFER}"),
    "note": _slots(),
    "accreditation": _slots("", _OFFER),
    "accreditation_joint": _slots("", _OFFER),
    "awarded_note": _slots("", _OFFER),
    "pending": _slots("", f"amount phrase {_OFFER}"),
}
"""What only some bodies have: a certificate for those who are not awarded credit, the provider's accreditation by this
body (also of a jointly accredited provider), small print on certificates, a text before the approval."""

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
    "jointly-accredited": _slots("provider"),
}
"""By ``Accreditation`` kind (ACCME accreditation statements, rules 2.5)."""


@dataclass(frozen=True, slots=True)
class CatalogueText:
    """One reviewed text. ``source`` is the document, ``confidence`` high, medium or low."""

    text: str
    source: str
    confidence: str
    must_be_confirmed: bool = False
    """Not read in the body's own document: staff compare it with that before first use."""


def _parts(text: str, where: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(Formatter().parse(text))
    except ValueError as error:
        raise unusable(where, "unbalanced_brace", "every { needs its }") from error


def slots_of(text: str, where: str = "text") -> frozenset[str]:
    """Names of the slots. Raises ``BadInput`` for a brace without partner or a slot with a format or conversion."""
    found: set[str] = set()
    for _, name, layout, conversion in _parts(text, where):
        if name is None:
            continue
        if layout or conversion or not name.isidentifier():
            raise unusable(where, "odd_slot", f"{{{name}}} must be a plain name")
        found.add(name)
    return frozenset(found)


def _check_slots(text: str, slots: Slots, where: str) -> None:
    found = slots_of(text, where)
    missing, unknown = slots.required - found, found - slots.required - slots.optional
    if missing:
        raise unusable(where, "missing_slot", f"must hold {{{min(missing)}}}")
    if unknown:
        raise unusable(where, "unknown_slot", f"cannot hold {{{min(unknown)}}}")


_OPTIONAL_PART = re.compile(r"\[([^\[\]*]*\{\w+\}[^\[\]*]*)\]")


def without_optional_parts(text: str) -> str:
    """The text as it is when no bracketed part can be filled."""
    return _OPTIONAL_PART.sub("", text)


def _check_marks(text: str, where: str) -> None:
    if text.count("*") % 2 or "**" in text:
        raise unusable(where, "unbalanced_star", "every * needs its partner and words between them")
    if set("[]") & set(without_optional_parts(text)):
        raise unusable(where, "unbalanced_bracket", "[...] must hold a slot, no * and no further bracket")


def check_text(text: str, slots: Slots, where: str = "text") -> None:
    """Raises ``BadInput("catalogue_unusable")`` for words that could not be printed whole."""
    _check_marks(text, where)
    _check_slots(text, slots, where)


def _text(table: Mapping[str, Any], slots: Slots, where: str) -> CatalogueText:
    check_names(table, ("text", "source", "confidence", "must_be_confirmed"), where)
    check_review(table, where)
    text = value_of(table, "text", str, where)
    if not text:
        raise unusable(f"{where}.text", "missing", "needs words")
    check_text(text, slots, where)
    return CatalogueText(
        text, table["source"], table["confidence"], optional_value(table, "must_be_confirmed", False, where)
    )


def read_texts(
    table: Mapping[str, Any], needed: Mapping[str, Slots], where: str, further: Mapping[str, Slots] | None = None
) -> dict[str, CatalogueText]:
    """The texts of an edition: all that are ``needed``, and of the ``further`` ones those that are there."""
    wanted = {**needed, **{key: slots for key, slots in (further or {}).items() if key in table}}
    check_names(table, wanted, where)
    return {key: _text(value_of(table, key, dict, where), slots, f"{where}.{key}") for key, slots in wanted.items()}
