"""Credit types by day, and the certificate's sentences as the AMA words them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool import catalogue
from lti_tool.domain.credit import PHYSICIAN_DEGREES, CreditType, Degree
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.domain.text import Run

DAY = date(2026, 3, 2)
AMA_PHRASES = ("AMA PRA Category 1 Credit", "AMA PRA Category 1 Credits")


def ama() -> CreditType:
    return catalogue.credit_type("ama-pra-category-1", DAY)


def attendance() -> CreditType:
    return catalogue.credit_type("attendance", DAY)


def sentence(credit_type: CreditType, *, is_awarded: bool, **changes: Any) -> Any:
    values = {
        "provider": "Example Medical School",
        "learner": "Sam Lee",
        "degree": "MD",
        "format": "enduring material",
        "title": "Hypertension",
        "location": "",
        "date_text": "March 2, 2026",
        "amount": Decimal("0.75"),
    }
    return catalogue.certifying_sentence(credit_type, is_awarded=is_awarded, **{**values, **changes})


def test_ama_credit_is_awarded_to_physicians_only() -> None:
    """AMA PRA credit system, who may be awarded: MD, DO and equivalent degrees of other countries."""
    assert ama().awarded_to == PHYSICIAN_DEGREES
    assert not ama().is_awarded_to(Degree.NP)


def test_ama_credit_is_counted_in_quarter_hours() -> None:
    """AMA PRA credit system: 60 minutes are one credit, in steps of 0.25."""
    assert (ama().minutes_per_unit, ama().step) == (60, Decimal("0.25"))


def test_the_edition_is_the_one_of_the_day() -> None:
    """AMA/ACCME alignment, in force since 2017-09-29."""
    assert catalogue.credit_type("ama-pra-category-1", date(2017, 9, 29)).effective_from == date(2017, 9, 29)
    with pytest.raises(NotFound) as refusal:
        catalogue.credit_type("ama-pra-category-1", date(2017, 9, 28))
    assert refusal.value.code == "no_edition_in_force"


def test_an_unknown_code_is_refused_by_name() -> None:
    with pytest.raises(NotFound, match="ama-pra-category-9") as refusal:
        catalogue.credit_type("ama-pra-category-9", DAY)
    assert refusal.value.code == "credit_type_unknown"


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        (date(2013, 12, 31), []),
        (date(2014, 1, 1), ["attendance"]),
        (date(2017, 9, 28), ["attendance"]),
        (date(2017, 9, 29), ["ama-pra-category-1", "attendance"]),
    ],
)
def test_all_types_in_force_on_a_day(day: date, codes: list[str]) -> None:
    assert [found.code for found in catalogue.credit_types(day)] == codes


def test_category_2_is_not_in_the_catalogue() -> None:
    """AMA PRA credit system: a provider must not certify an activity for Category 2."""
    named = [f"{found.phrase_many} {found.code}" for found in catalogue.credit_types(DAY) if found.code != "aoa"]
    assert len(named) == 25
    assert not [words for words in named if "ategory 2" in words]


@pytest.mark.parametrize(
    ("amount", "phrase"),
    [("0.25", AMA_PHRASES[1]), ("1.00", AMA_PHRASES[0]), ("1", AMA_PHRASES[0]), ("1.25", AMA_PHRASES[1])],
)
def test_the_phrase_is_italic_with_the_trademark_sign(amount: str, phrase: str) -> None:
    """AMA PRA credit system: the phrase is italic, always with AMA and the trademark sign."""
    assert catalogue.phrase(ama(), Decimal(amount), "").runs == (Run(phrase, is_italic=True), Run("™"))


def test_what_a_physician_is_certified() -> None:
    """AMA PRA credit system, documentation provided to physicians."""
    assert sentence(ama(), is_awarded=True).plain == (
        "The Example Medical School certifies that Sam Lee, MD has participated in the enduring material titled "
        "Hypertension on March 2, 2026 and is awarded 0.75 AMA PRA Category 1 Credits™."
    )


def test_what_another_participant_is_certified() -> None:
    """AMA PRA credit system: others took part in an activity that was designated; they are never awarded."""
    found = sentence(ama(), is_awarded=False, degree="RN", amount=Decimal(1)).plain
    assert found == (
        "The Example Medical School certifies that Sam Lee has participated in the enduring material titled "
        "Hypertension on March 2, 2026. This activity was designated for 1.00 AMA PRA Category 1 Credit™."
    )
    assert "award" not in found


def test_the_location_stands_where_there_is_one() -> None:
    """AMA PRA credit system, documentation: location when applicable."""
    assert (
        "titled Hypertension at Boston, MA on March 2" in sentence(ama(), is_awarded=True, location="Boston, MA").plain
    )


def test_a_physician_without_printed_letters_leaves_no_stray_comma() -> None:
    assert "Sam Lee has participated" in sentence(ama(), is_awarded=True, degree="").plain


@pytest.mark.parametrize("name", ["The Example School", "the Example School", "Example School"])
def test_the_article_is_not_doubled(name: str) -> None:
    assert sentence(ama(), is_awarded=True, provider=name).plain.startswith("The Example School certifies")


@pytest.mark.parametrize(
    ("field", "slot"),
    [
        ("provider", "the_provider"),
        ("learner", "learner"),
        ("format", "format"),
        ("title", "title"),
        ("date_text", "date"),
    ],
)
@pytest.mark.parametrize("nothing", ["", "  "])
def test_a_sentence_with_a_hole_is_refused_by_name(field: str, slot: str, nothing: str) -> None:
    """AMA PRA credit system, documentation: each of these must be printed."""
    with pytest.raises(BadInput) as refusal:
        sentence(ama(), is_awarded=True, **{field: nothing})
    assert refusal.value.faults == {slot: "missing"}


HOSTILE = st.text(alphabet="*{}[]_ab.!:0<>&\\'\"", min_size=1, max_size=30).filter(str.strip)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_a_value_is_never_read_as_markup(learner: str, title: str, location: str) -> None:
    found = sentence(ama(), is_awarded=True, learner=learner, title=title, location=location)
    assert found.plain == (
        f"The Example Medical School certifies that {learner}, MD has participated in the enduring material titled "
        f"{title} at {location} on March 2, 2026 and is awarded 0.75 AMA PRA Category 1 Credits™."
    )
    assert [run.text for run in found.runs if run.is_italic] == ["AMA PRA Category 1 Credits"]


@pytest.mark.parametrize("is_awarded", [True, False])
def test_participation_without_credit_has_no_credit_phrase(is_awarded: bool) -> None:
    """AMA PRA credit system: an activity without credit must not carry a credit phrase (rules 1.9)."""
    found = sentence(attendance(), is_awarded=is_awarded)
    assert found.plain == (
        "The Example Medical School certifies that Sam Lee has participated in the enduring material titled "
        "Hypertension on March 2, 2026."
    )
    assert not attendance().awarded_to


def test_titles() -> None:
    assert catalogue.certificate_title(ama(), is_awarded=True) == "Certificate of Credit"
    assert catalogue.certificate_title(ama(), is_awarded=False) == "Certificate of Participation"
    assert catalogue.certificate_title(attendance(), is_awarded=True) == "Certificate of Participation"


def test_notes_and_attestations() -> None:
    """AMA PRA credit system: the claim sentence stands beside the control (rules 1.3 and 1.4)."""
    assert catalogue.participation_note(ama()).plain == "This is a certificate of participation only."
    assert catalogue.attestation(ama()).startswith(
        "Physicians should claim only the credit commensurate with the extent of their participation in the activity."
    )
    assert "redit" not in catalogue.attestation(attendance())


@pytest.mark.parametrize("changes", [{"code": "else"}, {"edition": "else"}])
def test_a_type_of_another_catalogue_has_no_texts_here(changes: dict[str, Any]) -> None:
    with pytest.raises(NotFound, match="has no edition"):
        catalogue.attestation(replace(ama(), **changes))


def printed_nurse(count: int) -> Any:
    """A nurse's sentence with a part of the first credit, and so many more credits."""
    ancc, brn = (catalogue.credit_type(code, DAY) for code in ("ancc", "california-brn"))
    others = [catalogue.Printed(brn, Decimal("3.00"))] * count
    parts = {"pharmacology": Decimal("0.50")}
    return sentence(ancc, is_awarded=True, learner="Joy Lee", degree="RN", parts=parts, others=others).plain


def test_a_part_of_the_first_credit_never_reads_as_holding_the_next() -> None:
    assert printed_nurse(0).endswith("0.75 nursing contact hours, including 0.50 hours of pharmacology.")
    assert printed_nurse(1).endswith(
        "0.75 nursing contact hours, including 0.50 hours of pharmacology; and 3.00 California BRN contact hours."
    )
    more = "3.00 California BRN contact hours; and 3.00 California BRN contact hours."
    assert printed_nurse(2).endswith(f"including 0.50 hours of pharmacology; {more}")
