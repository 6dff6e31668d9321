"""What the LTI edge must remember between requests and between processes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base


class PendingLogin(Base):
    """A login that was begun. Taken out, once, by the launch that answers it."""

    __tablename__ = "pending_login"
    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Keyset(Base):
    """A platform's public keys as last fetched (``""``: not yet); ``refetched_at`` limits fetches for unknown keys."""

    __tablename__ = "keyset"
    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"), primary_key=True)
    document: Mapped[str] = mapped_column(Text)
    fetched_at: Mapped[datetime]
    fresh_until: Mapped[datetime]
    refetched_at: Mapped[datetime | None]


class AccessToken(Base):
    """A service token, per registration and set of scopes, until shortly before it expires. Sealed at rest."""

    __tablename__ = "access_token"
    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"), primary_key=True)
    scopes_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed_token: Mapped[bytes] = mapped_column(LargeBinary)
    granted: Mapped[list[Any]]
    expires_at: Mapped[datetime]


class ToolKey(Base):
    """One of the tool's own key pairs; the private half is sealed."""

    __tablename__ = "tool_key"
    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    public_pem: Mapped[str] = mapped_column(Text)
    sealed_private_pem: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    retire_at: Mapped[datetime | None]
