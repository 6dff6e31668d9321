"""Who was at which session: what staff see of it, and what they mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.db.upsert import insert_once
from lti_tool.domain.activity import Activity, LearningFormat
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, NotFound, Refused
from lti_tool.domain.series import ActivitySession
from lti_tool.services.audit import Actor, note
from lti_tool.services.office import Officer
from lti_tool.services.outline import outlined_activities
from lti_tool.services.own_activity import own_activity
from lti_tool.services.participation import begin_for, newest_version
from lti_tool.services.session import Visit
from lti_tool.services.taker_list import takers

PAGE = 100
"""So many people are shown at once; a search finds the others."""
ABSENT = "absent"
ATTENDED = frozenset({LearningFormat.LIVE, LearningFormat.OTHER})


@dataclass(frozen=True, slots=True)
class SeriesActivity:
    """An activity with sessions, in its newest version."""

    id: str
    title: str
    activity: Activity

    def session(self, key: str) -> ActivitySession:
        """Raises ``NotFound("activity_session_unknown")``."""
        for one in self.activity.sessions:
            if one.key == key:
                return one
        raise NotFound("activity_session_unknown")

    def is_held(self, session: ActivitySession, now: datetime) -> bool:
        """Its day has come, where it takes place."""
        return self.activity.day_of(now) >= session.held_on


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session with how many were there, and how many of a list have not come to the tool yet."""

    session: ActivitySession
    present: int
    awaited: int
    is_held: bool


@dataclass(frozen=True, slots=True)
class Attendee:
    """One person and one session. ``name`` is the LMS's or the printed one, ``""`` if there is none."""

    learner_id: str
    name: str
    is_present: bool
    minutes: int | None
    """``None``: all of it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the page says of one person. ``minutes`` as typed, empty for the whole session."""

    learner_id: str
    is_present: bool
    minutes: str = ""


def series_activities(session: Session, officer: Officer) -> tuple[SeriesActivity, ...]:
    """Activities with sessions whose attendance this person may mark, by title."""
    likely = (one for one in outlined_activities(session, officer.provider_id) if one.outline.format in ATTENDED)
    allowed = [one for one in likely if officer.may(Capability.MARK_ATTENDANCE, one.activity_id)]
    found = (SeriesActivity(one.activity_id, one.title, _newest(session, one.activity_id)) for one in allowed)
    return tuple(one for one in found if one.activity.sessions)


def _newest(session: Session, activity_id: str) -> Activity:
    return activity_value(session, activity_id, newest_version(session, activity_id))


def series_activity(session: Session, officer: Officer, activity_id: str) -> SeriesActivity:
    """Raises ``NotFound("activity_unknown")``, also for one without sessions, and ``Forbidden``."""
    row = own_activity(session, officer.provider_id, activity_id)
    officer.require(Capability.MARK_ATTENDANCE, activity_id)
    found = SeriesActivity(row.id, row.title, activity_value(session, activity_id, row.version))
    if not found.activity.sessions:
        raise NotFound("activity_unknown")
    return found


def session_rows(session: Session, series: SeriesActivity, now: datetime) -> tuple[SessionRow, ...]:
    """All sessions in the order of their days."""
    table = models.Attendance
    counts = (
        select(table.session, func.count(table.participation_id), func.count())
        .where(table.activity_id == series.id, table.is_present)
        .group_by(table.session)
    )
    found = {key: (known, total - known) for key, known, total in session.execute(counts)}
    ordered = sorted(series.activity.sessions, key=lambda one: one.held_on)
    return tuple(SessionRow(one, *found.get(one.key, (0, 0)), series.is_held(one, now)) for one in ordered)


def attendees(session: Session, series: SeriesActivity, key: str, search: str) -> tuple[Attendee, ...]:
    """Who took the activity up, by name, with what is recorded of this session; the first page of whom ``search``
    finds."""
    part, table = models.Participation, models.Attendance
    own = (table.participation_id == part.id) & (table.session == key)
    query = takers(series.id, search, PAGE, table.is_present, table.minutes).outerjoin(table, own)
    return tuple(
        Attendee(person, named, bool(there), minutes) for person, named, there, minutes in session.execute(query)
    )


def minutes_of(typed: str, session: ActivitySession) -> int | None:
    """``None`` for the whole. Raises ``BadInput("minutes_wrong")`` for what is not from 0 to its length."""
    text = typed.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= session.minutes):
        raise BadInput("minutes_wrong")
    return int(text)


def require_held(series: SeriesActivity, session: ActivitySession, now: datetime) -> None:
    """Raises ``Refused("session_not_held")`` before its day."""
    if not series.is_held(session, now):
        raise Refused("session_not_held")


