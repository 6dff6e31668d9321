"""The name that is printed, and who is a physician."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.credit import Degree
from lti_tool.domain.errors import BadInput
from lti_tool.domain.learner import MAX_NAME, Profile, clean_name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Sam Lee", "Sam Lee"),
        ("  Sam \t\n Lee ", "Sam Lee"),
        ("Jose\u0301", "José"),
        ("<b>Sam</b> & *Lee* {x}", "<b>Sam</b> & *Lee* {x}"),
        ("李小龍", "李小龍"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("O\u2019Brien-Núñez, 3rd", "O\u2019Brien-Núñez, 3rd"),
        ("a" * MAX_NAME, "a" * MAX_NAME),
    ],
)
def test_names_that_can_be_printed(raw: str, name: str) -> None:
    """AMA PRA, documentation: the participant's name (rules 1.6)."""
    assert clean_name(raw) == name


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("12345 - !", "missing"),
        ("a" * (MAX_NAME + 1), "too_long"),
        ("Sam\x00Lee", "unprintable"),
        ("Sam\x1bLee", "unprintable"),
        ("Sam\ud800", "unprintable"),
        ("Sam\ue000", "unprintable"),
        ("Sam\u0378", "unprintable"),
        ("Sam\u202eeeL", "unprintable"),
        ("Sam\u2066Lee", "unprintable"),
        ("Sam\ufeffLee", "unprintable"),
    ],
)
def test_names_that_cannot_be_printed(raw: str, fault: str) -> None:
    with pytest.raises(BadInput) as refusal:
        clean_name(raw)
    assert refusal.value.code == "name_unusable"
    assert refusal.value.faults == {"printed_name": fault}
    assert refusal.value.facts["limit"] == MAX_NAME
    assert raw.strip() == "" or raw not in str(refusal.value)


@given(st.text(max_size=MAX_NAME + 20))
def test_a_cleaned_name_is_one_line_and_cleaning_it_again_changes_nothing(raw: str) -> None:
    try:
        name = clean_name(raw)
    except BadInput:
        return
    assert 0 < len(name) <= MAX_NAME
    assert len(name.splitlines()) == 1
    assert name == name.strip() == unicodedata.normalize("NFC", name)
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("degree", "is_physician", "printed"),
    [
        (Degree.MD, True, "MD"),
        (Degree.DO, True, "DO"),
        (Degree.MBBS, True, "MBBS"),
        (Degree.OTHER_PHYSICIAN, True, ""),
        (Degree.PA, False, "PA"),
        (Degree.NP, False, "NP"),
        (Degree.RN, False, "RN"),
        (Degree.PHARMACIST, False, ""),
        (Degree.STUDENT, False, ""),
        (Degree.OTHER, False, ""),
    ],
)
def test_degrees(degree: Degree, is_physician: bool, printed: str) -> None:
    """AMA PRA: physicians are MD, DO and equivalent; the degree stands after their name (rules 1.5, 1.6)."""
    profile = Profile("Sam Lee", degree, "US")
    assert (profile.is_physician, profile.printed_degree) == (is_physician, printed)
