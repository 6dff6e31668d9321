"""What the LTI edge needs somebody else to remember. Implemented with SQL in ``lti_tool.services.launch_state``.

Structural types: an implementation need not import this module. All times are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from lti_tool.domain.launch import Platform
from lti_tool.domain.login import AccessToken, CachedKeyset, KnownLogin, PendingLogin, SigningKey, ToolKey

Made = TypeVar("Made")


class Registrations(Protocol):
    """Platforms that an administrator has connected."""

    def candidates(self, issuer: str, client_id: str | None) -> Sequence[Platform]:
        """Every registration of this issuer, or only the one with this client id; empty if none."""
        ...


class LaunchStore(Protocol):
    """Login transactions. ``consume`` gives each row out exactly once, also with several server processes."""

    def begin(
        self, issuer: str, client_id: str | None, make: Callable[[Sequence[Platform]], tuple[PendingLogin, Made]]
    ) -> Made | None:
        """Keep, until it is consumed or expires, the login that ``make`` makes of the registrations of this issuer (or
        of the only one with this client id). Nothing is kept if it raises; ``None``, unasked, where there are none.
        """
        ...

    def peek(self, state_hash: str, now: datetime) -> KnownLogin | None:
        """Read without using up; ``None`` if unknown, used or expired."""
        ...

    def consume(self, state_hash: str, now: datetime) -> KnownLogin | None:
        """``DELETE … RETURNING``: the row, or ``None`` if unknown, used or expired.

        Must be committed even if the launch is refused afterwards.
        """
        ...


class KeysetCache(Protocol):
    """Key sets of platforms, shared by all processes."""

    def get(self, platform_id: str) -> CachedKeyset | None: ...

    def put(self, platform_id: str, keyset: CachedKeyset) -> None: ...

    def claim_refetch(self, platform_id: str, now: datetime, pause: timedelta) -> bool:
        """``True`` for one caller per ``pause`` and platform, who may then fetch again."""
        ...


class TokenCache(Protocol):
    """Access tokens. The key is the registration and the scopes asked for, never the issuer alone."""

    def get(self, platform_id: str, scopes: frozenset[str]) -> AccessToken | None: ...

    def put(self, platform_id: str, scopes: frozenset[str], token: AccessToken) -> None: ...

    def drop(self, platform_id: str, scopes: frozenset[str]) -> None: ...


class ToolKeys(Protocol):
    """The tool's own key pairs."""

    def signing(self, now: datetime) -> SigningKey:
        """The key to sign with now (see ``keys.signing_key``)."""
        ...

    def all(self) -> Sequence[ToolKey]:
        """Every key that is not yet deleted, for publication (see ``keys.published``)."""
        ...
