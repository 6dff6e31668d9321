"""Attendance for a whole list of people: checked wholly, entered wholly, also for people who have not come yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.db.sealing import Sealer
from lti_tool.domain.errors import BadInput, NotFound, Refused
from lti_tool.domain.roll import ATTENDANCE_COLUMNS, AttendanceRoll, AttendanceRow, RollFault, all_faults
from lti_tool.services.address_mark import email_digest
from lti_tool.services.attendance import (
    ABSENT,
    Entry,
    SeriesActivity,
    minutes_of,
    participation_of,
    record,
    series_activity,
)
from lti_tool.services.audit import note
from lti_tool.services.award_list import empty_list
from lti_tool.services.list_person import naming_faults
from lti_tool.services.office import Officer


@dataclass(frozen=True, slots=True)
class CheckedAttendance:
    """What would be entered, or the faults that keep all of it out."""

    rows: tuple[AttendanceRow, ...]
    faults: tuple[RollFault, ...] = ()


@dataclass(frozen=True, slots=True)
class EnteredAttendance:
    """``waiting``: of those that changed, people who have not come to the tool yet."""

    changed: int
    waiting: int
    same: int


def check_attendance(
    session: Session, officer: Officer, activity_id: str, roll: AttendanceRoll, now: datetime
) -> CheckedAttendance:
    """Every fault of the list, or what would be entered.

    Raises ``NotFound("activity_unknown")``, ``Forbidden("capability_missing")``.
    """
    series = series_activity(session, officer, activity_id)
    found = (fault for row in roll.rows for fault in _faults(session, officer, series, row, now))
    faults = all_faults(roll, found)
    return CheckedAttendance((), faults) if faults else CheckedAttendance(roll.rows)


def _faults(
    session: Session, officer: Officer, series: SeriesActivity, row: AttendanceRow, now: datetime
) -> Iterator[RollFault]:
    yield from naming_faults(session, officer.provider_id, row)
    try:
        held = series.session(row.session)
    except NotFound:
        yield RollFault(row.line, "session", "activity_session_unknown", row.session[:60])
        return
    if not series.is_held(held, now):
        yield RollFault(row.line, "session", "session_not_held", row.session)
    try:
        minutes_of(row.minutes, held)
    except BadInput as error:
        yield RollFault(row.line, "minutes", error.code, row.minutes[:20])


def enter_attendance(
    session: Session, officer: Officer, activity_id: str, checked: CheckedAttendance, sealer: Sealer, now: datetime
) -> EnteredAttendance:
    """Enter a checked list in the transaction in which it was checked; what stands already stays as it is.

    Raises ``Refused("roll_has_faults")``.
    """
    if checked.faults or not checked.rows:
        raise Refused("roll_has_faults")
    series = series_activity(session, officer, activity_id)
    corrected: dict[str, list[str]] = {}
    changed = waiting = 0
    for row in checked.rows:
        minutes = minutes_of(row.minutes, series.session(row.session))
        entry = Entry(row.session, minutes or None, is_present=minutes != 0)
        whom = _whom(session, officer, activity_id, row, sealer, now)
        change = record(session, officer, activity_id, whom, entry, now)
        if change is not None:
            changed += 1
            waiting += change.is_waiting
            if change.before != ABSENT:
                corrected[f"line {row.line}"] = [change.before, change.after]
    session.flush()
    if changed:
        detail = {"changed": changed, "waiting": waiting, "corrected": corrected}
        about = f"activity:{activity_id}"
        note(session, officer, "attendance.list_entered", about, now, activity_id=activity_id, detail=detail)
    return EnteredAttendance(changed, waiting, len(checked.rows) - changed)


def _whom(
    session: Session, officer: Officer, activity_id: str, row: AttendanceRow, sealer: Sealer, now: datetime
) -> dict[str, str]:
    if row.learner:
        place = participation_of(session, officer.provider_id, activity_id, row.learner, now)
        return {"participation_id": place}
    return {"email_digest": email_digest(sealer, officer.provider_id, row.email)}


def attendance_template(
    session: Session, officer: Officer, activity_id: str, form: str, now: datetime
) -> Iterator[bytes]:
    """An empty list with its headings: ``form`` is ``csv`` or ``xlsx``. Raises as :func:`check_attendance`."""
    series = series_activity(session, officer, activity_id)
    return empty_list(ATTENDANCE_COLUMNS, series.title, form, now)
