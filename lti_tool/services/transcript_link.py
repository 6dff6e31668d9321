"""Links to one's own transcript that need no learning platform.

Nothing of a link is stored: the address holds the key of the person, sealed with the installation's secret, so that it
can be neither read nor made by anybody else. It ends by itself after a few days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.sealing import Sealer
from lti_tool.domain.errors import Forbidden
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
class OpenedTranscript:
    """Whose transcript it is. ``language`` is the learner's, as their LMS said last."""

    provider_id: str
    learner_id: str
    language: str


def new_transcript_link(visit: Visit, sealer: Sealer, now: datetime) -> TranscriptLink:
    """For the visitor's own transcript."""
    expires_at = now + LINK_LIFE
    return TranscriptLink(sealed_token(sealer, PURPOSE, (visit.provider_id, visit.learner_id), expires_at), expires_at)


def open_transcript_link(db: Session, token: str, sealer: Sealer, now: datetime) -> OpenedTranscript:
    """Raises ``Forbidden("transcript_link_unknown")``: made up, cut off and expired are never told apart."""
    row = opened_row(db, models.Learner, sealer, PURPOSE, token, now)
    if row is None:
        raise Forbidden("transcript_link_unknown")
    return OpenedTranscript(row.provider_id, row.merged_into or row.id, row.locale)
