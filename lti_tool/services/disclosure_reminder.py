"""Reminders to people whose disclosure is missing or about to expire, and to their coordinators.

Who is reminded is asked at the moment of sending, so that reminders stop as soon as somebody has disclosed. A form is
due on the first day of the person's first role, or on the day on which the form in force expires if a role goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.db.upsert import insert_or_skip
from lti_tool.domain.person import last_valid_day
from lti_tool.services.invitation import Letter, LinkAddress, about_person, new_link
from lti_tool.services.mail import queue_mail
from lti_tool.services.people_list import oldest_valid
from lti_tool.services.subject import Subject, subjects

LOOK_EVERY = timedelta(hours=1)
TO_PERSON = Letter(
    "Please disclose your financial relationships",
    """Dear {name},

you plan, teach or review accredited education for {provider}. Before {due} we need your disclosure of financial
relationships with ineligible companies. If you have none, that is said with two clicks.

{link}

The link is for you alone and works until {until}. You need no account.
""",
)
TO_COORDINATOR = Letter(
    "A disclosure is due: {name}",
    """{name} has not given a disclosure of financial relationships that counts beyond {due}.

This person has a role in: {titles}. Nobody may take up a role without it (ACCME Standard 3). {name} was reminded as
well if there is an e-mail address. These reminders stop as soon as the form has been sent.
""",
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


def remind(db: Session, provider_id: str, policy: ReminderPolicy, address: LinkAddress, now: datetime) -> int:
    """Queue what is to be said now to a provider's people; gives to how many people."""
    if not policy.offsets:
        return 0
    table = models.Person
    soon = oldest_valid(now + timedelta(days=max(policy.offsets) + 1), policy.months)
    waiting = or_(table.disclosed_at.is_(None), table.disclosed_at < soon)
    people = db.scalars(select(table).where(table.provider_id == provider_id, waiting).order_by(table.id)).all()
    roles, about = _roles(db, people)
    provider = db.get_one(models.Provider, provider_id).name
    count = 0
    for person in people:
        wanted = due(person, roles.get(person.id, ()), about, now.date(), policy.months)
        days = offset_now(wanted, policy.offsets, now.date()) if wanted else None
        if wanted is None or days is None or not _is_first(db, person, wanted, days, now):
            continue
        _write(db, person, wanted, provider, policy, address, now)
        count += 1
    return count


def _is_first(db: Session, person: models.Person, wanted: Due, days: int, now: datetime) -> bool:
    values = {"person_id": person.id, "due_on": wanted.on, "days": days, "sent_at": now}
    done = insert_or_skip(db, models.DisclosureReminder, values).returning(models.DisclosureReminder.days)
    return db.execute(done).first() is not None


def _write(
    db: Session,
    person: models.Person,
    wanted: Due,
    provider: str,
    policy: ReminderPolicy,
    address: LinkAddress,
    now: datetime,
) -> None:
    about: dict[str, Any] = {
        "name": person.name,
        "provider": provider,
        "due": wanted.on.isoformat(),
        "titles": "; ".join(wanted.titles),
    }
    if person.email:
        link, until = new_link(db, person, address, now, policy.link_life)
        about |= {"link": link, "until": until.date().isoformat()}
        _send(db, person, person.email, TO_PERSON, about, now)
    if person.coordinator_email:
        _send(db, person, person.coordinator_email, TO_COORDINATOR, about, now)


def _send(db: Session, person: models.Person, to: str, letter: Letter, about: Mapping[str, Any], now: datetime) -> None:
    text = letter.text.format_map(about)
    key = f"{about_person(person.id)}{about['due']}:{now.isoformat()}:{'person' if letter is TO_PERSON else 'office'}"
    queue_mail(db, person.provider_id, to, letter.subject.format_map(about), text, now, key=key)


def remind_everybody(db: Session, policy: ReminderPolicy, address: LinkAddress, now: datetime) -> int:
    """:func:`remind`, for every provider."""
    ids = db.scalars(select(models.Provider.id).order_by(models.Provider.id)).all()
    return sum(remind(db, provider_id, policy, address, now) for provider_id in ids)


def reminder_chore(
    sessions: Sessions, policy: ReminderPolicy, address: LinkAddress, clock: Callable[[], datetime]
) -> Callable[[], int]:
    """The worker's part in it: looks once an hour, and gives how many people were written to."""
    looked_at: list[datetime] = []

    def chore() -> int:
        now = clock()
        if looked_at and now - looked_at[-1] < LOOK_EVERY:
            return 0
        with transaction(sessions) as db:
            count = remind_everybody(db, policy, address, now)
        looked_at[:] = [now]
        return count

    return chore
