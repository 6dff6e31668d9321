"""Activities and every version of them that was ever taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key, Name


class Activity(Base):
    """The thing that keeps its name while its versions change."""

    __tablename__ = "activity"
    __table_args__ = (UniqueConstraint("provider_id", "key"),)
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    key: Mapped[str] = mapped_column(String(64))
    title: Mapped[Name]
    version: Mapped[int]
    """Number of the version that new learners get."""
    outline: Mapped[dict[str, Any] | None]
    """``services.outline``: what lists need of that version."""
    published_at: Mapped[datetime | None]
    """Since when learners may be sent there; null while it is only approved."""
    closed_at: Mapped[datetime | None]
    """When the provider ended it before its expiry: no new credit from then on."""
    created_at: Mapped[datetime]


class ActivityVersion(Base):
    """One immutable definition (``domain.wire``), numbered from 1."""

    __tablename__ = "activity_version"
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    definition: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Media(Base):
    """A file of an activity, addressed by its content."""

    __tablename__ = "media"
    __table_args__ = (UniqueConstraint("activity_id", "version", "name"),)
    id: Mapped[Key]
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"))
    version: Mapped[int]
    name: Mapped[Name]
    media_type: Mapped[str] = mapped_column(String(100))
    content_hash: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes] = mapped_column(LargeBinary)
