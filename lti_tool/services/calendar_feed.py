"""The accreditation calendar as a feed: a secret address per person, which ends with the person's right to it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.accreditation import open_dues, reminders
from lti_tool.domain.calendar import CalendarEvent, calendar_file
from lti_tool.domain.capability import Capability, Grant
from lti_tool.domain.errors import NotFound
from lti_tool.services.accreditation import all_dues
from lti_tool.services.audit import Actor, note
from lti_tool.services.office import granted
from lti_tool.services.provider_settings import profile
from lti_tool.services.reminder import due_title
from lti_tool.services.session import digest

MOST = 5
"""Feeds that one person may have at a time: one per device."""
MAX_TOKEN = 100
PAST = timedelta(days=365)
"""How long terms and activities that are over stay in the calendar."""


@dataclass(frozen=True, slots=True)
class KeptFeed:
    id: str
    created_at: datetime


def _open(session: Session, actor: Actor) -> Sequence[models.CalendarFeed]:
    table = models.CalendarFeed
    query = select(table).where(table.provider_id == actor.provider_id, table.person_id == actor.person_id)
    return session.scalars(query.where(table.revoked_at.is_(None)).order_by(table.created_at, table.id)).all()


def feeds(session: Session, actor: Actor) -> Sequence[KeptFeed]:
    """The person's own, oldest first."""
    return [KeptFeed(row.id, row.created_at) for row in _open(session, actor)]


def make_feed(session: Session, actor: Actor, now: datetime) -> str:
    """A new secret of 256 bits; only its hash is kept. The oldest beyond five ends."""
    for row in list(_open(session, actor))[: -(MOST - 1)]:
        row.revoked_at = now
    token = secrets.token_urlsafe(32)
    row = models.CalendarFeed(
        provider_id=actor.provider_id, person_id=actor.person_id, token_hash=digest(token), created_at=now
    )
    session.add(row)
    session.flush()
    note(session, actor, "calendar.opened", f"calendar:{row.id}", now)
    return token


def revoke_feed(session: Session, actor: Actor, feed_id: str, now: datetime) -> None:
    """Raises ``NotFound("record_unknown")``, also for somebody else's."""
    row = next((one for one in _open(session, actor) if one.id == feed_id), None)
    if row is None:
        raise NotFound("record_unknown")
    row.revoked_at = now
    session.flush()
    note(session, actor, "calendar.closed", f"calendar:{row.id}", now)


def calendar(session: Session, token: str, host: str, now: datetime) -> bytes:
    """The file behind a secret. ``host`` makes the events' ids this installation's own.

    Raises ``NotFound("calendar_unknown")`` for a secret that never was, was revoked, or whose person may no longer
    configure: the three are never told apart.
    """
    table = models.CalendarFeed
    row = session.scalars(select(table).where(table.token_hash == digest(token[:MAX_TOKEN]))).first()
    if row is None or row.revoked_at is not None:
        raise NotFound("calendar_unknown")
    if Grant(Capability.CONFIGURE) not in granted(session, row.provider_id, row.person_id):
        raise NotFound("calendar_unknown")
    events = [
        CalendarEvent(
            uid=f"{due.key.replace(':', '-')}-{due.kind.value}@{host}",
            on=due.due_on,
            summary=due_title(due),
            description=reminders(due)[-1].source,
            alarms=tuple(one.on for one in reminders(due)),
        )
        for due in open_dues(all_dues(session, row.provider_id), now.date() - PAST)
    ]
    return calendar_file(events, str(profile(session, row.provider_id).values["name"]), now)
