"""Reminders to people whose disclosure is missing or about to expire, and to their coordinators.

Who is reminded is asked at the moment of sending, so that reminders stop as soon as somebody has disclosed. A form is
due on the first day of the person's first role, or on the day on which the form in force expires if a role goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.db.upsert import insert_or_skip
from lti_tool.domain.mail import Letter, Written, to_translate
from lti_tool.domain.person import last_valid_day
from lti_tool.services.invitation import LinkAddress, about_person, new_link
from lti_tool.services.mail import Cause, queue_mail
from lti_tool.services.people_list import oldest_valid
from lti_tool.services.ports import Voices
from lti_tool.services.provider_settings import profile
from lti_tool.services.recipient import language_of_address, language_of_person, voice_for
from lti_tool.services.restriction import is_restricted
from lti_tool.services.subject import Subject, subjects

LOOK_EVERY = timedelta(hours=1)
TO_PERSON = Letter(
    to_translate("Please disclose your financial relationships"),
    (
        to_translate("Dear {name},"),
        to_translate(
            "you plan, teach or review accredited education for {provider}. Before {due} we need your disclosure of "
            "financial relationships with ineligible companies. If you have none, that is said with two clicks."
        ),
        "{link}",
        to_translate("The link is for you alone and works until {until}. You need no account."),
    ),
)
TO_COORDINATOR = Letter(
    to_translate("A disclosure is due: {name}"),
    (
        to_translate(
            "{name} has not given a disclosure of financial relationships that counts beyond {due}. This person has a "
            "role in: {titles}. Nobody may take up a role without it (ACCME Standard 3)."
        ),
        to_translate(
            "{name} was reminded as well if there is an e-mail address. These reminders stop as soon as the form has "
            "been sent."
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class ReminderPolicy:
    """The provider's habits. ``offsets``: days before the due day; ``months``: how long a form counts."""

    offsets: tuple[int, ...]
    months: int
    link_life: timedelta


@dataclass(frozen=True, slots=True)
class Due:
    """A form that is wanted by a day."""

    on: date
    titles: tuple[str, ...]


def _roles(
    db: Session, people: Sequence[models.Person]
) -> tuple[dict[str, list[models.ActivityRole]], dict[str, Subject]]:
    table = models.ActivityRole
    ids = [person.id for person in people]
    by_person: dict[str, list[models.ActivityRole]] = {}
    for row in db.scalars(select(table).where(table.person_id.in_(ids), table.removed_at.is_(None))):
        by_person.setdefault(row.person_id, []).append(row)
    about: dict[str, Subject] = {}
    for provider_id in {person.provider_id for person in people}:
        about |= subjects(db, provider_id, [row.plan_id for rows in by_person.values() for row in rows])
    return by_person, about


def due(
    person: models.Person,
    roles: Sequence[models.ActivityRole],
    about: Mapping[str, Subject],
    today: date,
    months: int,
) -> Due | None:
    """Until when a new form is wanted; ``None`` if no role needs one."""
    until = last_valid_day(person.disclosed_at.date(), months) if person.disclosed_at else None
    ends = [(row, row.ends_on or about[row.plan_id].ends_on) for row in roles if row.plan_id in about]
    needing = [row for row, end in ends if end >= today and (until is None or end > until)]
    if not needing:
        return None
    titles = tuple(sorted({about[row.plan_id].title for row in needing}))
    return Due(until or min(row.starts_on for row in needing), titles)


def offset_now(wanted: Due, offsets: Sequence[int], today: date) -> int | None:
    """The reminder whose time has come: of several that were missed, the latest alone."""
    reached = [days for days in offsets if wanted.on - timedelta(days=days) <= today]
    return min(reached, default=None)


