"""Sessions of a series: what attending them is worth, and which of them count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.catalogue import credit_type
from lti_tool.domain.activity import Step
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.pathway import attendance_blockers, nothing_left, standing
from lti_tool.domain.series import (
    ActivitySession,
    Attendance,
    attended_sessions,
    series_credit,
    total_of,
    whole_credit,
)
from lti_tool.domain.wire import read_activity, read_value, write_activity, write_value
from tests.unit.lti_tool.domain.builders import AMA, FINGERPRINT, NOW, activity, record

DAY = date(2026, 2, 3)
TYPE = credit_type(AMA, DAY)
AAFP = credit_type("aafp", DAY)
APA = credit_type("apa", DAY)
OFFER = CreditOffer(AMA, Decimal(10), Decimal("0.25"))
AT = datetime(2026, 2, 3, 12, tzinfo=UTC)


def session(key: str, minutes: int = 60, **changes: object) -> ActivitySession:
    return replace(ActivitySession(key, key.title(), DAY, minutes), **changes)  # type: ignore[arg-type]


def at(*keys: str, **minutes: int) -> dict[str, Attendance]:
    whole = {key: Attendance(key, None, AT) for key in keys}
    return whole | {key: Attendance(key, given, AT) for key, given in minutes.items()}


ONE, TWO, THREE = session("one"), session("two", 90), session("three", 45)


def test_each_session_adds_what_was_attended_of_it() -> None:
    found = series_credit((ONE, TWO, THREE), at("one", two=40), TYPE, OFFER)
    assert [(one.session.key, one.minutes, one.amount) for one in found.sessions] == [
        ("one", 60, Decimal("1.00")),
        ("two", 40, Decimal("0.75")),
    ]
    assert found.total == Decimal("1.75")


def test_nobody_stays_longer_than_the_session_and_foreign_sessions_do_not_count() -> None:
    found = series_credit((ONE,), at("gone", one=500), TYPE, OFFER)
    assert (len(found.sessions), found.sessions[0].minutes, found.total) == (1, 60, Decimal(1))


def test_the_whole_is_capped_by_the_designated_maximum() -> None:
    small = replace(OFFER, maximum=Decimal("1.50"))
    assert series_credit((ONE, TWO), at("one", "two"), TYPE, small).total == Decimal("1.50")


def test_a_session_is_capped_by_its_own_amount_the_offer_and_the_body() -> None:
    long = session("long", 300)
    own = replace(long, amounts={AMA: Decimal("2.00")})
    assert series_credit((own,), at("long"), TYPE, OFFER).total == Decimal("2.00")
    capped = replace(OFFER, session_maximum=Decimal("1.25"))
    assert series_credit((own,), at("long"), TYPE, capped).total == Decimal("1.25")
    assert AAFP.session_maximum == Decimal("3.75")
    assert series_credit((long,), at("long"), AAFP, replace(OFFER, credit_type="aafp")).total == Decimal("3.75")


def test_a_day_is_capped_by_the_body() -> None:
    """UEMS-EACCME: at most eight credits for one day."""
    morning, evening = session("morning", 300), session("evening", 300)
    next_day = replace(session("next", 120), held_on=date(2026, 2, 4))
    sessions, offer = (morning, evening, next_day), CreditOffer("eaccme", Decimal(20), Decimal("0.5"))
    eaccme = credit_type("eaccme", DAY)
    assert series_credit(sessions, at("morning", "evening", "next"), eaccme, offer).total == Decimal(10)
    assert series_credit(sessions, at("morning", "next"), eaccme, offer).total == Decimal(7)
    assert whole_credit(sessions, eaccme, offer) == Decimal(10)
    assert (
        series_credit(sessions, at("morning", "evening", "next"), TYPE, replace(OFFER, maximum=Decimal(20))).total == 12
    )


def test_of_sessions_at_the_same_time_the_one_that_is_worth_most_counts() -> None:
    """AMA PRA: simultaneous sessions count once."""
    first, second = replace(ONE, parallel="noon"), replace(TWO, parallel="noon")
    found = series_credit((first, second), at("two", one=60), TYPE, OFFER)
    assert [one.is_counted for one in found.sessions] == [False, True]
    assert found.total == Decimal("1.50")
    other_day = replace(second, held_on=date(2026, 2, 10))
    assert series_credit((first, other_day), at("one", "two"), TYPE, OFFER).total == Decimal("2.50")


def test_the_same_material_counts_once() -> None:
    again = replace(ONE, key="again", held_on=date(2026, 2, 10), repeats="one")
    found = series_credit((ONE, again), at("one", "again"), TYPE, OFFER)
    assert [one.is_counted for one in found.sessions] == [True, False]
    assert found.total == Decimal(1)
    assert series_credit((ONE, again), at("again"), TYPE, OFFER).total == Decimal(1)


def test_rivals_of_rivals_never_cost_credit() -> None:
    """Two sessions that do not exclude each other may be worth more than the one that excludes both."""
    morning = session("morning", 60, parallel="noon")
    middle = session("middle", 75, parallel="noon", repeats="evening")
    evening = session("evening", 60)
    found = series_credit((morning, middle, evening), at("morning", "middle", "evening"), TYPE, OFFER)
    assert [one.is_counted for one in found.sessions] == [True, False, True]
    assert found.total == Decimal(2)


def test_many_sessions_at_the_same_time_are_still_one() -> None:
    many = tuple(session(f"s{place}", 30 + place, parallel="noon") for place in range(60))
    assert series_credit(many, at(*(one.key for one in many)), TYPE, OFFER).total == Decimal("1.50")


def test_a_body_without_partial_credit_gives_nothing_for_a_part() -> None:
    """APA: attendance of the whole session."""
    offer = replace(OFFER, credit_type="apa")
    assert series_credit((ONE,), at(one=59), APA, offer).total == 0
    assert series_credit((ONE,), at("one"), APA, offer).total == Decimal("1.00")


@given(st.lists(st.tuples(st.integers(1, 600), st.integers(0, 700), st.booleans()), max_size=12), st.integers(1, 40))
def test_no_attendance_is_worth_more_than_all_of_it_or_than_the_maximum(
    drawn: list[tuple[int, int, bool]], quarters: int
) -> None:
    maximum = Decimal(quarters) / 4
    sessions = [
        session(f"s{place}", minutes, parallel="p" if is_parallel else "")
        for place, (minutes, _, is_parallel) in enumerate(drawn)
    ]
    attendance = at(**{f"s{place}": attended for place, (_, attended, _) in enumerate(drawn)})
    offer = replace(OFFER, maximum=maximum)
    found = series_credit(sessions, attendance, TYPE, offer)
    assert 0 <= found.total <= min(maximum, whole_credit(sessions, TYPE, offer))
    assert found.total % TYPE.step == 0
    assert found.total == total_of(found.sessions, maximum, TYPE.day_maximum)
    fewer = dict(list(attendance.items())[1:])
    assert series_credit(sessions, fewer, TYPE, offer).total <= found.total


def test_nothing_is_claimed_without_attendance() -> None:
    made = activity(sessions=(ONE, TWO))
    for attendance, codes in (({}, ["not_attended"]), (at(one=0), ["not_attended"]), (at("two"), []), (None, [])):
        facts = record(attendance=attendance)
        assert [blocker.code for blocker in attendance_blockers(made, facts)] == codes
        blockers = standing(made, facts, FINGERPRINT, NOW).of(Step.CLAIM).blockers
        assert [blocker.code for blocker in blockers] == codes
    assert attendance_blockers(activity(), record(attendance={})) == []
    assert attended_sessions((ONE, TWO), at("two", one=0)) == (TWO,)


def test_what_is_said_when_too_little_was_attended() -> None:
    assert nothing_left(is_too_little=True).code == "attended_too_little"
    assert nothing_left("Other", is_too_little=True).code == "credited_elsewhere"


def test_sessions_survive_the_wire() -> None:
    made = activity(sessions=(replace(ONE, amounts={AMA: Decimal("0.50")}, parallel="noon"),), lists_sessions=True)
    assert read_activity(write_activity(made)) == made
    found = series_credit(made.sessions, at("one"), TYPE, OFFER).sessions[0]
    assert read_value(type(found), write_value(found)) == found


@pytest.mark.parametrize("missing", ["sessions", "lists_sessions"])
def test_an_activity_from_before_there_were_sessions_is_read(missing: str) -> None:
    old = write_activity(activity())
    del old["body"][missing]
    assert read_activity(old) == activity()
