"""A provider's documents and every version of them that was ever put in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key, Name


class VaultDocument(Base):
    """The thing that keeps its name while its versions change."""

    __tablename__ = "vault_document"
    __table_args__ = (Index("ix_vault_document_listed", "provider_id", "title", "id"),)
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    title: Mapped[Name]
    kind: Mapped[str] = mapped_column(String(32))
    """``domain.vault.DocumentKind``."""
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    review_on: Mapped[date | None]
    criteria: Mapped[list[Any]]
    """Codes of ``domain.vault.CRITERIA``."""
    activity_id: Mapped[str | None] = mapped_column(ForeignKey("activity.id"), index=True)
    """The one activity it belongs to, if any."""
    version: Mapped[int]
    """Number of the newest."""
    revision: Mapped[int]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class VaultVersion(Base):
    """One file, never overwritten."""

    __tablename__ = "vault_version"
    document_id: Mapped[str] = mapped_column(ForeignKey("vault_document.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[Name]
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(500))
    author_id: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    created_at: Mapped[datetime]
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
