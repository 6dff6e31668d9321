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
from lti_tool.domain.mail import Letter, Written, to_translate
from lti_tool.services.accreditation import all_dues
from lti_tool.services.mail import Cause, queue_mail
from lti_tool.services.ports import Voice, Voices
from lti_tool.services.provider_settings import profile
from lti_tool.services.recipient import language_of_address, voice_for
from lti_tool.services.team import TeamMember, members

EVERY = timedelta(minutes=30)
"""How often a worker looks."""
LATEST = timedelta(days=14)
"""A notice that is older than this when it is first seen is no longer told: the day is shown in the office."""

WORDS: Mapping[MilestoneKind | DueKind, str] = {
    MilestoneKind.INTENT: to_translate("Confirmation of intent"),
    MilestoneKind.SELF_STUDY: to_translate("Self-study"),
    MilestoneKind.FILES: to_translate("Activity files"),
    MilestoneKind.REVIEW: to_translate("Review or interview"),
    MilestoneKind.DECISION: to_translate("Decision"),
    MilestoneKind.PROGRESS_REPORT: to_translate("Progress report"),
    MilestoneKind.CLOSE_ACTIVITIES: to_translate("Close activities in PARS"),
    MilestoneKind.ANNUAL_FEE: to_translate("Annual fee"),
    MilestoneKind.ANNUAL_REPORT: to_translate("Annual report"),
    MilestoneKind.LEARNER_DATA: to_translate("Learner data to a board"),
    MilestoneKind.MOC_CUT_OFF: to_translate("Cut-off for maintenance of certification"),
    MilestoneKind.APPROVAL_END: to_translate("End of an approval"),
    MilestoneKind.STRUCTURE_CHANGE: to_translate("Report a change of structure"),
    MilestoneKind.OTHER: to_translate("Day in the calendar"),
    DueKind.TERM_END: to_translate("End of the accreditation term"),
    DueKind.FINDING: to_translate("Corrective action"),
    DueKind.DOCUMENT_REVIEW: to_translate("Review of a document"),
    DueKind.ACTIVITY_EXPIRY: to_translate("Expiry of an activity"),
    DueKind.CONTENT_REVIEW: to_translate("Three-year review of an activity's content"),
}
"""The accreditors' own terms; the calendar feed, which has no reader's language, holds them in English."""
DUE = Letter(
    "{title}",
    (
        "{title}",
        to_translate("Due on {due} ({distance})."),
        to_translate("Why you are reminded: {source}."),
        to_translate("When it is done, say so in the office under Accreditation; then no further reminder is sent."),
    ),
)
"""The source is quoted as the accreditor words it."""


def due_title(due: Due) -> str:
    """One line for a subject or a calendar."""
    return f"{WORDS[due.kind]}: {due.subject}" if due.subject else WORDS[due.kind]


def _recipients(reminder: Reminder, team: Sequence[TeamMember]) -> Sequence[TeamMember]:
    reachable = [one for one in team if one.email]
    owner = [one for one in reachable if one.person_id == reminder.due.owner_id]
    return owner or [one for one in reachable if Capability.CONFIGURE in one.everywhere]


def _written(reminder: Reminder, today: date, voice: Voice) -> Written:
    due, what = reminder.due, voice.say(WORDS[reminder.due.kind])
    return voice.write(
        DUE,
        title=f"{what}: {due.subject}" if due.subject else what,
        due=voice.day(due.due_on),
        distance=voice.distance((due.due_on - today).days),
        source=reminder.source,
    )


def remind(session: Session, provider_id: str, voices: Voices, now: datetime) -> int:
    """Queue what is to be told today at one provider; gives how many messages that is. Asking twice tells once."""
    today = now.astimezone(ZoneInfo(profile(session, provider_id).values["time_zone"])).date()
    due = reminders_to_send(all_dues(session, provider_id), today)
    fresh = [one for one in due if today - one.on <= LATEST]
    team = members(session, provider_id) if fresh else ()
    letters = [(one, person) for one in fresh for person in _recipients(one, team)]
    for reminder, person in letters:
        voice = voice_for(session, voices, provider_id, language_of_address(session, provider_id, person.email))
        key, cause = f"{reminder.key}:{person.person_id}", Cause(person.person_id, now + LATEST)
        queue_mail(session, provider_id, person.email, _written(reminder, today, voice), now, cause, key=key)
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
    voices: Voices
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
                remind(session, provider_id, self.voices, now)
        return 0