def remind(
    db: Session, provider_id: str, policy: ReminderPolicy, address: LinkAddress, voices: Voices, now: datetime
) -> int:
    """Queue what is to be said now to a provider's people; gives to how many people. Today is the provider's day."""
    if not policy.offsets:
        return 0
    table = models.Person
    soon = oldest_valid(now + timedelta(days=max(policy.offsets) + 1), policy.months)
    waiting = or_(table.disclosed_at.is_(None), table.disclosed_at < soon)
    mine = (table.provider_id == provider_id, waiting, ~is_restricted(table.learner_id))
    people = db.scalars(select(table).where(*mine).order_by(table.id)).all()
    roles, about = _roles(db, people)
    today = now.astimezone(ZoneInfo(profile(db, provider_id).values["time_zone"])).date()
    post = _Post(db, policy, address, voices, now)
    count = 0
    for person in people:
        wanted = due(person, roles.get(person.id, ()), about, today, policy.months)
        days = offset_now(wanted, policy.offsets, today) if wanted else None
        if wanted is None or days is None or not _is_first(db, person, wanted, days, now):
            continue
        post.write(person, wanted)
        count += 1
    return count


def _is_first(db: Session, person: models.Person, wanted: Due, days: int, now: datetime) -> bool:
    values = {"person_id": person.id, "due_on": wanted.on, "days": days, "sent_at": now}
    done = insert_or_skip(db, models.DisclosureReminder, values).returning(models.DisclosureReminder.days)
    return db.execute(done).first() is not None


@dataclass(frozen=True, slots=True)
class _Post:
    """Writes to one person and their coordinator."""

    db: Session
    policy: ReminderPolicy
    address: LinkAddress
    voices: Voices
    now: datetime

    def write(self, person: models.Person, wanted: Due) -> None:
        """Each in their own language."""
        if person.email:
            self._to_person(person, wanted)
        if person.coordinator_email:
            language = language_of_address(self.db, person.provider_id, person.coordinator_email)
            voice = voice_for(self.db, self.voices, person.provider_id, language)
            titles = "; ".join(wanted.titles)
            letter = voice.write(TO_COORDINATOR, name=person.name, due=voice.day(wanted.on), titles=titles)
            self._queue(person, person.coordinator_email, letter, wanted, "office")

    def _to_person(self, person: models.Person, wanted: Due) -> None:
        voice = voice_for(self.db, self.voices, person.provider_id, language_of_person(self.db, person))
        link, until = new_link(self.db, person, self.address, self.now, self.policy.link_life)
        provider = self.db.get_one(models.Provider, person.provider_id).name
        days = {"due": voice.day(wanted.on), "until": voice.day_of(until)}
        letter = voice.write(TO_PERSON, name=person.name, provider=provider, link=link, **days)
        self._queue(person, person.email, letter, wanted, "person")

    def _queue(self, person: models.Person, to: str, letter: Written, wanted: Due, who: str) -> None:
        key = f"{about_person(person.id)}{wanted.on.isoformat()}:{self.now.isoformat()}:{who}"
        cause = Cause(person.learner_id, self.now + self.policy.link_life)
        queue_mail(self.db, person.provider_id, to, letter, self.now, cause, key=key)


def remind_everybody(db: Session, policy: ReminderPolicy, address: LinkAddress, voices: Voices, now: datetime) -> int:
    """:func:`remind`, for every provider."""
    ids = db.scalars(select(models.Provider.id).order_by(models.Provider.id)).all()
    return sum(remind(db, provider_id, policy, address, voices, now) for provider_id in ids)


def reminder_chore(
    sessions: Sessions, policy: ReminderPolicy, address: LinkAddress, voices: Voices, clock: Callable[[], datetime]
) -> Callable[[], int]:
    """The worker's part in it: looks once an hour, and gives how many people were written to."""
    looked_at: list[datetime] = []

    def chore() -> int:
        now = clock()
        if looked_at and now - looked_at[-1] < LOOK_EVERY:
            return 0
        with transaction(sessions) as db:
            count = remind_everybody(db, policy, address, voices, now)
        looked_at[:] = [now]
        return count

    return chore
