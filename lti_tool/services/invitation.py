"""Signed links to the disclosure form: for people without an account in any LMS.

A link is worth its secret: 256 random bits in the address, of which only SHA-256 is kept. It ends by itself, and all of
a person's links can be revoked. The address holds nothing of the person.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.errors import BadInput, Forbidden
from lti_tool.domain.mail import Letter, to_translate
from lti_tool.services.audit import note
from lti_tool.services.mail import Cause, queue_mail
from lti_tool.services.office import Officer
from lti_tool.services.person import cared_person
from lti_tool.services.ports import Voices
from lti_tool.services.recipient import language_of_person, voice_for
from lti_tool.services.session import digest

MAX_TOKEN = 64
"""Longer than any token that was ever given."""
LinkAddress = Callable[[str], str]
"""From a token to the address of the form."""


@dataclass(frozen=True, slots=True)
class Invited:
    """A new link. It is shown once and cannot be found again."""

    link: str
    expires_at: datetime
    is_mailed: bool


INVITATION = Letter(
    to_translate("Please disclose your financial relationships"),
    (
        to_translate("Dear {name},"),
        to_translate(
            "you plan, teach or review accredited education for {provider}. Please disclose your financial "
            "relationships with ineligible companies. If you have none, that is said with two clicks."
        ),
        "{link}",
        to_translate("The link is for you alone and works until {until}. You need no account."),
        "{officer}",
    ),
)


def about_person(person_id: str) -> str:
    """How the keys of all mail begin that asks this person to disclose."""
    return f"disclosure:{person_id}:"


def new_link(
    db: Session, person: models.Person, address: LinkAddress, now: datetime, lifetime: timedelta, by: str | None = None
) -> tuple[str, datetime]:
    """A link for ``person`` and the moment when it ends. ``by``: the officer who asked for it."""
    token = secrets.token_urlsafe(32)
    db.add(
        models.DisclosureInvitation(
            provider_id=person.provider_id,
            person_id=person.id,
            token_hash=digest(token),
            created_by=by,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    return address(token), now + lifetime


def invite(
    db: Session,
    officer: Officer,
    person_id: str,
    address: LinkAddress,
    now: datetime,
    lifetime: timedelta,
    voices: Voices | None,
) -> Invited:
    """Make a link, and mail it where ``voices`` say in which words; without them, the officer hands the link over.

    Raises ``BadInput("person_unreachable")`` if a letter is to go to somebody without an address.
    """
    person = cared_person(db, officer, person_id)
    if voices is not None and not person.email:
        raise BadInput("person_unreachable", faults={"email": "missing"})
    link, until = new_link(db, person, address, now, lifetime, officer.person_id)
    if voices is not None:
        voice = voice_for(db, voices, officer.provider_id, language_of_person(db, person))
        about = {"name": person.name, "provider": officer.provider_name, "officer": officer.name}
        letter = voice.write(INVITATION, link=link, until=voice.day_of(until), **about)
        queue_mail(db, officer.provider_id, person.email, letter, now, Cause(person.learner_id, until))
    note(db, officer, "disclosure.invited", f"person:{person.id}", now, detail={"is_mailed": voices is not None})
    return Invited(link, until, voices is not None)


def revoke_links(db: Session, officer: Officer, person_id: str, now: datetime) -> int:
    """Let none of a person's links open anything from now on; gives how many were alive."""
    person = cared_person(db, officer, person_id)
    table = models.DisclosureInvitation
    alive = update(table).where(table.person_id == person.id, table.revoked_at.is_(None), table.expires_at > now)
    count = int(db.execute(alive.values(revoked_at=now)).rowcount)  # type: ignore[attr-defined]
    note(db, officer, "disclosure.links_revoked", f"person:{person.id}", now, detail={"count": count})
    return count


def live_links(db: Session, person_id: str, now: datetime) -> list[datetime]:
    """When each of the links that still open the form ends."""
    table = models.DisclosureInvitation
    query = select(table.expires_at).where(
        table.person_id == person_id, table.revoked_at.is_(None), table.expires_at > now
    )
    return list(db.scalars(query.order_by(table.expires_at)))


def open_invitation(db: Session, token: str, now: datetime) -> models.DisclosureInvitation:
    """The invitation behind a link.

    Raises ``Forbidden("invitation_unknown")`` for an unknown, expired or revoked link: never told apart.
    """
    table = models.DisclosureInvitation
    hashed = digest(token)
    row = db.scalars(select(table).where(table.token_hash == hashed)).first() if len(token) <= MAX_TOKEN else None
    if row is None or row.revoked_at is not None or now >= row.expires_at:
        raise Forbidden("invitation_unknown")
    return row
