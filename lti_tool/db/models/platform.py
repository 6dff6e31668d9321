"""Accredited providers, and the LMSs that are connected to them."""

from __future__ import annotations

from datetime import datetime

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
    created_at: Mapped[datetime]
    platform: Mapped[Platform] = relationship(back_populates="deployments", lazy="joined")
