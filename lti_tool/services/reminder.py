"""Reminders by mail: evaluated when they are sent, told once each, to the owner or else to those who administer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.domain.accreditation import Due, DueKind, MilestoneKind, Reminder, reminders_to_send
from lti_tool.domain.capability import Capability
from lti_tool.domain.disclosure import printed_date
from lti_tool.services.accreditation import all_dues
from lti_tool.services.mail import queue_mail
from lti_tool.services.provider_settings import profile
from lti_tool.services.team import TeamMember, members

EVERY = timedelta(minutes=30)
"""How often a worker looks."""
LATEST = timedelta(days=14)
"""A notice that is older than this when it is first seen is no longer told: the day is shown in the office."""

WORDS: Mapping[MilestoneKind | DueKind, str] = {
    MilestoneKind.INTENT: "Confirmation of intent",
    MilestoneKind.SELF_STUDY: "Self-study",
    MilestoneKind.FILES: "Activity files",
    MilestoneKind.REVIEW: "Review or interview",
    MilestoneKind.DECISION: "Decision",
    MilestoneKind.PROGRESS_REPORT: "Progress report",
    MilestoneKind.CLOSE_ACTIVITIES: "Close activities in PARS",
    MilestoneKind.ANNUAL_FEE: "Annual fee",
    MilestoneKind.ANNUAL_REPORT: "Annual report",
    MilestoneKind.LEARNER_DATA: "Learner data to a board",
    MilestoneKind.MOC_CUT_OFF: "Cut-off for maintenance of certification",
    MilestoneKind.APPROVAL_END: "End of an approval",
    MilestoneKind.STRUCTURE_CHANGE: "Report a change of structure",
    MilestoneKind.OTHER: "Day in the calendar",
    DueKind.TERM_END: "End of the accreditation term",
    DueKind.FINDING: "Corrective action",
    DueKind.DOCUMENT_REVIEW: "Review of a document",
    DueKind.ACTIVITY_EXPIRY: "Expiry of an activity",
    DueKind.CONTENT_REVIEW: "Three-year review of an activity's content",
}
"""English, as the accreditors' own terms; also in the calendar feed, which has no reader's language."""


def due_title(due: Due) -> str:
    """One line for a subject or a calendar."""
    return f"{WORDS[due.kind]}: {due.subject}" if due.subject else WORDS[due.kind]


def _recipients(reminder: Reminder, team: Sequence[TeamMember]) -> Sequence[TeamMember]:
    reachable = [one for one in team if one.email]
    owner = [one for one in reachable if one.person_id == reminder.due.owner_id]
    return owner or [one for one in reachable if Capability.CONFIGURE in one.everywhere]


def _body(reminder: Reminder, today: date) -> str:
    due = reminder.due
    days = (due.due_on - today).days
    when = "today" if days == 0 else f"in {days} days" if days > 0 else f"{-days} days ago"
    return (
        f"{due_title(due)}\n\nDue {printed_date(due.due_on)} ({when}).\n\n"
        f"Why you are reminded: {reminder.source}.\n\n"
        "When it is done, say so in the office under Accreditation; then no further reminder is sent.\n"
    )


def remind(session: Session, provider_id: str, now: datetime) -> int:
    """Queue what is to be told today at one provider; gives how many messages that is. Asking twice tells once."""
    today = now.astimezone(ZoneInfo(profile(session, provider_id).values["time_zone"])).date()
    due = reminders_to_send(all_dues(session, provider_id), today)
    fresh = [one for one in due if today - one.on <= LATEST]
    team = members(session, provider_id) if fresh else ()
    letters = [(one, person) for one in fresh for person in _recipients(one, team)]
    for reminder, person in letters:
        subject, key = due_title(reminder.due), f"{reminder.key}:{person.person_id}"
        queue_mail(session, provider_id, person.email, subject, _body(reminder, today), now, key=key)
    return len(letters)


def _providers(session: Session) -> Sequence[str]:
    """Those that have an office at all."""
    account = models.OfficeAccount
    query = select(models.Provider.id).where(exists().where(account.provider_id == models.Provider.id))
    return session.scalars(query.order_by(models.Provider.id)).all()


@dataclass(slots=True)
class ReminderChore:
    """A chore of the worker: each provider in a transaction of its own, every half hour."""

    sessions: Sessions
    clock: Callable[[], datetime]
    looked_at: datetime | None = None

    def __call__(self) -> int:
        now = self.clock()
        if self.looked_at is not None and now - self.looked_at < EVERY:
            return 0
        self.looked_at = now
        with transaction(self.sessions) as session:
            providers = _providers(session)
        for provider_id in providers:
            with transaction(self.sessions) as session:
                remind(session, provider_id, now)
        return 0
