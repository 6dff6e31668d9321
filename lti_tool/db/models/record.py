"""The facts of one learner in one activity."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db.base import Base, Key
from lti_tool.db.models.learner import Learner


class Participation(Base):
    """A learner took up an activity. They keep the version they began with."""

    __tablename__ = "participation"
    __table_args__ = (UniqueConstraint("learner_id", "activity_id", "is_trial"),)
    id: Mapped[Key]
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"), index=True)
    version: Mapped[int]
    is_trial: Mapped[bool]
    """A test run by staff: never counted, never graded, no credit, can be wiped."""
    text_version: Mapped[int | None]
    """For a learner of a native face: the version whose text they were shown. Null: the newest is in force."""
    started_at: Mapped[datetime]
    content_finished_at: Mapped[datetime | None]
    learner: Mapped[Learner] = relationship(lazy="joined")


class Study(Base):
    """A content item was opened."""

    __tablename__ = "study"
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), primary_key=True)
    item: Mapped[str] = mapped_column(String(64), primary_key=True)
    first_opened_at: Mapped[datetime]


class StudyView(Base):
    """One opening of the page of a content item, with the totals that the browser reported for it.

    The server hands out ``id`` and ``opened_at``: a view can never count more seconds than have passed.
    """

    __tablename__ = "study_view"
    id: Mapped[Key]
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), index=True)
    item: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime]
    seconds: Mapped[int] = mapped_column(default=0)
    duration: Mapped[float | None]
    """Length of the recording in seconds, as the browser's player says."""
    ranges: Mapped[list[Any]] = mapped_column(default=list)
    """Played stretches in seconds: ``[[start, end], …]``."""
