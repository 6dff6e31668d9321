"""The way to the next decision, and who may look at its calendar."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key


class AccreditationMilestone(Base):
    """A day that the provider entered: a phase of a review, or something that recurs."""

    __tablename__ = "accreditation_milestone"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    accreditation_id: Mapped[str | None] = mapped_column(ForeignKey("accreditation.id"))
    kind: Mapped[str] = mapped_column(String(32))
    """``domain.accreditation.MilestoneKind``."""
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    note: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class AccreditationFinding(Base):
    """What a decision found wanting, and what is done about it."""

    __tablename__ = "accreditation_finding"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    accreditation_id: Mapped[str] = mapped_column(ForeignKey("accreditation.id"))
    criterion: Mapped[str] = mapped_column(String(8))
    finding: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    resolved_on: Mapped[date | None]
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    revision: Mapped[int]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class CalendarFeed(Base):
    """A secret address of the calendar. Only its hash is kept."""

    __tablename__ = "calendar_feed"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
