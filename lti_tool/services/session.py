"""Signed-in browsers: from a checked launch to a session, and from a browser's token back to a person.

A session is bound to one tenant, course, placement and person. It cannot be used for another.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import keep
from lti_tool.domain.activity import Step
from lti_tool.domain.errors import Forbidden
from lti_tool.domain.launch import DeepLinkingSettings, Launch
from lti_tool.domain.wire import read_value, write_value
from lti_tool.services.arrival import Arrival

HANDOFF_LIFE = timedelta(minutes=5)
MAX_LOCALE = 35
MAX_ADDRESS = 2048
_SESSION_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is asking, from where: made from a session row for each request. All ids are row keys."""

    session_id: str
    provider_id: str
    deployment_id: str
    platform_id: str
    course_id: str
    placement_id: str | None
    activity_id: str | None
    """What the placement opens; ``None`` while it is unbound."""
    step: Step | None
    """The single step that the placement opens; ``None`` for the whole activity."""
    learner_id: str
    is_staff: bool
    locale: str
    platform_origin: str
    frame_origins: tuple[str, ...]
    document_target: str
    return_url: str | None
    deep_linking: DeepLinkingSettings | None
    is_test_user: bool = False
    """The LMS's own pretended learner (Canvas "Test Student"): takes part in a test run, like staff."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """Secrets for the browser: ``token`` for its cookie, ``handoff`` to move to a new window, once."""

    session_id: str
    token: str
    handoff: str


def digest(secret: str) -> str:
    """SHA-256 in hex; only this is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _visit(row: models.WebSession) -> Visit:
    placement = row.placement
    settings = read_value(DeepLinkingSettings, json.loads(row.deep_linking)) if row.deep_linking else None
    return Visit(
        session_id=row.id,
        provider_id=row.deployment.provider_id,
        deployment_id=row.deployment_id,
        platform_id=row.deployment.platform_id,
        course_id=row.course_id,
        placement_id=row.placement_id,
        activity_id=placement.activity_id if placement else None,
        step=Step(placement.step) if placement and placement.step else None,
        learner_id=row.learner.merged_into or row.learner_id,
        is_staff=row.is_staff,
        locale=row.locale,
        platform_origin=row.platform_origin,
        frame_origins=tuple(row.frame_origins.split()),
        document_target=row.document_target,
        return_url=row.return_url,
        deep_linking=settings,
        is_test_user=row.is_test_user,
    )


def _framing(session: Session, launch: Launch, origins: Sequence[str]) -> list[str]:
    platform = session.get(models.Platform, launch.platform.id)
    further = platform.frame_origins.split() if platform else []
    return list(dict.fromkeys([*origins, *further]))


def _row(session: Session, session_id: str) -> models.WebSession | None:
    """An address may hold anything; PostgreSQL takes no NUL even in a question."""
    return session.get(models.WebSession, session_id) if _SESSION_ID.fullmatch(session_id) else None


def frame_origins(session: Session, session_id: str) -> tuple[str, ...]:
    """Who may frame this session's first page, before anybody proved to own it; ``()`` if there is no such session."""
    row = _row(session, session_id)
    return tuple(row.frame_origins.split()) if row else ()


def open_session(
    session: Session,
    launch: Launch,
    arrival: Arrival,
    origins: Sequence[str],
    now: datetime,
    lifetime: timedelta,
    contact: bytes | None = None,
) -> OpenedSession:
    """Begin a session for this arrival. Every launch gets a new one (no fixation).

    ``origins`` may frame its pages; messages go to the first. ``contact``: the address that the LMS shared, sealed.
    """
    token, handoff = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    row = models.WebSession(
        token_hash=digest(token),
        handoff_hash=digest(handoff),
        handoff_until=now + HANDOFF_LIFE,
        deployment_id=arrival.deployment_id,
        course_id=arrival.course_id,
        placement_id=arrival.placement_id,
        learner_id=arrival.learner_id,
        is_staff=launch.is_staff,
        is_test_user=launch.is_test_user,
        roles=" ".join(sorted(launch.roles)),
        locale=launch.locale[:MAX_LOCALE],
        platform_origin=origins[0] if origins else "",
        frame_origins=" ".join(_framing(session, launch, origins)),
        document_target=launch.document_target[:16],
        return_url=launch.return_url if len(launch.return_url or "") <= MAX_ADDRESS else None,
        deep_linking=json.dumps(write_value(launch.deep_linking)) if launch.deep_linking else None,
        contact=contact,
        created_at=now,
        expires_at=now + lifetime,
    )
    session.add(row)
    session.flush()
    keep(session, row)
    return OpenedSession(row.id, token, handoff)


def find_visit(session: Session, session_id: str, token: str, now: datetime) -> Visit:
    """The visit behind an address and a cookie.

    Raises ``Forbidden("session_unknown")`` for an unknown or expired session or a wrong token: never told apart.
    """
    row = _row(session, session_id)
    if row is None or now >= row.expires_at or not hmac.compare_digest(row.token_hash, digest(token)):
        raise Forbidden("session_unknown")
    return _visit(row)


def use_handoff(session: Session, handoff: str, now: datetime) -> OpenedSession:
    """Move a session into this browser window: the token is replaced, the handoff is used up.

    Raises ``Forbidden("handoff_used")`` when it was used, has expired or never was.
    """
    query = select(models.WebSession).where(models.WebSession.handoff_hash == digest(handoff))
    # PostgreSQL cannot lock the placement, which is joined and may be missing.
    row = session.scalars(query.with_for_update(of=models.WebSession)).first()
    if row is None or row.handoff_until is None or now >= row.handoff_until or now >= row.expires_at:
        raise Forbidden("handoff_used")
    token = secrets.token_urlsafe(32)
    row.token_hash, row.handoff_hash, row.handoff_until = digest(token), None, None
    row.document_target = "window"
    return OpenedSession(row.id, token, "")


def drop_handoff(session: Session, session_id: str) -> None:
    """The cookie came back: nobody needs the handoff any more."""
    row = session.get(models.WebSession, session_id)
    if row is not None:
        row.handoff_hash = row.handoff_until = None


def end_session(session: Session, session_id: str) -> None:
    session.execute(delete(models.WebSession).where(models.WebSession.id == session_id))


def forget_expired(session: Session, now: datetime) -> int:
    """Remove sessions, logins and links to transcripts that can no longer be used; gives their number."""
    tables = (models.WebSession, models.PendingLogin, models.TranscriptLink)
    gone = 0
    for table in tables:
        gone += int(session.execute(delete(table).where(table.expires_at <= now)).rowcount)  # type: ignore[attr-defined]
    return gone
