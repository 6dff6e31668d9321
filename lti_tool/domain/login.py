"""What must be remembered between a login initiation and the launch that answers it, and between service calls.

Plain values: ``lti_tool.lti`` makes and reads them, ``lti_tool.services.launch_state`` keeps them in the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lti_tool.domain.launch import Platform


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """One login on its way through the LMS, usable exactly once until ``expires_at``.

    State, nonce and browser secret are kept as SHA-256 in lower-case hex: a reader of the table cannot
    finish somebody's login. One row binds the three together.
    """

    state_hash: str
    nonce_hash: str
    browser_hash: str
    platform_id: str
    target_link_uri: str
    expires_at: datetime
    storage_target: str | None = None
    """Frame that holds the LMS's client-side storage, ``None`` where the LMS offers none."""
    restart: Mapping[str, str] = field(default_factory=dict)
    """The parameters of the login initiation, to begin it again in a new window."""


@dataclass(frozen=True, slots=True)
class KnownLogin:
    """A login that was kept, with the registration that it goes through: ``None`` once that has been removed."""

    login: PendingLogin
    platform: Platform | None


@dataclass(frozen=True, slots=True)
class CachedKeyset:
    """A platform's JSON Web Key Set as text, with when it was fetched and until when it is fresh."""

    document: str
    fetched_at: datetime
    fresh_until: datetime


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token for a platform's services and the scopes that were really granted."""

    value: str = field(repr=False)
    scopes: frozenset[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of the tool, PEM (PKCS #8), and the ``kid`` that the published half carries."""

    kid: str
    private_pem: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ToolKey:
    """A key pair: published from ``created_at``, signing from ``not_before``, withdrawn at ``retire_at``."""

    kid: str
    private_pem: str = field(repr=False)
    public_pem: str
    created_at: datetime
    not_before: datetime
    retire_at: datetime | None = None
