"""Form and words of an activity's sessions."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from lti_tool.domain.document import Document, records
from lti_tool.services.plan.faces import SESSIONS_END_FACES
from lti_tool.web.office.planning.controls import Choice, Control, Numbers, Option, Rows, Text, Tick


def offered_options(document: Document) -> list[Option]:
    """The credit types of the plan."""
    codes = [str(offer.get("type")) for offer in records(document.get("credits")) if offer.get("type")]
    names = {option["value"]: option["label"] for option in document.get("_credit_types") or ()}
    return [{"value": code, "label": names.get(code, code)} for code in dict.fromkeys(codes)]


def session_options(document: Document) -> list[Option]:
    """The sessions of the plan, for one that presents the material of another again."""
    sessions = [one for one in records(document.get("sessions")) if one.get("key")]
    return [{"value": one["key"], "label": str(one.get("title") or one["key"])} for one in sessions]


_SESSION: tuple[Control, ...] = (
    Text("title", lazy_gettext("Title"), limit=200),
    Text("date", lazy_gettext("Day"), kind="date"),
    Text("minutes", lazy_gettext("Minutes of education"), lazy_gettext("Without breaks."), kind="number"),
    Numbers(
        "credits",
        lazy_gettext("Most credits for this session"),
        offered_options,
        lazy_gettext("Leave it empty for what the minutes are worth."),
    ),
    Text(
        "parallel",
        lazy_gettext("At the same time as"),
        lazy_gettext("A word of yours. Of the sessions of one day with the same word one counts."),
        limit=60,
        is_needed=False,
    ),
    Choice(
        "repeats",
        lazy_gettext("Presents again the material of"),
        session_options,
        lazy_gettext("Of the two one counts."),
        prompt=lazy_gettext("No other session"),
        is_needed=False,
    ),
)
SESSIONS: tuple[Control, ...] = (
    Rows(
        "sessions",
        lazy_gettext("Sessions"),
        _SESSION,
        "s",
        lazy_gettext("Session"),
        lazy_gettext(
            "For a live activity or series: staff record who was at which, and credit is claimed for those. "
            "None: the activity is claimed as a whole."
        ),
        title="title",
    ),
    Tick(
        "sessions_on_certificate",
        lazy_gettext("Certificates name the sessions that were attended"),
    ),
)
SESSION_WORDS: dict[str, tuple[Any, Any]] = {
    "session_day_missing": (
        lazy_gettext("The day of a session is missing"),
        lazy_gettext("Enter it: attendance is recorded from that day on."),
    ),
    "sessions_missing": (
        lazy_gettext("A credit has a limit for one session, but there are no sessions"),
        lazy_gettext("Add the sessions, or take the limit out."),
    ),
    SESSIONS_END_FACES: (
        lazy_gettext("Where Open edX shows this activity in its own pages, sessions end the claiming of credit there"),
        lazy_gettext("Make a new activity for the meeting, or place this one by LTI and tell learners to claim there."),
    ),
}
"""Of the rules of readiness about sessions."""
