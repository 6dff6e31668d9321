"""Sessions of a live activity or a regularly scheduled series, who attended them, and what attending them is worth.

Sources: AMA PRA credit system (60 minutes of participation per credit, simultaneous sessions count once, credit only
for the extent of participation); AAFP (at most 3.75 credits for one session of a series); UEMS-EACCME (at most eight
credits for one day). Summary:
``docs/reference/rules.md``, 4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from lti_tool.domain.amount import series_amount, session_amount
from lti_tool.domain.credit import CreditOffer, CreditType


@dataclass(frozen=True, slots=True)
class ActivitySession:
    """One session of an activity: a lecture of a meeting, a date of a series."""

    key: str
    title: str
    held_on: date
    """A day in the activity's time zone."""
    minutes: int
    """Of education, without breaks."""
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    """What it gives at most, by credit type; a type that is not named here gives what the minutes are worth."""
    parallel: str = ""
    """Sessions at the same time share a word: of those that somebody attended only one counts."""
    repeats: str = ""
    """Key of the session whose material it presents again: of the two only one counts."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """Somebody was present at a session, by what staff recorded."""

    session: str
    minutes: int | None
    """``None``: the whole of it."""
    at: datetime
    """When it was recorded."""


@dataclass(frozen=True, slots=True)
class AttendedSession:
    """What one attended session adds to one credit. ``amount`` is in the type's unit."""

    session: ActivitySession
    minutes: int
    amount: Decimal
    is_counted: bool = True
    """False where another session at the same time, or with the same material, counts in its place."""


@dataclass(frozen=True, slots=True)
class SeriesCredit:
    """What all attended sessions give of one credit, within the designated maximum."""

    sessions: tuple[AttendedSession, ...]
    total: Decimal


def total_of(sessions: Iterable[AttendedSession], maximum: Decimal, day_maximum: Decimal | None) -> Decimal:
    """What the sessions that count give together: each day within what the body gives for a day, if it says so, and
    all of them within the maximum."""
    return series_amount(_daily((one for one in sessions if one.is_counted), day_maximum), maximum)


def _daily(sessions: Iterable[AttendedSession], most: Decimal | None) -> list[Decimal]:
    """What each day gives."""
    days: dict[date, Decimal] = {}
    for one in sessions:
        days[one.session.held_on] = days.get(one.session.held_on, Decimal(0)) + one.amount
    return [amount if most is None else min(amount, most) for amount in days.values()]


def minutes_attended(session: ActivitySession, attendance: Attendance) -> int:
    """Never more than the session lasted."""
    return session.minutes if attendance.minutes is None else min(session.minutes, attendance.minutes)


def _attended(session: ActivitySession, minutes: int, credit: CreditType, offer: CreditOffer) -> AttendedSession:
    if not credit.is_partial_allowed and minutes < session.minutes:
        return AttendedSession(session, minutes, Decimal(0))
    caps = (session.amounts.get(credit.code), offer.session_maximum, credit.session_maximum)
    return AttendedSession(session, minutes, session_amount(Decimal(minutes), credit, caps))


def _rivals(session: ActivitySession) -> tuple[str, ...]:
    """What it shares with the sessions of which only one counts: its time, and its material."""
    at_once = (f"at:{session.parallel}:{session.held_on}",) if session.parallel else ()
    return (*at_once, f"of:{session.repeats or session.key}")


EXACT = 16
"""Of so many sessions that rival each other, directly or through others, the best choice is looked for exhaustively."""


def _counted(attended: Iterable[AttendedSession]) -> set[str]:
    """Keys of the sessions that count: of rivals those that are worth most together, of equals the earlier ones."""
    ordered = sorted(attended, key=lambda each: (-each.amount, each.session.held_on))
    return {one.session.key for group in _groups(ordered) for one in (_best if len(group) <= EXACT else _first)(group)}


def _groups(ordered: Sequence[AttendedSession]) -> list[list[AttendedSession]]:
    """Sessions that rival each other, directly or through others, stand together."""
    groups: list[tuple[set[str], list[AttendedSession]]] = []
    for one in ordered:
        rivals, group = set(_rivals(one.session)), [one]
        for other in [each for each in groups if not each[0].isdisjoint(rivals)]:
            groups.remove(other)
            rivals, group = rivals | other[0], [*other[1], *group]
        groups.append((rivals, group))
    return [group for _, group in groups]


def _without_rivals(one: AttendedSession, others: Iterable[AttendedSession]) -> list[AttendedSession]:
    taken = _rivals(one.session)
    return [other for other in others if not set(_rivals(other.session)).intersection(taken)]


def _best(group: Sequence[AttendedSession]) -> list[AttendedSession]:
    if not group:
        return []
    first, *others = group
    with_first = [first, *_best(_without_rivals(first, others))]
    without = _best(others) if len(_without_rivals(first, others)) < len(others) else []
    return max(with_first, without, key=lambda chosen: sum(one.amount for one in chosen))


def _first(group: Iterable[AttendedSession]) -> list[AttendedSession]:
    """The one that is worth most, then each that no chosen one stands in the way of."""
    chosen: list[AttendedSession] = []
    left = sorted(group, key=lambda each: (-each.amount, each.session.held_on))
    while left:
        chosen.append(left[0])
        left = _without_rivals(left[0], left[1:])
    return chosen


def series_credit(
    sessions: Sequence[ActivitySession], attendance: Mapping[str, Attendance], credit: CreditType, offer: CreditOffer
) -> SeriesCredit:
    """What so much attendance is worth: each session within its own caps, all of them within the offer's maximum.

    Attendance of sessions that the activity does not have is passed over. A type without partial credit gives nothing
    for a session that was attended in part.
    """
    attended = [
        _attended(session, minutes_attended(session, attendance[session.key]), credit, offer)
        for session in sessions
        if session.key in attendance
    ]
    counted = _counted(attended)
    lines = tuple(
        AttendedSession(one.session, one.minutes, one.amount, is_counted=one.session.key in counted) for one in attended
    )
    return SeriesCredit(lines, total_of(lines, offer.maximum, credit.day_maximum))


def whole_credit(sessions: Sequence[ActivitySession], credit: CreditType, offer: CreditOffer) -> Decimal:
    """The most that anybody could attend, whatever the offer's maximum says."""
    attended = [_attended(session, session.minutes, credit, offer) for session in sessions]
    counted = _counted(attended)
    return sum(_daily((one for one in attended if one.session.key in counted), credit.day_maximum), Decimal(0))


def attended_sessions(
    sessions: Sequence[ActivitySession], attendance: Mapping[str, Attendance]
) -> tuple[ActivitySession, ...]:
    """Those of which somebody attended any minute."""
    return tuple(
        session
        for session in sessions
        if session.key in attendance and minutes_attended(session, attendance[session.key]) > 0
    )
