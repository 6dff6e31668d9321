"""Identifiers: check digits and forms."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.credential import (
    NPI_PREFIX,
    IdKind,
    Requirement,
    asked_for,
    clean_credential,
    is_month_and_day,
    is_npi,
    is_requirement,
    luhn_digit,
    missing_identifiers,
    read_identifiers,
    requirements,
)
from lti_tool.domain.errors import BadInput


@pytest.mark.parametrize("number", ["1234567893", "1993999998", "1558598797"])
def test_published_examples_of_npis(number: str) -> None:
    """CMS, requirements for the NPI check digit: 123456789 has the check digit 3."""
    assert is_npi(number)


@given(st.integers(100_000_000, 299_999_999), st.integers(0, 9))
def test_of_ten_last_digits_one_is_right(stem: int, digit: int) -> None:
    right = luhn_digit(f"{NPI_PREFIX}{stem}")
    assert is_npi(f"{stem}{digit}") == (digit == right)


@given(st.integers(100_000_000, 299_999_999), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(stem: int, place: int, by: int) -> None:
    number = f"{stem}{luhn_digit(f'{NPI_PREFIX}{stem}')}"
    wrong = f"{number[:place]}{(int(number[place]) + by) % 10}{number[place + 1 :]}"
    assert not is_npi(wrong)


@pytest.mark.parametrize("number", ["", "123456789", "3234567893", "12345678930", "１２３４５６７８９３", "1234567890"])
def test_what_is_no_npi(number: str) -> None:
    assert not is_npi(number)


@pytest.mark.parametrize(
    ("text", "is_good"),
    [
        ("0229", True),
        ("0230", False),
        ("1231", True),
        ("0001", False),
        ("1300", False),
        ("704", False),
        ("07/4", False),
        ("0400", False),
    ],
)
def test_month_and_day(text: str, is_good: bool) -> None:
    assert is_month_and_day(text) is is_good


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (IdKind.NPI, " 123-456-7893 ", "1234567893"),
        (IdKind.BIRTH_DAY, "07/04", "0704"),
        (IdKind.NABP, "123456", "123456"),
        (IdKind.LICENCE, "rn 12-345", "RN12-345"),
        (IdKind.CONSENT_PARS, "yes", "YES"),
    ],
)
def test_stored_forms(kind: IdKind, typed: str, stored: str) -> None:
    assert clean_credential(kind, typed) == stored


@pytest.mark.parametrize(
    ("kind", "typed", "fault"),
    [
        (IdKind.NPI, "", "missing"),
        (IdKind.NPI, "1234567890", "malformed"),
        (IdKind.BIRTH_DAY, "1976-07-04", "malformed"),
        (IdKind.NABP, "12A456", "malformed"),
        (IdKind.LICENCE, "<script>", "malformed"),
        (IdKind.LICENCE, "Ａ１", "malformed"),
        (IdKind.LICENCE, "x" * 31, "malformed"),
        (IdKind.CONSENT_PARS, "no", "malformed"),
    ],
)
def test_what_is_refused(kind: IdKind, typed: str, fault: str) -> None:
    with pytest.raises(BadInput) as caught:
        clean_credential(kind, typed)
    assert caught.value.faults == {kind.value: fault}


def test_requirements_as_the_catalogue_writes_them() -> None:
    assert requirements(["npi", "licence:US-CA", "npi"]) == (
        Requirement(IdKind.NPI),
        Requirement(IdKind.LICENCE, "US-CA"),
    )
    assert str(Requirement.parse("licence:US-CA")) == "licence:US-CA"
    for text in ("", "shoe-size", "npi:US", "licence:california"):
        assert not is_requirement(text)


ABIM, NPI, DAY, CONSENT = (
    Requirement(kind) for kind in (IdKind.ABIM, IdKind.NPI, IdKind.BIRTH_DAY, IdKind.CONSENT_PARS)
)


@pytest.mark.parametrize(
    ("asked", "held", "faults"),
    [
        ((ABIM, DAY, CONSENT), (), {"id.abim": "incomplete", "id.birth-day": "incomplete"}),
        ((NPI, DAY, CONSENT), (), {"id.npi": "incomplete", "id.birth-day": "incomplete"}),
        ((ABIM, NPI, DAY, CONSENT), (DAY,), {"id.npi": "incomplete"}),
        ((ABIM, DAY, CONSENT), (DAY, ABIM), {}),
        ((CONSENT,), (Requirement(IdKind.LICENCE, "US-CA"),), {"id.birth-day": "incomplete"}),
    ],
)
def test_a_permission_needs_somebody_to_report(
    asked: tuple[Requirement, ...], held: tuple[Requirement, ...], faults: dict[str, str]
) -> None:
    """What is on file counts; a fault stands at a field that was asked."""
    if not faults:
        assert read_identifiers({"consent-pars": "yes"}, asked, held) == {CONSENT: "YES"}
        return
    with pytest.raises(BadInput) as refused:
        read_identifiers({"consent-pars": "yes"}, asked, held)
    assert refused.value.faults == faults


@dataclass(frozen=True)
class Asks:
    needs: tuple[Requirement, ...] = ()
    takes: tuple[Requirement, ...] = ()


def test_only_what_the_credits_ask_for_permissions_last() -> None:
    board, other = Asks(needs=(CONSENT, ABIM, DAY)), Asks(takes=(NPI, DAY, CONSENT))
    assert asked_for([other, board]) == {ABIM: (board,), DAY: (board,), NPI: (), CONSENT: (board,)}
    assert list(asked_for([other, board])) == [ABIM, DAY, NPI, CONSENT]
    assert asked_for([other], with_optional=False) == {}
    assert missing_identifiers([board], [ABIM], [DAY]) == {"id.consent-pars": "missing"}
    assert missing_identifiers([other], []) == {}


def test_a_licence_of_one_place_is_also_a_licence() -> None:
    here = Requirement(IdKind.LICENCE, "US-CA")
    assert missing_identifiers([Asks(needs=(Requirement(IdKind.LICENCE),))], [here]) == {}
    assert missing_identifiers([Asks(needs=(here,))], [Requirement(IdKind.LICENCE)]) == {"id.licence:US-CA": "missing"}
