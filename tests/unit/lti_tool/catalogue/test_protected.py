"""Words that a page of a provider's own may not say, because everybody would get them."""

from __future__ import annotations

import pytest

from lti_tool.catalogue import claiming_word
from lti_tool.catalogue.shelf import credit_series


@pytest.mark.parametrize("code", sorted(credit_series()))
def test_no_credit_is_named_by_hand(code: str) -> None:
    series = credit_series()[code]
    if any(edition.text("phrase_one") for edition in series.editions):
        for text in (series.name, series.editions[-1].text("phrase_one"), series.name.upper(), f"For {series.body}."):
            assert claiming_word(text), text


@pytest.mark.parametrize(
    "text",
    [
        "AMA PRA",
        "A M A P R A  C a t e g o r y  1",
        "American Medical\nAssociation",
        "is awarded",
        "Awarded to",
        "10 contact hours",
        "an accredited provider",
        "CME",
        "Certificate of Completion",
        "crédits",
        "CRÉDITO",
        "acreditación",
        "décerné",
        "Fortbildungspunkte",
        "ACCME",
    ],
)
def test_neither_an_award_nor_a_body_is_named(text: str) -> None:
    assert claiming_word(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Thank you for learning with us.",
        "Department of Surgery",
        "Ada Lovelace",
        "Merci de votre visite",
        "12 Main St",
    ],
)
def test_other_words_are_free(text: str) -> None:
    assert claiming_word(text) == ""
