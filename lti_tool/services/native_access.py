"""Who may call the API: a platform's server, by a key that was registered for it, and the tokens that it gets."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.upsert import insert_or_skip
from lti_tool.domain.errors import Conflict, Forbidden, NotFound
from lti_tool.services.session import digest

TOKEN_LIFE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class NativeClient:
    """A platform's server, acting for one deployment and so for one provider."""

    deployment_id: str
    provider_id: str
    platform_id: str
    issuer: str


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """A public key as the protocol edge needs it. ``client_id`` is what the platform calls itself."""

    id: str
    client_id: str
    kid: str
    public_pem: str
    created_at: datetime
    is_revoked: bool


def _registered(row: models.BlockKey) -> RegisteredKey:
    return RegisteredKey(row.id, row.deployment_id, row.kid, row.public_pem, row.created_at, row.revoked_at is not None)


def _deployment(db: Session, issuer: str, client_id: str, deployment_id: str) -> models.Deployment:
    table = models.Deployment
    query = (
        select(table)
        .join(models.Platform, models.Platform.id == table.platform_id)
        .where(models.Platform.issuer == issuer, models.Platform.client_id == client_id)
        .where(table.deployment_id == deployment_id)
    )
    found = db.scalars(query).first()
    if found is None:
        raise NotFound("deployment_unknown", f"no deployment {deployment_id!r} of {issuer!r}, client {client_id!r}")
    return found


def add_block_key(
    db: Session, issuer: str, client_id: str, deployment_id: str, kid: str, public_pem: str, now: datetime
) -> RegisteredKey:
    """Register a key for a deployment. Raises ``NotFound("deployment_unknown")``, ``Conflict("block_key_taken")``."""
    deployment = _deployment(db, issuer, client_id, deployment_id)
    if db.scalars(select(models.BlockKey.id).where(models.BlockKey.kid == kid)).first():
        raise Conflict("block_key_taken", f"the key {kid} is registered already")
    row = models.BlockKey(deployment_id=deployment.id, kid=kid, public_pem=public_pem, created_at=now)
    db.add(row)
    db.flush()
    return _registered(row)


def list_block_keys(db: Session) -> Sequence[RegisteredKey]:
    """Every key, oldest first."""
    return [_registered(row) for row in db.scalars(select(models.BlockKey).order_by(models.BlockKey.created_at))]


def has_native_client(db: Session, provider_id: str) -> bool:
    """Whether a platform's server may act for the provider."""
    table, deployment = models.BlockKey, models.Deployment
    query = select(table.id).join(deployment).where(deployment.provider_id == provider_id, table.revoked_at.is_(None))
    return db.scalars(query.limit(1)).first() is not None


def revoke_block_key(db: Session, kid: str, now: datetime) -> None:
    """Its tokens end at once. Raises ``NotFound("block_key_unknown")``."""
    row = db.scalars(select(models.BlockKey).where(models.BlockKey.kid == kid)).first()
    if row is None:
        raise NotFound("block_key_unknown", f"no key {kid} is registered")
    row.revoked_at = row.revoked_at or now
    db.execute(delete(models.ApiToken).where(models.ApiToken.block_key_id == row.id))


def find_block_key(db: Session, kid: str) -> RegisteredKey:
    """The key that an assertion names. Raises ``Forbidden("block_key_refused")`` also for a revoked one."""
    is_plain = kid.isascii() and kid.isprintable()
    row = db.scalars(select(models.BlockKey).where(models.BlockKey.kid == kid)).first() if is_plain else None
    if row is None or row.revoked_at is not None:
        raise Forbidden("block_key_refused")
    return _registered(row)


def issue_token(db: Session, key: RegisteredKey, jti: str, expires_at: datetime, now: datetime) -> str:
    """A new access token for a checked assertion. Raises ``Forbidden("assertion_used")`` the second time."""
    db.execute(delete(models.ApiAssertion).where(models.ApiAssertion.expires_at < now))
    db.execute(delete(models.ApiToken).where(models.ApiToken.expires_at < now))
    values = {"jti_hash": digest(f"{key.client_id}:{jti}"), "expires_at": expires_at}
    noted = insert_or_skip(db, models.ApiAssertion, values).returning(models.ApiAssertion.jti_hash)
    if db.scalar(noted) is None:
        raise Forbidden("assertion_used")
    token = secrets.token_urlsafe(32)
    db.add(models.ApiToken(token_hash=digest(token), block_key_id=key.id, expires_at=now + TOKEN_LIFE))
    db.flush()
    return token


def client_of(db: Session, token: str, now: datetime) -> NativeClient:
    """Whoever holds the token. Raises ``Forbidden("token_unknown")`` for one that is wrong, over or revoked."""
    row = db.get(models.ApiToken, digest(token)) if token else None
    if row is None or row.expires_at <= now or row.block_key.revoked_at is not None:
        raise Forbidden("token_unknown")
    deployment = row.block_key.deployment
    return NativeClient(deployment.id, deployment.provider_id, deployment.platform_id, deployment.platform.issuer)
