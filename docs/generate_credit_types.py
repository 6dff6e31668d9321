"""Write ``docs/reference/credit-types.md``: every type of credit with its numbers, texts and their sources.

Run ``python docs/generate_credit_types.py`` after a change of the catalogue; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator

from reference_page import document, table, write

from lti_tool.catalogue.editions import Edition, Series
from lti_tool.catalogue.shelf import credit_series
from lti_tool.domain.credit import CreditType

OPENING = """\
# Credit types

What the catalogue holds of every type of credit: numbers, texts, where they come from, and how sure we are of them.
Editions are dated; the one in force on the day of designation counts, and stays for what was awarded under it.

A text that is marked *to be confirmed* was not read in the body's own document. An activity that prints it is not
taken in before somebody of the provider has compared the texts with the body's current documents and confirmed that, in
the office under Wording or with `cme-tool catalogue confirm`. `cme-tool catalogue diff` shows what a new edition
changes."""


def _names(names: frozenset[str] | tuple[str, ...]) -> str:
    return ", ".join(sorted(names)) or "–"


def _numbers(credit: CreditType) -> Iterator[tuple[str, str]]:
    yield "Body", credit.body or "–"
    yield "Unit", f"{credit.unit.value}, {credit.minutes_per_unit} minutes"
    yield (
        "Steps",
        f"{credit.step}, rounded: {credit.rounding.value}" + (f", at least {credit.least}" if credit.least else ""),
    )
    caps = {"for one session of a series": credit.session_maximum, "for one day": credit.day_maximum}
    yield "Caps", "; ".join(f"{cap} {what}" for what, cap in caps.items() if cap is not None) or "–"
    yield "Awarded to", _names(frozenset(degree.value for degree in credit.awarded_to))
    yield "Partial credit", "yes" if credit.is_partial_allowed else "no: all of it or nothing"
    yield "Needs", _names(credit.ids_required)
    yield "Takes", _names(credit.ids_optional)
    yield "Kinds", "; ".join(credit.variants) or "–"
    marks = [f"{percent} % right for {kind}" for kind, percent in credit.pass_percents.items()]
    marks += [f"with feedback (rationale, references) for {kind}" for kind in credit.feedback_variants]
    yield "Post-test", "; ".join(marks) or "–"
    yield "Parts", _names(credit.sub_buckets)
    yield "Reference", credit.reference_name or "–"
    yield "Records kept", f"{credit.retention_years} years"
    yield "Valid", f"{credit.validity_months} months" if credit.validity_months else "as the provider says"
    yield (
        "Reported to",
        (credit.report_to or "–") + (f", within {credit.report_within_days} days" if credit.report_within_days else ""),
    )
    yield "Not for", _names(credit.refused_formats)
    for name, rule in credit.formats.items():
        if rule.amount:
            bonus = f" and {rule.bonus} more for all {rule.stages}" if rule.bonus else ""
            mark = " (to be confirmed)" if rule.must_be_confirmed else ""
            yield f"For {name}", f"{rule.amount} ({rule.basis.value}){bonus}{mark}"
    if credit.notes:
        yield "Notes", credit.notes


def _texts(edition: Edition) -> Iterator[tuple[str, ...]]:
    for key, text in edition.texts.items():
        confidence = f"{text.confidence}, to be confirmed" if text.must_be_confirmed else text.confidence
        yield f"`{key}`", text.text, text.source, confidence


def _type(series: Series) -> Iterator[str]:
    yield f"## {series.name} (`{series.code}`)"
    for edition in series.editions:
        yield f"Edition {edition.name}, in force from {edition.effective_from}."
        yield f"Numbers: {edition.source} ({edition.confidence})."
        if edition.credit is not None:
            yield table(("Column", "Value"), _numbers(edition.credit))
        yield table(("Text", "Words", "Source", "Confidence"), _texts(edition))


def page() -> str:
    """The whole page."""
    parts = (part for series in credit_series().values() for part in _type(series))
    return document(OPENING, *parts, generator="generate_credit_types.py")


if __name__ == "__main__":
    write("credit-types.md", page())
