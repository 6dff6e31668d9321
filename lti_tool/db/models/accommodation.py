"""More time for single learners, and what learners promised themselves to change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key


class Accommodation(Base):
    """Extra minutes in timed tests, granted by staff; the newest counts, none is ever deleted."""

    __tablename__ = "accommodation"
    id: Mapped[Key]
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), index=True)
    extra_minutes: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    granted_by: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    granted_at: Mapped[datetime]


class Commitment(Base):
    """A commitment to change, in the learner's own words, and what became of it."""

    __tablename__ = "commitment"
    __table_args__ = (Index("ix_commitment_due", "due_at"),)
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), primary_key=True)
    item: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """When the learner is asked again; never, if null."""
    outcome: Mapped[str | None] = mapped_column(String(16))
    """``domain.evaluation.FollowUp`` once it was answered."""
    note: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
