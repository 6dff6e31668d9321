"""Plans of activities, every change of them, and the files that belong to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key, Name


class ActivityPlan(Base):
    """What authors are working on. ``document`` is the newest; how it came about stands in the revisions."""

    __tablename__ = "activity_plan"
    __table_args__ = (
        UniqueConstraint("provider_id", "key"),
        Index("ix_activity_plan_listed", "provider_id", "state", "title", "id"),
    )
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    key: Mapped[str] = mapped_column(String(64))
    """Becomes the activity's own."""
    title: Mapped[Name]
    state: Mapped[str] = mapped_column(String(16))
    """``domain.plan.PlanState``."""
    revision: Mapped[int]
    document: Mapped[dict[str, Any]]
    outline: Mapped[dict[str, Any] | None]
    """``services.outline``: what lists need of the document, with its revision."""
    errors: Mapped[int]
    """How many unmet rules stood in the way of approval when it was saved last."""
    activity_id: Mapped[str | None] = mapped_column(ForeignKey("activity.id"), unique=True)
    """Once it is approved."""
    approved_revision: Mapped[int | None]
    designated_on: Mapped[date | None]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    """Window of the newest approved version, for lists."""
    created_by: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    """Course staff without a grant work on what they began themselves."""
    copied_from: Mapped[str | None] = mapped_column(ForeignKey("activity_plan.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PlanRevision(Base):
    """One step in the history of a plan: never changed, never deleted."""

    __tablename__ = "plan_revision"
    plan_id: Mapped[str] = mapped_column(ForeignKey("activity_plan.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    author_name: Mapped[Name]
    at: Mapped[datetime]
    act: Mapped[str] = mapped_column(String(16))
    """``created``, ``saved``, ``withdrawn`` or a ``domain.plan.Act``."""
    note: Mapped[str] = mapped_column(Text, default="")
    changes: Mapped[list[Any]] = mapped_column(default=list)
    """``[path, before, after]`` each."""


class PlanChange(Base):
    """A request to change what has been approved. Per plan one is open at a time."""

    __tablename__ = "plan_change"
    __table_args__ = (
        Index(
            "uq_plan_change_open",
            "plan_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
    id: Mapped[Key]
    plan_id: Mapped[str] = mapped_column(ForeignKey("activity_plan.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    """``open``, ``applied`` or ``withdrawn``."""
    reason: Mapped[str] = mapped_column(Text)
    base_revision: Mapped[int]
    opened_by: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    opened_name: Mapped[Name]
    opened_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    decided_name: Mapped[Name] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    version: Mapped[int | None]
    """The version of the activity that it made."""
    changes: Mapped[list[Any]] = mapped_column(default=list)
    """The whole difference, once it is decided."""


class PlanMedia(Base):
    """A file that the document names: checked when it came in."""

    __tablename__ = "plan_media"
    plan_id: Mapped[str] = mapped_column(ForeignKey("activity_plan.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(100))
    content_hash: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[datetime]
