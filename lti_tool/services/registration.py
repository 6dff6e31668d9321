"""Letting an LMS register itself: a one-time invitation, the registration it leads to, and the approval of that.

Nobody signs in through a platform that registered itself before somebody in the office has looked at it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.upsert import insert_once
from lti_tool.domain.errors import Conflict, Forbidden, NotFound
from lti_tool.domain.registration import PlatformConfiguration, Registered
from lti_tool.services.audit import Actor, ToolActor, note
from lti_tool.services.session import digest

INVITATION_LIFE = timedelta(days=7)
MAX_TOKEN = 100


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that can still be used."""

    id: str
    provider_id: str
    provider_name: str


def invite_platform(session: Session, actor: Actor, now: datetime) -> str:
    """The secret of a registration address that works once, within seven days."""
    token = secrets.token_urlsafe(32)
    row = models.RegistrationInvitation(
        provider_id=actor.provider_id,
        token_hash=digest(token),
        created_by=actor.person_id,
        created_at=now,
        expires_at=now + INVITATION_LIFE,
    )
    session.add(row)
    session.flush()
    note(session, actor, "platform.invited", f"invitation:{row.id}", now)
    return token


def look_at_invitation(session: Session, token: str, now: datetime) -> Invitation:
    """Whose invitation it is; looking uses nothing up.

    Raises ``Forbidden("registration_invitation_used")`` for one that was used, has expired or never was.
    """
    table = models.RegistrationInvitation
    row = session.scalars(select(table).where(table.token_hash == digest(token[:MAX_TOKEN]))).first()
    if row is None or row.used_at is not None or now >= row.expires_at:
        raise Forbidden("registration_invitation_used")
    return Invitation(row.id, row.provider_id, session.get_one(models.Provider, row.provider_id).name)


def take_invitation(session: Session, token: str, now: datetime) -> Invitation:
    """Use it up, before the LMS is asked anything; of two that try one gets it. Raises like ``look_at_invitation``."""
    found, table = look_at_invitation(session, token, now), models.RegistrationInvitation
    taken = session.execute(update(table).where(table.id == found.id, table.used_at.is_(None)).values(used_at=now))
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise Forbidden("registration_invitation_used")
    return found


def return_invitation(session: Session, invitation: Invitation) -> None:
    """The LMS refused or did not answer, so nothing was registered: the address may be used again."""
    table = models.RegistrationInvitation
    session.execute(update(table).where(table.id == invitation.id, table.platform_id.is_(None)).values(used_at=None))


def note_registration(
    session: Session, invitation: Invitation, found: PlatformConfiguration, given: Registered, now: datetime
) -> str:
    """Keep what was registered, unapproved; gives the platform's row key.

    An LMS that registers again under the same client id (Moodle's update) keeps its approval unless an address changed.
    Raises ``Conflict("registration_taken")`` if that client id belongs to another provider.
    """
    values = _values(found)
    key = {"issuer": found.issuer, "client_id": given.client_id}
    made = {**values, "home_provider_id": invitation.provider_id, "created_at": now}
    platform = insert_once(session, models.Platform, key, made)
    if not owns(platform, invitation.provider_id):
        raise Conflict("registration_taken", "this client id is connected for another provider")
    if any(getattr(platform, name) != value for name, value in values.items()):
        platform.approved_at = None
    for name, value in values.items():
        setattr(platform, name, value)
    platform.home_provider_id = invitation.provider_id
    if given.deployment_id is not None:
        _deployment(session, platform, invitation.provider_id, given.deployment_id, now)
    row = session.get_one(models.RegistrationInvitation, invitation.id)
    row.platform_id = platform.id
    session.flush()
    detail = {"issuer": found.issuer, "client_id": given.client_id, "product": found.product}
    actor = ToolActor(invitation.provider_id)
    note(session, actor, "platform.registered", f"platform:{platform.id}", now, detail=detail)
    return platform.id


