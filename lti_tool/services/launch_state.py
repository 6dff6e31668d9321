"""The LTI edge's memory in SQL: registrations, logins under way, key sets, access tokens, and our own keys.

Each method is a transaction of its own: a login that was consumed stays consumed when the launch is refused.
The classes fit the Protocols of ``lti_tool.lti.ports`` by shape.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, reading, transaction
from lti_tool.db.load_platform import load_platforms
from lti_tool.db.sealing import Sealer
from lti_tool.db.upsert import insert_or_replace, insert_or_skip
from lti_tool.domain.errors import CmeError
from lti_tool.domain.launch import Platform
from lti_tool.domain.login import AccessToken, CachedKeyset, KnownLogin, PendingLogin, SigningKey, ToolKey
from lti_tool.domain.wire import read_value, write_value
from lti_tool.services.ports import KeyMaker

_PENDING = models.PendingLogin.metadata.tables[models.PendingLogin.__tablename__]
Made = TypeVar("Made")


def _candidates(session: Session, issuer: str, client_id: str | None) -> list[Platform]:
    if client_id is None:
        return load_platforms(session, models.Platform.issuer == issuer)
    return load_platforms(session, models.Platform.issuer == issuer, models.Platform.client_id == client_id)


def _known_login(session: Session, body: dict[str, Any]) -> KnownLogin:
    login = read_value(PendingLogin, body)
    return KnownLogin(login, next(iter(load_platforms(session, models.Platform.id == login.platform_id)), None))


@dataclass(frozen=True, slots=True)
class Registrations:
    """Platforms that an administrator has connected."""

    sessions: Sessions

    def candidates(self, issuer: str, client_id: str | None) -> Sequence[Platform]:
        with reading(self.sessions) as session:
            return _candidates(session, issuer, client_id)


@dataclass(frozen=True, slots=True)
class LoginStore:
    """Logins under way. ``consume`` gives each out once, whatever the number of processes."""

    sessions: Sessions

    def begin(
        self, issuer: str, client_id: str | None, make: Callable[[Sequence[Platform]], tuple[PendingLogin, Made]]
    ) -> Made | None:
        with transaction(self.sessions) as session:
            found = _candidates(session, issuer, client_id)
            if not found:
                return None
            login, made = make(found)
            row = {"state_hash": login.state_hash, "body": write_value(login), "expires_at": login.expires_at}
            session.execute(insert(_PENDING).values(**row))
        return made

    def peek(self, state_hash: str, now: datetime) -> KnownLogin | None:
        with reading(self.sessions) as session:
            row = session.get(models.PendingLogin, state_hash)
            return _known_login(session, row.body) if row and now < row.expires_at else None

    def consume(self, state_hash: str, now: datetime) -> KnownLogin | None:
        statement = (
            delete(_PENDING)
            .where(_PENDING.c.state_hash == state_hash)
            .returning(_PENDING.c.body, _PENDING.c.expires_at)
        )
        with transaction(self.sessions) as session:
            row = session.execute(statement).first()
            return _known_login(session, row.body) if row and now < row.expires_at else None


@dataclass(frozen=True, slots=True)
class KeysetStore:
    """Platforms' key sets, shared by all processes."""

    sessions: Sessions

    def get(self, platform_id: str) -> CachedKeyset | None:
        with reading(self.sessions) as session:
            row = session.get(models.Keyset, platform_id)
            return CachedKeyset(row.document, row.fetched_at, row.fresh_until) if row and row.document else None

    def put(self, platform_id: str, keyset: CachedKeyset) -> None:
        rest = {"document": keyset.document, "fetched_at": keyset.fetched_at, "fresh_until": keyset.fresh_until}
        with transaction(self.sessions) as session:
            insert_or_replace(session, models.Keyset, {"platform_id": platform_id}, rest)

    def claim_refetch(self, platform_id: str, now: datetime, pause: timedelta) -> bool:
        empty = {"platform_id": platform_id, "document": "", "fetched_at": now, "fresh_until": now}
        statement = (
            update(models.Keyset)
            .where(
                models.Keyset.platform_id == platform_id,
                or_(models.Keyset.refetched_at.is_(None), models.Keyset.refetched_at <= now - pause),
            )
            .values(refetched_at=now)
            .returning(models.Keyset.platform_id)
        )
        with transaction(self.sessions) as session:
            session.execute(insert_or_skip(session, models.Keyset, empty))
            return session.execute(statement).first() is not None


