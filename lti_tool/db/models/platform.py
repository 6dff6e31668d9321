"""Accredited providers, and the LMSs that are connected to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db.base import Address, Base, Key, Name


class Provider(Base):
    """The owner of activities, learners and records. Nothing is ever shared between two providers."""

    __tablename__ = "provider"
    id: Mapped[Key]
    name: Mapped[Name] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class Platform(Base):
    """One LTI registration."""

    __tablename__ = "platform"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)
    id: Mapped[Key]
    issuer: Mapped[Name]
    client_id: Mapped[Name]
    authorization_url: Mapped[Address]
    token_url: Mapped[Address]
    keyset_url: Mapped[Address]
    token_audience: Mapped[str | None] = mapped_column(String(2048))
    family: Mapped[str] = mapped_column(String(32))
    frame_origins: Mapped[str] = mapped_column(String(2048), default="")
    """Further origins whose pages frame the tool (Open edX's MFE), separated by blanks."""
    home_provider_id: Mapped[str | None] = mapped_column(ForeignKey("provider.id"), index=True)
    """Who connected it from their office; null: the command line did."""
    approved_at: Mapped[datetime | None]
    """Null: it registered itself and nobody has approved it yet; nobody can sign in through it."""
    takes_deployments: Mapped[bool] = mapped_column(default=False)
    """A deployment that is not known yet belongs to the home provider (Canvas names none when it registers)."""
    created_at: Mapped[datetime]
    deployments: Mapped[list[Deployment]] = relationship(
        back_populates="platform", cascade="all, delete-orphan", lazy="selectin"
    )


class Deployment(Base):
    """A tenant: (issuer, client id, deployment id), owned by one provider."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("platform_id", "deployment_id"),)
    id: Mapped[Key]
    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id"))
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    deployment_id: Mapped[Name]
    sends_credit: Mapped[bool] = mapped_column(default=False)
    """The office wants a gradebook column of its own for credit in these courses."""
    created_at: Mapped[datetime]
    platform: Mapped[Platform] = relationship(back_populates="deployments", lazy="joined")


class RegistrationInvitation(Base):
    """Lets one LMS register itself with a provider, once. Only a hash of the secret is kept."""

    __tablename__ = "registration_invitation"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[str] = mapped_column(String(32))
    """A person's key; ``""``: the command line."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    platform_id: Mapped[str | None] = mapped_column(ForeignKey("platform.id", ondelete="SET NULL"))


class ConnectionState(Base):
    """How a platform is doing: its last launch, the last one that was refused, and the last test. No personal data."""

    __tablename__ = "connection_state"
    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"), primary_key=True)
    launched_at: Mapped[datetime | None]
    received: Mapped[dict[str, Any]]
    """The claims of the last good launch, masked."""
    refused_at: Mapped[datetime | None]
    refusal_code: Mapped[str] = mapped_column(String(64), default="")
    refusal_words: Mapped[str] = mapped_column(String(500), default="")
    refused_deployment: Mapped[Name] = mapped_column(default="")
    """The deployment that was not known, if that was the reason."""
    refused_claims: Mapped[dict[str, Any]]
    tested_at: Mapped[datetime | None]
    findings: Mapped[list[Any]]
