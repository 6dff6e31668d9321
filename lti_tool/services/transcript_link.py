"""Links to one's own transcript that need no learning platform.

The address holds the key of a row, sealed with the installation's secret, so that it can be neither read nor made by
anybody else. It ends by itself after a few days, and before that when its owner calls it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.base import new_id
from lti_tool.db.load import identities
from lti_tool.db.sealing import Sealer
from lti_tool.domain.errors import Forbidden
from lti_tool.services.audit import ToolActor, note
from lti_tool.services.sealed_link import opened_row, sealed_token
from lti_tool.services.session import Visit

LINK_LIFE = timedelta(days=7)
PURPOSE = "transcript"


@dataclass(frozen=True, slots=True)
class TranscriptLink:
    """A new link. ``token`` goes into the address."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LiveLink:
    """A link that opens the transcript now. What its address is nobody knows any more."""

    id: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedTranscript:
    """Whose transcript it is. ``language`` is the learner's, as their LMS said last."""

    provider_id: str
    learner_id: str
    language: str


def new_transcript_link(session: Session, visit: Visit, sealer: Sealer, now: datetime) -> TranscriptLink:
    """For the visitor's own transcript."""
    key, ends = new_id(), now + LINK_LIFE
    row = models.TranscriptLink(
        id=key, provider_id=visit.provider_id, learner_id=visit.learner_id, created_at=now, expires_at=ends
    )
    session.add(row)
    session.flush()
    return TranscriptLink(sealed_token(sealer, PURPOSE, (visit.provider_id, key), ends), ends)


def _live(visit: Visit, now: datetime) -> ColumnElement[bool]:
    """The visitor's own, under whichever identity they were made."""
    table = models.TranscriptLink
    mine = and_(table.provider_id == visit.provider_id, table.learner_id.in_(identities(visit.learner_id)))
    return and_(mine, table.ended_at.is_(None), table.expires_at > now)


def live_links(session: Session, visit: Visit, now: datetime) -> tuple[LiveLink, ...]:
    """Those of the visitor that still open something, newest first."""
    table = models.TranscriptLink
    query = select(table).where(_live(visit, now)).order_by(table.created_at.desc(), table.id)
    return tuple(LiveLink(row.id, row.created_at, row.expires_at) for row in session.scalars(query))


def end_links(session: Session, visit: Visit, now: datetime, link_id: str = "") -> int:
    """Call one of the visitor's own links back, or all; gives how many. What is none of theirs, or has ended, is left
    alone."""
    table = models.TranscriptLink
    wanted = (_live(visit, now), table.id == link_id) if link_id else (_live(visit, now),)
    ended = session.scalars(select(table.id).where(*wanted).with_for_update(of=table)).all()
    session.execute(update(table).where(table.id.in_(ended)).values(ended_at=now))
    if ended:
        actor, subject = ToolActor(visit.provider_id, visit.learner_id), f"person:{visit.learner_id}"
        note(session, actor, "transcript_link.ended", subject, now, detail={"links": len(ended)})
    return len(ended)


def open_transcript_link(db: Session, token: str, sealer: Sealer, now: datetime) -> OpenedTranscript:
    """Raises ``Forbidden``: ``transcript_link_ended`` for one that its owner has called back, and
    ``transcript_link_unknown``: made up, cut off and expired are never told apart."""
    row = opened_row(db, models.TranscriptLink, sealer, PURPOSE, token, now)
    if row is None:
        raise Forbidden("transcript_link_unknown")
    if row.ended_at is not None:
        raise Forbidden("transcript_link_ended")
    return OpenedTranscript(row.provider_id, row.learner.merged_into or row.learner_id, row.learner.locale)
