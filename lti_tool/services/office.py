"""Signing in to a provider's office: from a launch by course staff, or by a one-time link; and who is there then."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import BY_ROLE, Capability, Grant, Powers, course_capabilities
from lti_tool.domain.errors import Forbidden
from lti_tool.domain.launch import Role
from lti_tool.services.session import Visit, digest

_SESSION_ID = re.compile(r"[0-9a-f]{32}")
LINK_LIFE = timedelta(days=7)
"""How long an invitation can be taken up."""
SIGN_IN_LIFE = timedelta(minutes=30)
"""How long a link that somebody asked for can be used."""
MAX_TOKEN = 100


@dataclass(frozen=True, slots=True)
class Officer:
    """Who is in the office: made from a session row for each request. All ids are row keys."""

    session_id: str
    provider_id: str
    provider_name: str
    person_id: str
    name: str
    powers: Powers
    lms_session_id: str | None = None
    """The launch behind it, ``None`` for a window without an LMS or once that launch is forgotten."""
    course_id: str | None = None
    is_placing: bool = False
    """The launch was a Deep Linking request that still waits for its answer."""
    locale: str = ""
    platform_origin: str = ""
    frame_origins: tuple[str, ...] = ()
    is_framed: bool = False
    disclosure_months: int = field(kw_only=True)
    """How long a disclosure counts here, by the settings; nothing may count it otherwise."""

    def may(self, capability: Capability, activity_id: str | None = None) -> bool:
        return self.powers.may(capability, activity_id)

    def require(self, capability: Capability, activity_id: str | None = None) -> None:
        """Raises ``Forbidden("capability_missing", capability=…)``."""
        if not self.may(capability, activity_id):
            raise Forbidden("capability_missing", f"{capability.value} is not granted", capability=capability)

    def require_everywhere(self, capability: Capability) -> None:
        """The same for what concerns the provider as a whole."""
        if not self.powers.may_everywhere(capability):
            raise Forbidden("capability_missing", f"{capability.value} is not granted", capability=capability)


@dataclass(frozen=True, slots=True)
class OpenedOffice:
    """Secrets for the browser."""

    session_id: str
    token: str


@dataclass(frozen=True, slots=True)
class OfficeInvitation:
    """What a link opens, before it is used."""

    provider_name: str
    person_name: str


def role_capabilities(session: Session, provider_id: str) -> Mapping[Role, frozenset[Capability]]:
    """What each course role brings at this provider."""
    row = session.get(models.RoleMap, provider_id)
    if row is None:
        return BY_ROLE
    return {role: frozenset(map(Capability, row.capabilities.get(role.value, ()))) for role in Role}


def granted(session: Session, provider_id: str, person_id: str) -> frozenset[Grant]:
    """What is granted to this person by name, now."""
    table = models.OfficeGrant
    query = select(table).where(table.provider_id == provider_id, table.person_id == person_id)
    rows = session.scalars(query.where(table.revoked_at.is_(None)))
    return frozenset(Grant(Capability(row.capability), row.activity_id or "") for row in rows)


def _course_activities(session: Session, course_id: str) -> frozenset[str]:
    placement = models.Placement
    query = select(placement.activity_id).where(placement.course_id == course_id, placement.activity_id.is_not(None))
    return frozenset(found for found in session.scalars(query.distinct()) if found)


def _powers(session: Session, row: models.OfficeSession) -> Powers:
    grants, launch = granted(session, row.provider_id, row.person_id), row.lms_session
    if launch is None or not launch.is_staff:
        return Powers(grants)
    roles = frozenset(Role(word) for word in launch.roles.split())
    course = course_capabilities(roles, role_capabilities(session, row.provider_id))
    return Powers(grants, course, _course_activities(session, launch.course_id))


def visit_may_enter(session: Session, visit: Visit, now: datetime) -> bool:
    """The office holds something for this member of staff."""
    launch = session.get_one(models.WebSession, visit.session_id)
    if not visit.is_staff or now >= launch.expires_at:
        return False
    roles = frozenset(Role(word) for word in launch.roles.split())
    course = course_capabilities(roles, role_capabilities(session, visit.provider_id))
    return bool(course or granted(session, visit.provider_id, visit.learner_id))


def enter_from_launch(session: Session, visit: Visit, now: datetime, lifetime: timedelta) -> OpenedOffice:
    """Open the office for course staff. Raises ``Forbidden("office_closed")`` where they may do nothing there."""
    if not visit_may_enter(session, visit, now):
        raise Forbidden("office_closed")
    return _open(session, visit.provider_id, visit.learner_id, visit.session_id, now, lifetime)


def _open(
    session: Session, provider_id: str, person_id: str, lms_session_id: str | None, now: datetime, lifetime: timedelta
) -> OpenedOffice:
    token = secrets.token_urlsafe(32)
    row = models.OfficeSession(
        token_hash=digest(token),
        provider_id=provider_id,
        person_id=person_id,
        lms_session_id=lms_session_id,
        created_at=now,
        expires_at=now + lifetime,
    )
    session.add(row)
    session.flush()
    return OpenedOffice(row.id, token)


def find_officer(session: Session, session_id: str, token: str, now: datetime, disclosure_months: int) -> Officer:
    """Who is behind an address and a cookie.

    Raises ``Forbidden("office_session_unknown")`` for an unknown or expired session or a wrong token: never told apart.
    """
    row = session.get(models.OfficeSession, session_id) if _SESSION_ID.fullmatch(session_id) else None
    if row is None or now >= row.expires_at or not hmac.compare_digest(row.token_hash, digest(token)):
        raise Forbidden("office_session_unknown")
    launch = row.lms_session
    return Officer(
        session_id=row.id,
        provider_id=row.provider_id,
        provider_name=session.get_one(models.Provider, row.provider_id).name,
        person_id=row.person_id,
        name=row.person.lms_name or row.person.printed_name,
        powers=_powers(session, row),
        lms_session_id=row.lms_session_id,
        course_id=launch.course_id if launch else None,
        is_placing=bool(launch and launch.deep_linking),
        locale=launch.locale if launch else row.person.locale,
        platform_origin=launch.platform_origin if launch else "",
        frame_origins=tuple(launch.frame_origins.split()) if launch else (),
        is_framed=bool(launch and launch.document_target != "window"),
        disclosure_months=disclosure_months,
    )


def make_link(session: Session, provider_id: str, person_id: str, now: datetime, life: timedelta = LINK_LIFE) -> str:
    """A one-time secret that signs this person in. Only its hash is kept."""
    token = secrets.token_urlsafe(32)
    session.add(
        models.OfficeLink(
            provider_id=provider_id,
            person_id=person_id,
            token_hash=digest(token),
            created_at=now,
            expires_at=now + life,
        )
    )
    session.flush()
    return token


def _link(session: Session, token: str, now: datetime) -> models.OfficeLink:
    query = select(models.OfficeLink).where(models.OfficeLink.token_hash == digest(token[:MAX_TOKEN]))
    row = session.scalars(query).first()
    if row is None or row.used_at is not None or now >= row.expires_at:
        raise Forbidden("office_link_used")
    return row


def look_at_link(session: Session, token: str, now: datetime) -> OfficeInvitation:
    """For whom the link is; looking does not use it up (mail scanners look).

    Raises ``Forbidden("office_link_used")`` when it was used, has expired or never was.
    """
    row = _link(session, token, now)
    return OfficeInvitation(session.get_one(models.Provider, row.provider_id).name, row.person.lms_name)


def use_link(session: Session, token: str, now: datetime, lifetime: timedelta) -> OpenedOffice:
    """Sign in, once. Of two that try at the same time one gets in. Raises ``Forbidden("office_link_used")``."""
    row, table = _link(session, token, now), models.OfficeLink
    taken = session.execute(update(table).where(table.id == row.id, table.used_at.is_(None)).values(used_at=now))
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise Forbidden("office_link_used")
    return _open(session, row.provider_id, row.person_id, None, now, lifetime)


def leave(session: Session, session_id: str) -> None:
    """Sign out of the office; the launch behind it stays."""
    session.execute(delete(models.OfficeSession).where(models.OfficeSession.id == session_id))


def forget_expired_offices(session: Session, now: datetime) -> int:
    """Remove sessions and links that can no longer be used; gives their number."""
    sessions = session.execute(delete(models.OfficeSession).where(models.OfficeSession.expires_at <= now))
    links = session.execute(delete(models.OfficeLink).where(models.OfficeLink.expires_at <= now))
    return int(sessions.rowcount) + int(links.rowcount)  # type: ignore[attr-defined]
