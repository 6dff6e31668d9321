"""Companies: what counts as a name, and who is eligible."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.company import (
    MAX_COMPANY,
    Companies,
    Company,
    CompanyKind,
    Eligibility,
    check_review,
    clean_company,
    company_key,
    is_only_a_name,
)
from lti_tool.domain.errors import BadInput


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("", "missing"),
        ("  .,- ", "missing"),
        ("A" * (MAX_COMPANY + 1), "too_long"),
        ("Acme\u202eamrahP", "unprintable"),
        ("Acme\x00", "unprintable"),
        ("https://acme.example", "more_than_a_name"),
        ("www.acme.example", "more_than_a_name"),
        ("acme.com", "more_than_a_name"),
        ("<img src=x onerror=alert(1)>", "more_than_a_name"),
        ("![logo](acme)", "more_than_a_name"),
        ("Acmezole®", "more_than_a_name"),
        ("Acmezole™", "more_than_a_name"),
        ("sales@acme", "more_than_a_name"),
        ("acme-logo.png", "more_than_a_name"),
        ("{{ company }}", "more_than_a_name"),
    ],
)
def test_only_names_are_taken(raw: str, fault: str) -> None:
    """ACCME Standards 3.5 and 4.4: no logos, links or trade names."""
    with pytest.raises(BadInput, match="company_unusable") as caught:
        clean_company(raw)
    assert caught.value.faults == {"company": fault}


@pytest.mark.parametrize(
    "name", ["Acme Pharma, Inc.", "Böhringer & Söhne", "3M", "武田薬品", "Johnson & Johnson (Europe)"]
)
def test_names_stay_as_they_are_written(name: str) -> None:
    assert clean_company(f"  {name}\n") == name


def test_spellings_of_one_name_are_one() -> None:
    assert {company_key(each) for each in ("Acme Pharma Inc.", "ACME  pharma, inc", "acme-pharma inc")} == {
        "acme pharma inc"
    }
    assert company_key("Acme") != company_key("Acne")


@given(st.text(max_size=40))
def test_the_key_is_stable_and_what_is_taken_is_printable(raw: str) -> None:
    assert company_key(company_key(raw)) == company_key(raw)
    try:
        name = clean_company(raw)
    except BadInput:
        return
    assert clean_company(name) == name and is_only_a_name(name) and company_key(name)


def test_the_standards_examples() -> None:
    """ACCME, eligibility: the examples of both kinds."""
    ineligible = {kind for kind in CompanyKind if kind.eligibility is Eligibility.INELIGIBLE}
    assert {CompanyKind.PHARMACEUTICAL, CompanyKind.BIOMEDICAL_STARTUP, CompanyKind.BENEFIT_MANAGER} <= ineligible
    assert not {CompanyKind.HOSPITAL, CompanyKind.SOFTWARE, CompanyKind.INSURER, CompanyKind.PUBLISHER} & ineligible


@pytest.mark.parametrize(
    ("kind", "rationale", "faults"),
    [
        ("", "", {"kind": "missing"}),
        ("x", "", {"kind": "unknown"}),
        ("other-eligible", " ", {"rationale": "missing"}),
        ("other-ineligible", "", {"rationale": "missing"}),
    ],
)
def test_a_review_says_why(kind: str, rationale: str, faults: dict[str, str]) -> None:
    with pytest.raises(BadInput) as caught:
        check_review(kind, rationale)
    assert caught.value.faults == faults
    assert check_review("device", "") is CompanyKind.DEVICE


def test_a_company_that_is_not_known_is_not_reviewed() -> None:
    acme = Company("acme", "Acme", Eligibility.INELIGIBLE)
    known = Companies({"acme": acme, "old": acme})
    assert known.of("x") == Company("x", "", Eligibility.UNKNOWN) == Companies().of("x")
    assert known.resolved("old") == "acme" and known.named("old") == "Acme"
