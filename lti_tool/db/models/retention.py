"""Periods, legal holds, and what learners ask about their data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key, Name


class RetentionPeriod(Base):
    """A provider's own period for a class of records. Without a row the rules alone stand."""

    __tablename__ = "retention_period"
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), primary_key=True)
    record_class: Mapped[str] = mapped_column(String(16), primary_key=True)
    """``domain.retention.RecordClass``."""
    months: Mapped[int]
    updated_at: Mapped[datetime]


class LegalHold(Base):
    """What it covers is neither purged nor erased until it is lifted. The row stays."""

    __tablename__ = "legal_hold"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    learner_id: Mapped[str | None] = mapped_column(ForeignKey("learner.id"), index=True)
    activity_id: Mapped[str | None] = mapped_column(ForeignKey("activity.id"), index=True)
    """Neither: everything of the provider."""
    reason: Mapped[str] = mapped_column(String(1000))
    placed_by: Mapped[Name]
    placed_at: Mapped[datetime]
    lift_reason: Mapped[str] = mapped_column(String(1000), default="")
    lifted_by: Mapped[Name] = mapped_column(default="")
    lifted_at: Mapped[datetime | None]


class DataRequest(Base):
    """A learner's request to restrict or erase their data, and the decision. At most one of a kind is open."""

    __tablename__ = "data_request"
    __table_args__ = (
        Index(
            "uq_data_request_open",
            "learner_id",
            "kind",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    """``domain.data_request.RequestKind``."""
    state: Mapped[str] = mapped_column(String(10))
    """``domain.data_request.RequestState``."""
    reason: Mapped[str] = mapped_column(String(1000), default="")
    asked_by: Mapped[Name]
    """``learner``; ``platform``, which has retired the account; or the row key of whoever of the staff entered it."""
    asked_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(1000), default="")
    """In the words of staff, for the learner."""
    decided_by: Mapped[Name] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    """When it was withdrawn, refused, carried out or lifted."""
