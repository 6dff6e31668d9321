"""Courses, who was seen in them, and where activities were placed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db.base import Base, Key, Name
from lti_tool.db.models.learner import Learner
from lti_tool.db.models.platform import Deployment


class Course(Base):
    """A context of one deployment (context ids are unique per deployment only). ``""`` stands for no context."""

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("deployment_id", "context_id"),)
    id: Mapped[Key]
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id"))
    context_id: Mapped[Name]
    title: Mapped[Name] = mapped_column(default="")
    roster_url: Mapped[str | None] = mapped_column(String(2048))
    created_at: Mapped[datetime]
    deployment: Mapped[Deployment] = relationship(lazy="joined")


class CourseMember(Base):
    """Somebody who came from this course, in the role of the last launch."""

    __tablename__ = "course_member"
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"), primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), primary_key=True, index=True)
    seen_as: Mapped[str | None] = mapped_column(String(32))
    """Row key of the identity by which they come to this course, if it is not the person's own: grades go to it."""
    is_staff: Mapped[bool]
    last_seen_at: Mapped[datetime]
    learner: Mapped[Learner] = relationship(lazy="joined")


_UNFINISHED = text("credit_cursor IS NOT NULL")


class Placement(Base):
    """A resource link, and which activity (or single step) it opens. Unbound while ``activity_id`` is null.

    A row with ``credit_activity_id`` is no link: it stands for the course's column of the credit of that activity, so
    that its scores have queue, timestamps and comparison of their own.
    """

    __tablename__ = "placement"
    __table_args__ = (
        UniqueConstraint("course_id", "resource_link_id"),
        Index("ix_placement_credit_unfinished", "id", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
    )
    id: Mapped[Key]
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"))
    resource_link_id: Mapped[Name]
    title: Mapped[Name] = mapped_column(default="")
    activity_id: Mapped[str | None] = mapped_column(ForeignKey("activity.id"), index=True)
    step: Mapped[str | None] = mapped_column(String(32))
    """A single step, or null for the whole activity."""
    credit_activity_id: Mapped[str | None] = mapped_column(String(32))
    """Row key of the activity whose credit the column shows; null for links."""
    credit_maximum: Mapped[int | None]
    """Points that the tool makes that column with: whole credits or hours."""
    lms_maximum: Mapped[float | None]
    """Points that the LMS gives it; null until they were read. What is sent names this one: then the LMS shows the
    amount itself, whatever its column is worth."""
    credit_cursor: Mapped[str | None] = mapped_column(String(32))
    """There is still work on that column: with the columns switched on, learners after this row key may hold credit
    that was not told; with them off, what waits is to be withdrawn. Null: none."""
    credit_leased_until: Mapped[datetime | None]
    """Until then one worker does it."""
    line_item: Mapped[str | None] = mapped_column(String(2048))
    line_items: Mapped[str | None] = mapped_column(String(2048))
    scopes: Mapped[str] = mapped_column(String(1024), default="")
    """Granted AGS scopes, separated by blanks."""
    reconciled_at: Mapped[datetime | None]
    """When the gradebook's column was last compared with what was delivered."""
    created_at: Mapped[datetime]
    course: Mapped[Course] = relationship(lazy="joined")
