"""Signed links to what became of one's commitments: for answering without the LMS.

A link is worth its secret: 256 random bits in the address, of which only SHA-256 is kept. It ends by itself. The
address holds nothing of the person.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.tenancy import confine
from lti_tool.domain.errors import Forbidden
from lti_tool.services.session import digest

LINK_LIFE = timedelta(days=90)
MAX_TOKEN = 64
"""Longer than any token that was ever given."""


def new_follow_up_link(db: Session, provider_id: str, participation_id: str, now: datetime) -> tuple[str, datetime]:
    """The secret of a new link, and the moment when it ends."""
    token = secrets.token_urlsafe(32)
    row = models.FollowUpLink(
        provider_id=provider_id,
        participation_id=participation_id,
        token_hash=digest(token),
        created_at=now,
        expires_at=now + LINK_LIFE,
    )
    db.add(row)
    return token, row.expires_at


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """Whose link it is. ``language`` is the learner's, as their LMS said last."""

    id: str
    provider_id: str
    provider_name: str
    participation_id: str
    learner_id: str
    language: str


def open_follow_up_link(db: Session, token: str, now: datetime) -> OpenedLink:
    """What is behind a secret. Raises ``Forbidden("follow_up_link_unknown")``: unknown and expired never told apart."""
    table = models.FollowUpLink
    query = select(table).where(table.token_hash == digest(token))
    row = db.scalars(query).first() if len(token) <= MAX_TOKEN else None
    if row is None or now >= row.expires_at:
        raise Forbidden("follow_up_link_unknown")
    confine(db, row.provider_id)
    provider = db.get_one(models.Provider, row.provider_id).name
    learner = row.participation.learner
    return OpenedLink(row.id, row.provider_id, provider, row.participation_id, learner.id, learner.locale)
