"""Which information text was shown to whom, and when it was acknowledged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key


class ShownText(Base):
    """The words themselves, once per fingerprint: evidence for the accreditation review."""

    __tablename__ = "shown_text"
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[dict[str, Any]]
    first_shown_at: Mapped[datetime]


class Acknowledgement(Base):
    __tablename__ = "acknowledgement"
    id: Mapped[Key]
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), index=True)
    fingerprint: Mapped[str] = mapped_column(ForeignKey("shown_text.fingerprint"))
    version: Mapped[int]
    """The activity version whose text it was."""
    locale: Mapped[str] = mapped_column(String(35))
    """The language of the page around the text."""
    acknowledged_at: Mapped[datetime]
