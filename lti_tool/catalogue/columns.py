"""The columns of a credit type: what it counts, who may be awarded it, what it needs, by which rules of format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from lti_tool.catalogue.tables import (
    amount_of,
    check_names,
    check_review,
    count_of,
    names_of,
    optional_value,
    unusable,
    value_of,
    word_of,
    words_of,
)
from lti_tool.catalogue.texts import CatalogueText
from lti_tool.domain.activity import Accreditation, LearningFormat
from lti_tool.domain.credential import is_requirement
from lti_tool.domain.credit import TEACHING, Basis, CreditType, Degree, FormatRule, Rounding, Unit

CREDIT_FIELDS = (
    *("edition", "effective_from", "effective_to", "unit", "minutes_per_unit", "step", "rounding", "least"),
    *("awarded_to", "countries", "partial", "ids_required", "ids_optional", "sub_buckets", "variants"),
    *("reference_name", "reference_pattern", "retention_years", "validity_months", "report_to"),
    *("report_within_days", "refused_formats", "formats", "provider_kinds"),
    *("session_maximum", "day_maximum", "pass_percents", "feedback_variants", "notes"),
    *("must_be_confirmed", "source", "confidence", "texts"),
)
FORMAT_NAMES = frozenset({*(kind.value for kind in LearningFormat), TEACHING})


def read_credit_type(
    table: Mapping[str, Any], texts: Mapping[str, CatalogueText], *, code: str, body: str, where: str
) -> CreditType:
    """One edition of a type. Raises ``BadInput("catalogue_unusable")``."""
    words = {key: found.text for key, found in texts.items()}
    credit = CreditType(
        code=code,
        body=body,
        edition=value_of(table, "edition", str, where),
        phrase_one=words.get("phrase_one", ""),
        phrase_many=words.get("phrase_many", ""),
        minutes_per_unit=count_of(table, "minutes_per_unit", where),
        step=amount_of(table, "step", where),
        awarded_to=frozenset(words_of(table, "awarded_to", Degree, where)),
        designation_text=words.get("designation", ""),
        awarded_text=words.get("awarded", ""),
        participated_text=words.get("participated", ""),
        effective_from=value_of(table, "effective_from", date, where),
        must_be_confirmed=_must_be_confirmed(table, texts, where),
        **_counting(table, where),
        **_asking(table, where),
        **_reporting(table, where),
    )
    if credit.awarded_to and not credit.awarded_text:
        raise unusable(f"{where}.awarded_to", "nothing_to_award", "a type without credit is awarded to nobody")
    return credit


def _must_be_confirmed(table: Mapping[str, Any], texts: Mapping[str, CatalogueText], where: str) -> bool:
    columns: bool = optional_value(table, "must_be_confirmed", False, where)
    return columns or any(text.must_be_confirmed for key, text in texts.items() if key != "pending")


def _counting(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    return {
        "unit": word_of(table, "unit", Unit, Unit.CREDIT, where),
        "rounding": word_of(table, "rounding", Rounding, Rounding.NEAREST, where),
        "least": amount_of(table, "least", where, Decimal(0)),
        "is_partial_allowed": optional_value(table, "partial", True, where),
        "session_maximum": amount_of(table, "session_maximum", where) if "session_maximum" in table else None,
        "day_maximum": amount_of(table, "day_maximum", where) if "day_maximum" in table else None,
        "sub_buckets": names_of(table, "sub_buckets", where),
        "refused_formats": frozenset(_format_names(names_of(table, "refused_formats", where), where)),
        "formats": _format_rules(optional_value(table, "formats", {}, where), f"{where}.formats"),
    }


def _asking(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    return {
        "countries": frozenset(names_of(table, "countries", where)),
        "ids_required": _ids(table, "ids_required", where),
        "ids_optional": _ids(table, "ids_optional", where),
        "variants": names_of(table, "variants", where),
        "pass_percents": _pass_percents(table, where),
        "feedback_variants": _feedback_variants(table, where),
        "reference_name": optional_value(table, "reference_name", "", where),
        "reference_pattern": _pattern(optional_value(table, "reference_pattern", "", where), where),
        "provider_kinds": frozenset(_kinds(table, where)),
    }


def _reporting(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    return {
        "retention_years": count_of(table, "retention_years", where, 6),
        "validity_months": count_of(table, "validity_months", where, 0),
        "report_to": optional_value(table, "report_to", "", where),
        "report_within_days": count_of(table, "report_within_days", where, 0),
        "notes": optional_value(table, "notes", "", where),
    }


def _ids(table: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    found = names_of(table, name, where)
    for requirement in found:
        if not is_requirement(requirement):
            raise unusable(f"{where}.{name}", "unknown", f"{requirement!r} is not an identifier that can be asked")
    return found


def _pass_percents(table: Mapping[str, Any], where: str) -> dict[str, int]:
    """Keys are variants of the type."""
    found: dict[str, int] = optional_value(table, "pass_percents", {}, where)
    place, variants = f"{where}.pass_percents", names_of(table, "variants", where)
    if unknown := sorted(set(found) - set(variants)):
        raise unusable(f"{place}.{unknown[0]}", "unknown", f"must be one of {', '.join(variants)}")
    return {name: count_of(found, name, place) for name in found}


def _feedback_variants(table: Mapping[str, Any], where: str) -> tuple[str, ...]:
    found, variants = names_of(table, "feedback_variants", where), names_of(table, "variants", where)
    if unknown := sorted(set(found) - set(variants)):
        raise unusable(f"{where}.feedback_variants", "unknown", f"{unknown[0]} is not one of {', '.join(variants)}")
    return found


def _kinds(table: Mapping[str, Any], where: str) -> tuple[str, ...]:
    return words_of({"provider_kinds": [], **table}, "provider_kinds", Accreditation, where)


def _pattern(text: str, where: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise unusable(f"{where}.reference_pattern", "unknown", str(error)) from error
    return text


def _format_names(names: tuple[str, ...], where: str) -> tuple[str, ...]:
    unknown = sorted(set(names) - FORMAT_NAMES)
    if unknown:
        raise unusable(f"{where}.{unknown[0]}", "unknown", f"must be one of {', '.join(sorted(FORMAT_NAMES))}")
    return names


def _format_rules(tables: Mapping[str, Any], where: str) -> dict[str, FormatRule]:
    _format_names(tuple(tables), where)
    return {name: _format_rule(value_of(tables, name, dict, where), f"{where}.{name}") for name in tables}


def _format_rule(table: Mapping[str, Any], where: str) -> FormatRule:
    check_names(table, ("basis", "amount", "bonus", "stages", "must_be_confirmed", "source", "confidence"), where)
    check_review(table, where)
    basis = word_of(table, "basis", Basis, Basis.TIME, where)
    return FormatRule(
        basis=basis,
        amount=Decimal(0) if basis is Basis.TIME else amount_of(table, "amount", where),
        bonus=amount_of(table, "bonus", where, Decimal(0)),
        stages=count_of(table, "stages", where) if basis is Basis.STAGES else 0,
        must_be_confirmed=optional_value(table, "must_be_confirmed", False, where),
    )
