"""Which texts a provider may word otherwise, and the check that its wording is whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from lti_tool.catalogue.credit import OWN_WORDING
from lti_tool.catalogue.editions import Edition, Series
from lti_tool.catalogue.shelf import accreditation_series, credit_series
from lti_tool.catalogue.texts import (
    ACCREDITATION_TEXTS,
    CREDIT_TEXTS,
    FURTHER_TEXTS,
    PARTICIPATION_TEXTS,
    Slots,
    check_text,
    slots_of,
    without_optional_parts,
)
from lti_tool.domain.errors import BadInput, NotFound


@dataclass(frozen=True, slots=True)
class OwnWording:
    """One text of the catalogue. ``text`` is the catalogue's wording on a day, with slots and marks."""

    series: str
    key: str
    body: str
    text: str

    @property
    def code(self) -> str:
        """Names it in a form."""
        return f"{self.series}.{self.key}"


def own_wordings(on: date) -> tuple[OwnWording, ...]:
    """Accreditation statements first, then credit types."""
    return (
        *_worded(accreditation_series(), ACCREDITATION_TEXTS, on),
        *_worded(credit_series(), OWN_WORDING, on),
    )


def _worded(shelf: Mapping[str, Series], keys: Mapping[str, object], on: date) -> Iterator[OwnWording]:
    for series in shelf.values():
        edition = _in_force(series, on)
        for key in keys if edition else ():
            if edition and edition.text(key):
                yield OwnWording(series.code, key, series.body, edition.text(key))


def _in_force(series: Series, on: date) -> Edition | None:
    try:
        return series.in_force(on)
    except NotFound:
        return None


def _slots(series: str, key: str) -> Slots:
    if series in accreditation_series():
        return ACCREDITATION_TEXTS[key]
    has_credit = any(edition.text("phrase_one") for edition in credit_series()[series].editions)
    return ({**FURTHER_TEXTS, **CREDIT_TEXTS} if has_credit else PARTICIPATION_TEXTS)[key]


def _always_said(series: str, key: str) -> frozenset[str]:
    """The slots of the newest catalogue text that do not stand in an optional part."""
    shelf = accreditation_series() if series in accreditation_series() else credit_series()
    return slots_of(without_optional_parts(shelf[series].editions[-1].text(key)))


def check_wording(series: str, key: str, text: str) -> str:
    """``""`` for a text that can be printed, else the fault: ``missing_slot``, ``unknown_slot``, ...

    Nothing that the body's own wording always says may be left out: not the amount, not the name of the credit.
    """
    slots = _slots(series, key)
    try:
        check_text(text, Slots(slots.required | _always_said(series, key), slots.optional))
    except BadInput as error:
        return next(iter(error.faults.values()))
    return ""
