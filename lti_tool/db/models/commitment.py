"""What learners promised themselves to change, and how they are asked what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db.base import Base, Key
from lti_tool.db.models.record import Participation


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
    barriers: Mapped[list[Any]] = mapped_column(default=list)
    """``domain.evaluation.Barrier``: what stood in the way."""
    note: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]


class LearnerContact(Base):
    """The address at which a learner wants to be reminded, sealed. Without a row nobody writes to them."""

    __tablename__ = "learner_contact"
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), primary_key=True)
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    given_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    """They want no more of it."""


class FollowUpLink(Base):
    """A signed link to one learner's commitments in one activity. Only a hash of its secret is kept."""

    __tablename__ = "follow_up_link"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    participation: Mapped[Participation] = relationship(lazy="joined")


class FollowUpReminder(Base):
    """A reminder that was sent: each offset after each due day once, however many workers run."""

    __tablename__ = "follow_up_reminder"
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), primary_key=True)
    item: Mapped[str] = mapped_column(String(64), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    """How long after the commitment was due, in days."""
    sent_at: Mapped[datetime]
