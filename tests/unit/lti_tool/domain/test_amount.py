"""Working out credit, against worked examples of accreditors and papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.catalogue import credit_type
from lti_tool.domain.amount import (
    Method,
    Segment,
    from_minutes,
    round_to_step,
    series_amount,
    session_amount,
    work_format,
    work_media,
    work_mergener,
    work_pilot,
    work_segments,
    work_teaching,
)
from lti_tool.domain.credit import TEACHING, Basis, FormatRule, Rounding
from lti_tool.domain.errors import BadInput

DAY = date(2026, 3, 2)
AMA = credit_type("ama-pra-category-1", DAY)
ANCC = credit_type("ancc", DAY)
CDR = credit_type("cdr", DAY)
APA = credit_type("apa", DAY)
EACCME = credit_type("eaccme", DAY)


def faults(error: pytest.ExceptionInfo[BadInput]) -> dict[str, str]:
    assert error.value.code == "working_unusable"
    return dict(error.value.faults)


def test_eighty_five_minutes_are_one_and_a_half_credits() -> None:
    """AMA PRA: the nearest quarter hour; the printed example of .5 is a misprint."""
    assert from_minutes(Decimal(85), AMA) == Decimal("1.50")


@given(st.decimals(0, 5000, places=2), st.sampled_from([AMA, ANCC, CDR, EACCME]))
def test_an_amount_is_on_the_steps_and_never_far_from_the_time(minutes: Decimal, credit: object) -> None:
    assert credit in (AMA, ANCC, CDR, EACCME)
    kind = AMA if credit is AMA else ANCC if credit is ANCC else CDR if credit is CDR else EACCME
    amount, exact = from_minutes(minutes, kind), minutes / kind.minutes_per_unit
    assert amount % kind.step == 0
    if kind.rounding is Rounding.DOWN:
        assert exact - kind.step < amount <= exact
    else:
        assert abs(amount - exact) <= kind.step / 2


def test_exactly_between_two_steps_is_rounded_up() -> None:
    assert round_to_step(Decimal("0.125"), AMA) == Decimal("0.25")


def test_without_rounding_hundredths_stay() -> None:
    assert round_to_step(Decimal("1.239"), replace(AMA, rounding=Rounding.NONE)) == Decimal("1.23")


def test_programme_time_without_breaks_and_parallel_sessions() -> None:
    """AMA PRA: non-education is excluded; simultaneous sessions count once. 45 + 60 + 30 minutes are 2.25 credits."""
    found = work_segments(
        [
            Segment("Opening lecture", Decimal(45)),
            Segment("Coffee", Decimal(15), is_counted=False),
            Segment("Workshop A", Decimal(60), parallel="noon"),
            Segment("Workshop B", Decimal(50), parallel="noon"),
            Segment("Cases", Decimal(30)),
        ],
        AMA,
    )
    assert (found.minutes, found.amount, found.method) == (Decimal(135), Decimal("2.25"), Method.SEGMENTS)
    assert [line.value for line in found.lines[:5]] == [45, 0, 60, 50, 30]


def test_mergener_by_the_example_of_a_nursing_accreditor() -> None:
    """AORN, contact hour calculation: 3,774 words, 16 questions, difficulty 2.5 are 61.93589 minutes, or 1 hour."""
    found = work_mergener(3774, 16, Decimal("2.5"), replace(ANCC, step=Decimal("0.25")))
    assert found.minutes is not None
    assert found.minutes.quantize(Decimal("0.00001")) == Decimal("61.93589")
    assert found.amount == Decimal("1.00")
    assert next(line.value for line in found.lines if line.key == "subtotal") == Decimal("68.81766")


def test_very_short_reading_is_never_less_than_nothing() -> None:
    assert work_mergener(1, 0, Decimal(1), AMA).amount == 0


def test_recordings_and_the_time_for_the_assessment() -> None:
    """Two recordings of 24:30 and 20:30 and ten questions of a minute: 55 minutes."""
    found = work_media([Decimal(1470), Decimal(1230)], 10, Decimal(1), AMA)
    assert (found.minutes, found.amount) == (Decimal(55), Decimal("1.00"))


def test_the_mean_of_pilot_testers() -> None:
    """AORN and others: the mean of pilot testers' times; 50, 58 and 72 minutes are 60."""
    assert work_pilot([Decimal(50), Decimal(58), Decimal(72)], AMA).amount == Decimal("1.00")


