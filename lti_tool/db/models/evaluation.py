"""Evaluations: that somebody answered, and, apart from it, what was answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key


class EvaluationReceipt(Base):
    """This learner has answered."""

    __tablename__ = "evaluation_receipt"
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), primary_key=True)
    submitted_at: Mapped[datetime]


class EvaluationResponse(Base):
    """What was answered. An anonymous one carries neither learner nor time; random keys hide the order."""

    __tablename__ = "evaluation_response"
    __table_args__ = ({"sqlite_with_rowid": False},)
    id: Mapped[Key]
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"), index=True)
    version: Mapped[int]
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"), index=True)
    participation_id: Mapped[str | None] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), index=True)
    """Null for anonymous evaluations."""
    answers: Mapped[dict[str, Any]]
