"""Amounts of credit: what may be claimed, what is refused, how it is printed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.credit import (
    PHYSICIAN_DEGREES,
    CreditOffer,
    CreditType,
    Degree,
    check_amount,
    claimable_amounts,
    printed_amount,
)
from lti_tool.domain.errors import BadInput

STEP = Decimal("0.25")
OFFER = CreditOffer("ama-pra-category-1", Decimal("1.00"), Decimal("0.25"))
AMOUNTS = st.decimals(Decimal("-5"), Decimal("50"), places=3)


def offers() -> st.SearchStrategy[CreditOffer]:
    quarters = st.tuples(st.integers(1, 200), st.integers(1, 200)).map(sorted)
    return quarters.map(lambda pair: CreditOffer("x", STEP * pair[1], STEP * pair[0]))


def refused(amount: str, offer: CreditOffer = OFFER) -> str:
    with pytest.raises(BadInput) as refusal:
        check_amount(offer, STEP, Decimal(amount))
    assert refusal.value.faults == {"amount": refusal.value.code}
    assert refusal.value.facts["step"] == STEP
    return refusal.value.code


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("1.25", "claim_above_maximum"),
        ("1.01", "claim_above_maximum"),
        ("NaN", "claim_above_maximum"),
        ("sNaN", "claim_above_maximum"),
        ("Infinity", "claim_above_maximum"),
        ("-Infinity", "claim_above_maximum"),
        ("9e999999999", "claim_above_maximum"),
        ("0", "claim_below_minimum"),
        ("-0.25", "claim_below_minimum"),
        ("0.24", "claim_below_minimum"),
        ("1e-999999", "claim_below_minimum"),
        ("0.30", "claim_not_in_steps"),
        ("0.2500000000000000000000000000000000001", "claim_not_in_steps"),
    ],
)
def test_amounts_that_cannot_be_claimed(amount: str, code: str) -> None:
    """AMA PRA: at most what was designated, in quarter hours, more than nothing (rules 1.3)."""
    assert refused(amount) == code


def test_nothing_can_never_be_claimed() -> None:
    assert refused("0", CreditOffer("x", Decimal(1), Decimal(0))) == "claim_below_minimum"
    assert refused("0.25", CreditOffer("x", Decimal(1), Decimal("0.5"))) == "claim_below_minimum"


def test_what_can_be_claimed_of_one_credit() -> None:
    """AMA PRA: from a quarter to the designated maximum (rules 1.3)."""
    assert [str(amount) for amount in claimable_amounts(OFFER, STEP)] == ["0.25", "0.50", "0.75", "1.00"]


@given(offers())
def test_every_amount_offered_is_accepted_and_no_other(offer: CreditOffer) -> None:
    offered = claimable_amounts(offer, STEP)
    assert offered[0] == offer.minimum
    assert offered[-1] == offer.maximum
    for amount in offered:
        check_amount(offer, STEP, amount)


@given(offers(), AMOUNTS)
def test_an_amount_is_accepted_exactly_when_it_is_offered(offer: CreditOffer, amount: Decimal) -> None:
    try:
        check_amount(offer, STEP, amount)
    except BadInput:
        assert amount not in claimable_amounts(offer, STEP)
    else:
        assert amount in claimable_amounts(offer, STEP)


@pytest.mark.parametrize(
    ("minimum", "maximum", "expected"),
    [("0", "0.5", ["0.25", "0.50"]), ("0.3", "0.9", ["0.50", "0.75"]), ("0.3", "0.4", [])],
)
def test_bounds_between_steps_offer_only_what_is_accepted(minimum: str, maximum: str, expected: list[str]) -> None:
    offer = CreditOffer("x", Decimal(maximum), Decimal(minimum))
    assert [printed_amount(amount) for amount in claimable_amounts(offer, STEP)] == expected


@pytest.mark.parametrize(
    ("amount", "printed"), [("1", "1.00"), ("0.5", "0.50"), ("10", "10.00"), ("1E+1", "10.00"), ("0.250", "0.25")]
)
def test_amounts_are_printed_with_two_decimals(amount: str, printed: str) -> None:
    assert printed_amount(Decimal(amount)) == printed


def test_only_doctors_of_medicine_are_physicians() -> None:
    """AMA PRA: awarded to MD, DO and those with an equivalent degree of another country (rules 1.5)."""
    assert {degree.value for degree in PHYSICIAN_DEGREES} == {"MD", "DO", "MBBS", "physician-other"}


def test_a_type_knows_its_phrase_and_its_professions() -> None:
    made = CreditType(
        code="x",
        body="X",
        edition="1",
        phrase_one="hour",
        phrase_many="hours",
        minutes_per_unit=60,
        step=STEP,
        awarded_to=frozenset({Degree.RN}),
        designation_text="",
        awarded_text="",
        participated_text="",
        effective_from=date(2026, 1, 1),
    )
    assert [made.phrase(Decimal(amount)) for amount in ("0.25", "1.00", "1.25")] == ["hours", "hour", "hours"]
    assert made.is_awarded_to(Degree.RN)
    assert not made.is_awarded_to(Degree.MD)
