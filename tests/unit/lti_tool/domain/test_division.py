"""Which sessions a claim is divided among: only those that give all of it, and nothing more."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.domain.division import added_sessions, session_shares
from lti_tool.domain.series import ActivitySession, AttendedSession

NOTHING = Decimal(0)
QUARTERS = st.integers(0, 12).map(lambda count: Decimal(count) / 4)


@st.composite
def attended(draw: st.DrawFn, number: int) -> AttendedSession:
    day = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 300)))
    session = ActivitySession(f"s{number}", f"Session {number}", day, 60)
    return AttendedSession(session, 60, draw(QUARTERS), draw(st.booleans()))


SESSIONS = st.integers(0, 6).flatmap(lambda count: st.tuples(*map(attended, range(count))))


def counted(sessions: tuple[AttendedSession, ...]) -> dict[str, Decimal]:
    return {one.session.key: one.amount for one in sessions if one.is_counted and one.amount}


@settings(max_examples=60)
@given(SESSIONS, QUARTERS, QUARTERS)
def test_shares_are_exactly_the_amount_or_there_are_none(
    sessions: tuple[AttendedSession, ...], amount: Decimal, minimum: Decimal
) -> None:
    shares, worth = session_shares(sessions, amount, minimum), counted(sessions)
    is_whole = sum(worth.values(), NOTHING) == amount and all(one >= minimum for one in worth.values())
    assert {one.session.key: one.amount for one in shares} == (worth if is_whole else {})
    days = [one.session.held_on for one in shares]
    assert days == sorted(days)


@settings(max_examples=30)
@given(SESSIONS)
def test_what_is_added_to_nothing_is_everything_that_counts(sessions: tuple[AttendedSession, ...]) -> None:
    added = added_sessions((), sessions)
    assert added is not None and counted(added) == counted(sessions)
    assert added_sessions(sessions, sessions) == ()


@settings(max_examples=60)
@given(SESSIONS, SESSIONS)
def test_nothing_is_added_beside_a_session_that_has_changed(
    before: tuple[AttendedSession, ...], after: tuple[AttendedSession, ...]
) -> None:
    held, now = counted(before), counted(after)
    added = added_sessions(before, after)
    if any(now.get(key) != amount for key, amount in held.items()):
        assert added is None
    else:
        assert added is not None and held | counted(added) == now and held.keys().isdisjoint(counted(added))