def mark_attendance(
    session: Session, officer: Officer, activity_id: str, key: str, marks: Sequence[Mark], now: datetime
) -> int:
    """Record what the page says of the people on it, wholly or not at all; gives how many entries changed.

    Credit that was claimed already stays as it is. Raises ``NotFound`` (``activity_unknown``,
    ``activity_session_unknown``, ``learner_unknown``), ``Forbidden``, ``Refused("session_not_held")``, and
    ``BadInput("attendance_unusable")`` with
    the fault ``minutes.<learner>``: ``minutes_wrong``.
    """
    series = series_activity(session, officer, activity_id)
    one = series.session(key)
    require_held(series, one, now)
    minutes, faults = _minutes(marks, one)
    if faults:
        raise BadInput("attendance_unusable", faults=faults)
    changes = {}
    for mark in marks:
        place = participation_of(session, officer.provider_id, activity_id, mark.learner_id, now)
        entry = Entry(one.key, minutes[mark.learner_id], mark.is_present)
        change = record(session, officer, activity_id, {"participation_id": place}, entry, now)
        if change is not None:
            changes[place] = [change.before, change.after]
    _note(session, officer, activity_id, one.key, changes, now)
    return len(changes)


def _minutes(marks: Sequence[Mark], one: ActivitySession) -> tuple[Mapping[str, int | None], dict[str, str]]:
    minutes: dict[str, int | None] = {}
    faults: dict[str, str] = {}
    for mark in marks:
        try:
            minutes[mark.learner_id] = minutes_of(mark.minutes, one) if mark.is_present else None
        except BadInput as error:
            faults[f"minutes.{mark.learner_id}"] = error.code
    return minutes, faults


def participation_of(session: Session, provider_id: str, activity_id: str, learner_id: str, now: datetime) -> str:
    """Key of the person's participation, begun now for somebody who never opened the activity.

    Raises ``NotFound("learner_unknown")`` for somebody of another provider.
    """
    person = session.get(models.Learner, learner_id)
    if person is None or person.provider_id != provider_id:
        raise NotFound("learner_unknown")
    return begin_for(session, person, activity_id, now).id


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to stand for one person. ``minutes``: ``None`` for the whole session."""

    session: str
    minutes: int | None
    is_present: bool

    @property
    def said(self) -> str:
        """In the words of the audit trail."""
        return ABSENT if not self.is_present else "whole" if self.minutes is None else f"{self.minutes} min"


@dataclass(frozen=True, slots=True)
class Change:
    """What stood before and stands now, in the audit trail's words. ``is_waiting``: the person has not come yet."""

    before: str
    after: str
    is_waiting: bool


def record(
    session: Session, actor: Actor, activity_id: str, whom: Mapping[str, str], entry: Entry, now: datetime
) -> Change | None:
    """Write one entry; ``None`` where nothing changes. ``whom`` is ``participation_id`` or ``email_digest``.

    Absence of somebody who never was recorded is not written.
    """
    table = models.Attendance
    place = {**whom, "session": entry.session} | ({"activity_id": activity_id} if "email_digest" in whom else {})
    known = session.scalars(select(table).filter_by(**place).with_for_update()).first()
    if known is None:
        return _first(session, actor, activity_id, place, entry, now)
    before = Entry(known.session, known.minutes, known.is_present)
    if before == entry or not (before.is_present or entry.is_present):
        return None
    known.minutes, known.is_present = entry.minutes, entry.is_present
    known.actor, known.recorded_at = actor.person_id, now
    session.flush()
    return Change(before.said, entry.said, known.participation_id is None)


def _first(
    session: Session, actor: Actor, activity_id: str, place: Mapping[str, str], entry: Entry, now: datetime
) -> Change | None:
    if not entry.is_present:
        return None
    written = {
        "provider_id": actor.provider_id,
        "activity_id": activity_id,
        "minutes": entry.minutes,
        "is_present": True,
        "actor": actor.person_id,
        "recorded_at": now,
    }
    rest = {name: value for name, value in written.items() if name not in place}
    row = insert_once(session, models.Attendance, place, rest)
    return Change(ABSENT, entry.said, row.participation_id is None)


def _note(
    session: Session, officer: Officer, activity_id: str, key: str, changes: Mapping[str, list[str]], now: datetime
) -> None:
    if changes:
        subject = f"activity:{activity_id}"
        detail = {"session": key, "participations": dict(changes)}
        note(session, officer, "attendance.marked", subject, now, activity_id=activity_id, detail=detail)


def match_attendance(session: Session, visit: Visit, mark: str, now: datetime) -> None:
    """At a launch: what a list said of this address belongs to the person who came. The LMS vouches for the address;
    ``mark`` is its digest, ``""`` where it shares none.

    What staff have marked themselves for the person stays.
    """
    if not mark or visit.is_staff or visit.is_test_user:
        return
    table = models.Attendance
    query = select(table).where(table.email_digest == mark, table.provider_id == visit.provider_id)
    for row in session.scalars(query.where(table.participation_id.is_(None)).with_for_update()).all():
        place = participation_of(session, visit.provider_id, row.activity_id, visit.learner_id, now)
        marked = select(table.id).where(table.participation_id == place, table.session == row.session)
        if session.scalars(marked).first() is None:
            row.participation_id = place
        else:
            session.delete(row)
    session.flush()
