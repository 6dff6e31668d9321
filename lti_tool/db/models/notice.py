"""What platforms tell between launches, and which course was copied from which."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db.base import Address, Base, Name
from lti_tool.db.models.platform import Deployment


class NoticeService(Base):
    """Where a deployment takes the wish for notices, as its last launch said, and what became of ours."""

    __tablename__ = "notice_service"
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id", ondelete="CASCADE"), primary_key=True)
    url: Mapped[Address]
    offered: Mapped[list[Any]]
    """Types that the platform sends and this tool listens to."""
    handled: Mapped[list[Any]]
    """Types that the platform has confirmed to send here."""
    is_on: Mapped[bool] = mapped_column(default=False)
    """Staff want them. Off: what still comes is refused."""
    asked_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(String(64), default="")
    """Code of what went wrong when the platform was last asked; ``""``: nothing."""
    fault_words: Mapped[str] = mapped_column(String(500), default="")
    noticed_at: Mapped[datetime | None]
    """When the last notice was taken."""
    deployment: Mapped[Deployment] = relationship(lazy="joined")


class ReceivedNotice(Base):
    """A notice that was taken, until its token has long expired: neither it nor its nonce is good twice."""

    __tablename__ = "received_notice"
    __table_args__ = (
        UniqueConstraint("platform_id", "nonce_hash"),
        Index("ix_received_notice_platform_received", "platform_id", "received_at"),
    )
    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"), primary_key=True)
    notice_id: Mapped[Name] = mapped_column(primary_key=True)
    nonce_hash: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class CourseCopy(Base):
    """The content of one course was copied into another, as the platform told. Neither need have been opened yet."""

    __tablename__ = "course_copy"
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id", ondelete="CASCADE"), primary_key=True)
    context_id: Mapped[Name] = mapped_column(primary_key=True)
    origin_id: Mapped[Name] = mapped_column(primary_key=True)
    copied_at: Mapped[datetime]