def _values(found: PlatformConfiguration) -> dict[str, str | None]:
    return {
        "authorization_url": found.authorization_url,
        "token_url": found.token_url,
        "keyset_url": found.keyset_url,
        "token_audience": found.token_audience,
        "family": found.family.value,
        "frame_origins": "",
    }


def _deployment(
    session: Session, platform: models.Platform, provider_id: str, deployment_id: str, now: datetime
) -> None:
    key = {"platform_id": platform.id, "deployment_id": deployment_id}
    row = insert_once(session, models.Deployment, key, {"provider_id": provider_id, "created_at": now})
    if row.provider_id != provider_id:
        raise Conflict("registration_taken", "this deployment is connected for another provider")


def owns(platform: models.Platform, provider_id: str) -> bool:
    """This provider connected it, or it serves no other: only then may its office change it."""
    holders = {deployment.provider_id for deployment in platform.deployments}
    if platform.home_provider_id is not None:
        return platform.home_provider_id == provider_id
    return holders == {provider_id}


def owned_platform(session: Session, provider_id: str, platform_id: str) -> models.Platform:
    """Raises ``NotFound("platform_unknown")`` for one that this provider may not change."""
    row = session.get(models.Platform, platform_id)
    if row is None or not owns(row, provider_id):
        raise NotFound("platform_unknown")
    return row


def approve_platform(
    session: Session, actor: Actor, platform_id: str, now: datetime, *, takes_deployments: bool = False
) -> None:
    """Let people sign in through it. ``takes_deployments``: also from deployments that are not known yet.

    Raises ``NotFound("platform_unknown")``.
    """
    row = owned_platform(session, actor.provider_id, platform_id)
    was = {"is_approved": row.approved_at is not None, "takes_deployments": row.takes_deployments}
    row.approved_at, row.takes_deployments = row.approved_at or now, takes_deployments
    row.home_provider_id = row.home_provider_id or actor.provider_id
    detail = {
        "is_approved": [was["is_approved"], True],
        "takes_deployments": [was["takes_deployments"], takes_deployments],
    }
    note(session, actor, "platform.approved", f"platform:{row.id}", now, detail=detail)


def approve_by_name(
    session: Session, issuer: str, client_id: str, now: datetime, *, takes_deployments: bool = False
) -> None:
    """The same from the command line. Raises ``NotFound("platform_unknown")``."""
    table = models.Platform
    row = session.scalars(select(table).where(table.issuer == issuer, table.client_id == client_id)).first()
    if row is None or row.home_provider_id is None:
        raise NotFound("platform_unknown", f"no platform registered itself as {issuer!r}, client id {client_id!r}")
    actor = ToolActor(row.home_provider_id)
    approve_platform(session, actor, row.id, now, takes_deployments=takes_deployments)


def dismiss_platform(session: Session, actor: Actor, platform_id: str, now: datetime) -> None:
    """Remove a registration that was never used. Raises ``NotFound("platform_unknown")``, and
    ``Conflict("platform_in_use")`` once there are courses: records of learners must be kept."""
    row = owned_platform(session, actor.provider_id, platform_id)
    deployments = [deployment.id for deployment in row.deployments]
    if session.scalars(select(models.Course.id).where(models.Course.deployment_id.in_(deployments)).limit(1)).first():
        raise Conflict("platform_in_use", "courses have been opened through this platform; their records must be kept")
    note(session, actor, "platform.dismissed", f"platform:{row.id}", now, detail={"issuer": row.issuer})
    session.delete(row)


def add_deployment(session: Session, actor: Actor, platform_id: str, deployment_id: str, now: datetime) -> None:
    """A further deployment of this platform belongs to the actor's provider.

    Raises ``NotFound("platform_unknown")``; ``Conflict("registration_taken")`` if it belongs to another provider.
    """
    row = owned_platform(session, actor.provider_id, platform_id)
    _deployment(session, row, actor.provider_id, deployment_id, now)
    session.flush()
    session.refresh(row)
    note(session, actor, "deployment.added", f"platform:{row.id}", now, detail={"deployment": deployment_id})