def _scopes_hash(scopes: frozenset[str]) -> str:
    return hashlib.sha256(" ".join(sorted(scopes)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TokenStore:
    """Access tokens by registration and scopes, sealed."""

    sessions: Sessions
    sealer: Sealer

    def get(self, platform_id: str, scopes: frozenset[str]) -> AccessToken | None:
        with reading(self.sessions) as session:
            row = session.get(models.AccessToken, (platform_id, _scopes_hash(scopes)))
            return (
                AccessToken(self.sealer.open(row.sealed_token), frozenset(row.granted), row.expires_at) if row else None
            )

    def put(self, platform_id: str, scopes: frozenset[str], token: AccessToken) -> None:
        key = {"platform_id": platform_id, "scopes_hash": _scopes_hash(scopes)}
        rest = {
            "sealed_token": self.sealer.seal(token.value),
            "granted": sorted(token.scopes),
            "expires_at": token.expires_at,
        }
        with transaction(self.sessions) as session:
            insert_or_replace(session, models.AccessToken, key, rest)

    def drop(self, platform_id: str, scopes: frozenset[str]) -> None:
        key = models.AccessToken.platform_id == platform_id, models.AccessToken.scopes_hash == _scopes_hash(scopes)
        with transaction(self.sessions) as session:
            session.execute(delete(models.AccessToken).where(*key))


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The tool's own keys, private halves sealed."""

    sessions: Sessions
    sealer: Sealer

    def all(self) -> Sequence[ToolKey]:
        with reading(self.sessions) as session:
            return [self._value(row) for row in session.scalars(select(models.ToolKey))]

    def signing(self, now: datetime) -> SigningKey:
        """The newest active key. Raises ``CmeError("no_signing_key")``."""
        active = [key for key in self.all() if key.not_before <= now and (key.retire_at is None or now < key.retire_at)]
        if not active:
            raise CmeError("no_signing_key", "no signing key is active; run `cme-tool keys rotate`")
        newest = max(active, key=lambda key: key.not_before)
        return SigningKey(newest.kid, newest.private_pem)

    def add(self, key: ToolKey, retirements: dict[str, datetime]) -> None:
        """Keep a new key and set when the older ones retire, in one transaction."""
        with transaction(self.sessions) as session:
            self._add(session, key, retirements)

    def add_after(self, newest: str, key: ToolKey, retirements: dict[str, datetime]) -> bool:
        """The same, unless somebody else has made a key since ``newest`` was the newest."""
        table = models.ToolKey
        with transaction(self.sessions) as session:
            session.execute(select(table.kid).where(table.kid == newest).with_for_update())
            # Asked after the lock: whoever held it before may have made one.
            if session.scalars(select(table.kid).order_by(table.created_at.desc()).limit(1)).first() != newest:
                return False
            self._add(session, key, retirements)
        return True

    def _add(self, session: Session, key: ToolKey, retirements: dict[str, datetime]) -> None:
        session.add(
            models.ToolKey(
                kid=key.kid,
                public_pem=key.public_pem,
                sealed_private_pem=self.sealer.seal(key.private_pem),
                created_at=key.created_at,
                not_before=key.not_before,
                retire_at=key.retire_at,
            )
        )
        for kid, moment in retirements.items():
            session.execute(update(models.ToolKey).where(models.ToolKey.kid == kid).values(retire_at=moment))

    def ensure(self, make: KeyMaker, now: datetime) -> None:
        """Make the first key of a new installation."""
        if not self.all():
            self.add(make(now, is_first=True), {})

    def _value(self, row: models.ToolKey) -> ToolKey:
        private = self.sealer.open(row.sealed_private_pem)
        return ToolKey(row.kid, private, row.public_pem, row.created_at, row.not_before, row.retire_at)
