"""Attempts at tests and the answers in them, saved as they are given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db.base import Base, Json, Key


class Attempt(Base):
    """One go at a test. The database allows one open attempt per learner and test."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("participation_id", "test", "number"),
        Index(
            "uq_attempt_open",
            "participation_id",
            "test",
            unique=True,
            sqlite_where=text("submitted_at IS NULL"),
            postgresql_where=text("submitted_at IS NULL"),
        ),
    )
    id: Mapped[Key]
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"))
    test: Mapped[str] = mapped_column(String(16))
    number: Mapped[int]
    form: Mapped[list[Any]]
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the test's time limit is up, without what was granted to this learner; null without a limit."""
    submitted_at: Mapped[datetime | None]
    answers: Mapped[list[Answer]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class Answer(Base):
    """The latest answer to one question of one attempt. ``revision`` counts its changes."""

    __tablename__ = "answer"
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
