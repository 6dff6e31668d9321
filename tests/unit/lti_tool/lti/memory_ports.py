"""The edge's ports in memory, as strict as the database: one use of a login, one refetch per pause."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from lti_tool.domain.launch import Platform
from lti_tool.domain.login import AccessToken, CachedKeyset, KnownLogin, PendingLogin, SigningKey, ToolKey
from lti_tool.lti.keys import signing_key

Made = TypeVar("Made")


@dataclass
class MemoryRegistrations:
    platforms: list[Platform] = field(default_factory=list)

    def candidates(self, issuer: str, client_id: str | None) -> Sequence[Platform]:
        return [p for p in self.platforms if p.issuer == issuer and client_id in (None, p.client_id)]

    def get(self, platform_id: str) -> Platform | None:
        return next((p for p in self.platforms if p.id == platform_id), None)


@dataclass
class MemoryLaunchStore:
    registrations: MemoryRegistrations
    rows: dict[str, PendingLogin] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(
        self, issuer: str, client_id: str | None, make: Callable[[Sequence[Platform]], tuple[PendingLogin, Made]]
    ) -> Made | None:
        found = self.registrations.candidates(issuer, client_id)
        if not found:
            return None
        login, made = make(found)
        with self.lock:
            self.rows[login.state_hash] = login
        return made

    def peek(self, state_hash: str, now: datetime) -> KnownLogin | None:
        return self._known(self.rows.get(state_hash), now)

    def consume(self, state_hash: str, now: datetime) -> KnownLogin | None:
        with self.lock:
            row = self.rows.pop(state_hash, None)
        return self._known(row, now)

    def _known(self, row: PendingLogin | None, now: datetime) -> KnownLogin | None:
        return KnownLogin(row, self.registrations.get(row.platform_id)) if row and now < row.expires_at else None


@dataclass
class MemoryKeysets:
    kept: dict[str, CachedKeyset] = field(default_factory=dict)
    marks: dict[str, datetime] = field(default_factory=dict)

    def get(self, platform_id: str) -> CachedKeyset | None:
        return self.kept.get(platform_id)

    def put(self, platform_id: str, keyset: CachedKeyset) -> None:
        self.kept[platform_id] = keyset

    def claim_refetch(self, platform_id: str, now: datetime, pause: timedelta) -> bool:
        last = self.marks.get(platform_id)
        if last is not None and now - last < pause:
            return False
        self.marks[platform_id] = now
        return True


@dataclass
class MemoryTokens:
    kept: dict[tuple[str, frozenset[str]], AccessToken] = field(default_factory=dict)

    def get(self, platform_id: str, scopes: frozenset[str]) -> AccessToken | None:
        return self.kept.get((platform_id, scopes))

    def put(self, platform_id: str, scopes: frozenset[str], token: AccessToken) -> None:
        self.kept[(platform_id, scopes)] = token

    def drop(self, platform_id: str, scopes: frozenset[str]) -> None:
        self.kept.pop((platform_id, scopes), None)


@dataclass
class MemoryToolKeys:
    keys: list[ToolKey]

    def signing(self, now: datetime) -> SigningKey:
        return signing_key(self.keys, now)

    def all(self) -> Sequence[ToolKey]:
        return self.keys
