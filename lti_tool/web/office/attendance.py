"""Attendance in the office: sessions of activities, who was there, and lists of who was there."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.domain.roll import ATTENDANCE, ATTENDANCE_COLUMNS
from lti_tool.services.attendance import (
    Mark,
    attendees,
    mark_attendance,
    series_activities,
    series_activity,
    session_rows,
)
from lti_tool.services.attendance_list import (
    CheckedAttendance,
    EnteredAttendance,
    attendance_template,
    check_attendance,
    enter_attendance,
)
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.credit import MAX_SEARCH
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.lists import ROLL_FAULTS, fault_lines, list_file, sent_list

MINUTES_WRONG = lazy_gettext("Enter whole minutes, at most the length of the session, or nothing for all of it.")
FAULTS = ROLL_FAULTS | {
    "activity_session_unknown": lazy_gettext("The activity has no session with this key."),
    "session_not_held": lazy_gettext("The day of this session has not come yet."),
    "minutes_wrong": MINUTES_WRONG,
}


@office_route(blueprint, "/attendance", Capability.MARK_ATTENDANCE)
def attendance(work: OfficeWork) -> ResponseReturnValue:
    return office_page("office/attendance.html", work, activities=series_activities(work.db, work.officer))


@office_route(blueprint, "/attendance/<activity_id>", Capability.MARK_ATTENDANCE)
def attendance_activity(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    return _activity_page(work, activity_id)


def _activity_page(
    work: OfficeWork,
    activity_id: str,
    checked: CheckedAttendance | None = None,
    text: str = "",
    entered: EnteredAttendance | None = None,
    status: int = 200,
) -> Response:
    series = series_activity(work.db, work.officer, activity_id)
    faults = fault_lines(checked.faults if checked else (), lambda fault: str(FAULTS[fault.code]))
    return office_page(
        "office/attendance_activity.html",
        work,
        status=status,
        series=series,
        sessions=session_rows(work.db, series, work.now),
        columns=ATTENDANCE_COLUMNS,
        checked=checked,
        faults=faults,
        text=text,
        entered=entered,
    )


@office_route(blueprint, "/attendance/<activity_id>/session/<key>", Capability.MARK_ATTENDANCE)
def attendance_session(work: OfficeWork, activity_id: str, key: str) -> ResponseReturnValue:
    return _session_page(work, activity_id, key)


def _session_page(
    work: OfficeWork, activity_id: str, key: str, error: BadInput | None = None, status: int = 200
) -> Response:
    series = series_activity(work.db, work.officer, activity_id)
    search = request.values.get("search", "").strip()[:MAX_SEARCH]
    words = dict.fromkeys(error.faults, str(MINUTES_WRONG)) if error else {}
    one = series.session(key)
    return office_page(
        "office/attendance_session.html",
        work,
        status=status,
        series=series,
        session=one,
        is_held=series.is_held(one, work.now),
        people=attendees(work.db, series, key, search),
        search=search,
        form=request.form if error else None,
        faults=words,
        summary=[{"field": field, "message": message} for field, message in words.items()],
    )


def _marks() -> list[Mark]:
    """Of the people on the page only those whom it says something else of than before: nobody else's entry made
    meanwhile is undone by a page that was opened earlier."""
    sent = request.form
    found = []
    for learner_id in dict.fromkeys(sent.getlist("learner")):
        is_present = sent.get(f"present.{learner_id}") == "yes"
        minutes = sent.get(f"minutes.{learner_id}", "").strip() if is_present else ""
        if sent.get(f"was.{learner_id}", "") != said(minutes, is_present=is_present):
            found.append(Mark(learner_id, is_present, minutes))
    return found


def said(minutes: str | int | None, *, is_present: bool) -> str:
    """What the page says of somebody, in one word: to tell whether it was changed."""
    if not is_present:
        return "absent"
    return "whole" if minutes in ("", None) else str(minutes)


@office_route(blueprint, "/attendance/<activity_id>/session/<key>", Capability.MARK_ATTENDANCE, ("POST",))
def mark_session(work: OfficeWork, activity_id: str, key: str) -> ResponseReturnValue:
    try:
        mark_attendance(work.db, work.officer, activity_id, key, _marks(), work.now)
    except BadInput as error:
        return _session_page(work, activity_id, key, error, 422)
    search = request.form.get("search", "").strip()[:MAX_SEARCH]
    address = url_for("office.attendance_session", activity_id=activity_id, key=key, search=search or None)
    return redirect(address, 303)


@office_route(blueprint, "/attendance/<activity_id>/list.<any(csv, xlsx):form>", Capability.MARK_ATTENDANCE)
def attendance_list_template(work: OfficeWork, activity_id: str, form: str) -> ResponseReturnValue:
    """An empty list to fill in."""
    pieces = attendance_template(work.db, work.officer, activity_id, form, work.now)
    return list_file(pieces, "attendance", form)


@office_route(blueprint, "/attendance/<activity_id>/list", Capability.MARK_ATTENDANCE, ("POST",))
def enter_attendance_list(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    """First the list is checked and shown; sent again with ``confirm`` it is checked again and entered."""
    roll, text = sent_list(ATTENDANCE)
    checked = check_attendance(work.db, work.officer, activity_id, roll, work.now)
    if checked.faults or request.form.get("confirm") != "yes":
        return _activity_page(work, activity_id, checked, text, status=422 if checked.faults else 200)
    entered = enter_attendance(work.db, work.officer, activity_id, checked, work.deps.sealer, work.now)
    return _activity_page(work, activity_id, entered=entered)
