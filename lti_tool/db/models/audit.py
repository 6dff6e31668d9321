"""What staff did: append-only, chained by hashes. The database refuses to change or remove a row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Name


class AuditEntry(Base):
    """One act. People are named by their row's key only, so that erasing a name never breaks the chain."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_activity", "activity_id", "number"),)
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """From 1 per provider, without gaps."""
    at: Mapped[datetime]
    actor_id: Mapped[str] = mapped_column(String(32))
    """A person's key; ``""`` for the command line and for the tool itself."""
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[Name]
    activity_id: Mapped[str | None] = mapped_column(String(32))
    detail: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
