"""The office of a provider: who may do what, who was invited, and who is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db.base import Base, Key, Name
from lti_tool.db.models.learner import Learner
from lti_tool.db.models.session import WebSession


class OfficeGrant(Base):
    """A capability given to a person by name. It ends by ``revoked_at``; the row stays."""

    __tablename__ = "office_grant"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    capability: Mapped[str] = mapped_column(String(32))
    activity_id: Mapped[str | None] = mapped_column(ForeignKey("activity.id"))
    """Null: over the whole provider."""
    granted_by: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    """Null: from the command line."""
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class OfficeAccount(Base):
    """The e-mail address by which a person without LMS comes back to the office."""

    __tablename__ = "office_account"
    __table_args__ = (UniqueConstraint("provider_id", "email"),)
    person_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), primary_key=True)
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    email: Mapped[Name]
    """In lower case."""
    person: Mapped[Learner] = relationship(lazy="joined")


class OfficeLink(Base):
    """A one-time link into the office. Only a hash of its secret is kept."""

    __tablename__ = "office_link"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    person: Mapped[Learner] = relationship(lazy="joined")


class OfficeSession(Base):
    """A browser that is signed in to the office of one provider."""

    __tablename__ = "office_session"
    id: Mapped[Key]
    token_hash: Mapped[str] = mapped_column(String(64))
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    lms_session_id: Mapped[str | None] = mapped_column(ForeignKey("web_session.id", ondelete="SET NULL"), index=True)
    """The launch that it was opened from, as long as that one lives."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    person: Mapped[Learner] = relationship(lazy="joined")
    lms_session: Mapped[WebSession | None] = relationship(lazy="joined")


class RoleMap(Base):
    """What course roles bring at this provider, where it differs from the product's default."""

    __tablename__ = "role_map"
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), primary_key=True)
    capabilities: Mapped[dict[str, Any]]
    """Role to a list of capabilities."""
    updated_at: Mapped[datetime]
