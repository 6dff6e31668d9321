"""Native faces of a platform (the Open edX block): their keys, tokens, and what they have sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db.base import Base, Key
from lti_tool.db.models.platform import Deployment


class BlockKey(Base):
    """A public key by which a platform's server proves who it is (RFC 7523). It speaks for one deployment."""

    __tablename__ = "block_key"
    id: Mapped[Key]
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id", ondelete="CASCADE"), index=True)
    kid: Mapped[str] = mapped_column(String(64), unique=True)
    """Thumbprint of the key (RFC 7638)."""
    public_pem: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    deployment: Mapped[Deployment] = relationship(lazy="joined")


class ApiToken(Base):
    """An access token of the API; only its hash is kept."""

    __tablename__ = "api_token"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    block_key_id: Mapped[str] = mapped_column(ForeignKey("block_key.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    block_key: Mapped[BlockKey] = relationship(lazy="joined")


class ApiAssertion(Base):
    """A client assertion that was used: never twice."""

    __tablename__ = "api_assertion"
    jti_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ApiRequest(Base):
    """The answer to a request with an idempotency key; a repeat gets the same."""

    __tablename__ = "api_request"
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id", ondelete="CASCADE"), primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
