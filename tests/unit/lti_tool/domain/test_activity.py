"""Days and moments of an activity in its own time zone; which steps it has."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lti_tool.domain.activity import LearningFormat, Requirement, Step
from lti_tool.domain.credit import CreditOffer
from tests.unit.lti_tool.domain.builders import AMA, activity

ZONES = ("UTC", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati", "America/Havana", "Asia/Beirut")


@pytest.mark.parametrize(
    ("zone", "opens", "closes"),
    [
        ("UTC", datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 1, 1, 8, tzinfo=UTC), datetime(2027, 1, 1, 8, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2025, 12, 31, 10, tzinfo=UTC), datetime(2026, 12, 31, 10, tzinfo=UTC)),
    ],
)
def test_the_window_in_utc(zone: str, opens: datetime, closes: datetime) -> None:
    made = activity(time_zone=zone)
    assert (made.opens_at, made.closes_at) == (opens, closes)


def test_a_window_that_ends_on_the_day_the_clocks_change() -> None:
    """8 March 2026 has 23 hours in Los Angeles, 1 November has 25."""
    short = activity(time_zone="America/Los_Angeles", released_on=date(2026, 3, 8), expires_on=date(2026, 3, 8))
    long = activity(time_zone="America/Los_Angeles", released_on=date(2026, 11, 1), expires_on=date(2026, 11, 1))
    assert short.closes_at - short.opens_at == timedelta(hours=23)
    assert long.closes_at - long.opens_at == timedelta(hours=25)


@given(
    st.sampled_from(ZONES),
    st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    st.integers(0, 1100),
    st.datetimes(datetime(2019, 1, 1), datetime(2039, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - made aware by timezones
)
@example("Asia/Beirut", date(2026, 3, 29), 0, datetime(2026, 3, 28, 22, tzinfo=UTC))
@example("America/Havana", date(2026, 11, 1), 0, datetime(2026, 11, 1, 4, 30, tzinfo=UTC))
def test_the_window_and_the_printed_day_never_disagree(zone: str, release: date, days: int, moment: datetime) -> None:
    made = activity(time_zone=zone, released_on=release, expires_on=release + timedelta(days=days))
    is_within = made.opens_at <= moment < made.closes_at
    assert is_within is (made.released_on <= made.day_of(moment) <= made.expires_on)


def test_steps_stand_in_order_and_without_the_absent() -> None:
    assert activity().steps == tuple(Step)
    some = {Step.EVALUATION: Requirement.OPTIONAL, Step.INFORMATION: Requirement.REQUIRED}
    assert activity(requirements=some).steps == (Step.INFORMATION, Step.EVALUATION, Step.CLAIM, Step.CERTIFICATE)
    assert activity(requirements={}, credits=()).steps == ()


def test_a_claim_is_required_exactly_where_there_is_credit() -> None:
    offer = CreditOffer(AMA, Decimal(1), Decimal("0.25"))
    ignored = {Step.CLAIM: Requirement.OPTIONAL, Step.CERTIFICATE: Requirement.OPTIONAL}
    assert activity(requirements=ignored, credits=(offer,)).requirement(Step.CLAIM) is Requirement.REQUIRED
    assert activity(requirements=ignored, credits=()).requirement(Step.CERTIFICATE) is Requirement.ABSENT


def test_formats_are_named_as_the_ama_names_them() -> None:
    """AMA PRA, learning formats as the designation statement prints them (rules 1.3)."""
    assert [found.value for found in LearningFormat] == [
        "live activity",
        "enduring material",
        "journal-based CME activity",
        "test-item writing activity",
        "manuscript review activity",
        "PI CME activity",
        "internet point-of-care activity",
        "other activity",
    ]