@pytest.mark.parametrize(
    ("name", "count", "amount"),
    [
        ("manuscript review activity", "2", "6.00"),
        ("test-item writing activity", "1", "10.00"),
        ("PI CME activity", "1", "5.00"),
        ("PI CME activity", "2", "10.00"),
        ("PI CME activity", "3", "20.00"),
        ("internet point-of-care activity", "3", "1.50"),
        (TEACHING, "1.5", "3.000"),
    ],
)
def test_fixed_amounts_of_formats(name: str, count: str, amount: str) -> None:
    """AMA PRA: 3 per manuscript review, 10 for test items, 5 per PI stage and 5 for all, 0.5 per cycle, 2 per hour."""
    assert work_format(AMA.rule_for(name), Decimal(count)).amount == Decimal(amount)


def test_what_cannot_be_worked_out() -> None:
    with pytest.raises(BadInput) as caught:
        work_segments([], AMA)
    assert faults(caught) == {"segments": "missing"}
    for minutes in ("0", "-1", "NaN", "Infinity", "100001"):
        with pytest.raises(BadInput) as caught:
            work_segments([Segment("x", Decimal(minutes))], AMA)
        assert faults(caught) == {"segments": "out_of_range"}
    with pytest.raises(BadInput) as caught:
        work_mergener(100, 1, Decimal("5.5"), AMA)
    assert faults(caught) == {"difficulty": "out_of_range"}
    with pytest.raises(BadInput) as caught:
        work_mergener(0, 1, Decimal(1), AMA)
    assert faults(caught) == {"words": "out_of_range"}
    with pytest.raises(BadInput) as caught:
        work_mergener(1, -1, Decimal(1), AMA)
    assert faults(caught) == {"questions": "out_of_range"}
    with pytest.raises(BadInput) as caught:
        work_media([], 0, Decimal(1), AMA)
    assert faults(caught) == {"seconds": "missing"}
    with pytest.raises(BadInput) as caught:
        work_media([Decimal(1)], 0, Decimal(61), AMA)
    assert faults(caught) == {"questions": "out_of_range"}
    with pytest.raises(BadInput) as caught:
        work_pilot([Decimal(1), Decimal(2)], AMA)
    assert faults(caught) == {"minutes": "too_few"}


def test_what_a_format_cannot_be_counted_by() -> None:
    for rule, count, fault in (
        (FormatRule(), "1", "counted_by_time"),
        (AMA.rule_for("PI CME activity"), "4", "out_of_range"),
        (FormatRule(Basis.EACH, Decimal(3)), "1.5", "not_whole"),
    ):
        with pytest.raises(BadInput) as caught:
            work_format(rule, Decimal(count))
        assert faults(caught) == {"count": fault}


def test_a_series_is_capped_by_session_and_as_a_whole() -> None:
    """AAFP: at most 3.75 credits for one session of a series."""
    cap = Decimal("3.75")
    amounts = [session_amount(Decimal(minutes), AMA, (cap, None)) for minutes in (300, 60, 0)]
    assert amounts == [Decimal("3.75"), Decimal(1), Decimal(0)]
    assert series_amount(amounts, Decimal(10)) == Decimal("4.75")
    assert series_amount(amounts, Decimal(4)) == Decimal(4)
    assert session_amount(Decimal(300), AMA, ()) == Decimal(5)


@pytest.mark.parametrize(
    ("minutes", "amount"), [("60", "2.00"), ("30", "1.00"), ("50", "1.75"), ("7", "0.25"), ("3", "0.00")]
)
def test_teaching_is_two_credits_an_hour_on_the_steps(minutes: str, amount: str) -> None:
    """AMA PRA: 2 credits for each hour of original presentation."""
    working = work_teaching(AMA.rule_for(TEACHING), Decimal(minutes), AMA)
    assert working.amount == Decimal(amount)
    assert (working.lines[0].value, working.lines[1].value) == (Decimal(minutes), Decimal(2))


def test_teaching_needs_a_rule_and_minutes() -> None:
    for rule, minutes, fault in (
        (AMA.rule_for("live activity"), "60", "not_for_teaching"),
        (AMA.rule_for(TEACHING), "0", "out_of_range"),
        (AMA.rule_for(TEACHING), "NaN", "out_of_range"),
    ):
        with pytest.raises(BadInput) as caught:
            work_teaching(rule, Decimal(minutes), AMA)
        assert faults(caught) == {"minutes": fault}


def test_less_than_the_least_amount_is_nothing() -> None:
    """APA: at least one hour."""
    assert (from_minutes(Decimal(59), APA), from_minutes(Decimal(60), APA)) == (Decimal(0), Decimal("1.00"))
