"""What learners answered to cases and polls in the content."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Json


class ContentResponse(Base):
    """The first answer to a case or poll; the primary key allows no second one."""

    __tablename__ = "content_response"
    __table_args__ = (Index("ix_content_response_item", "activity_id", "item"),)
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), primary_key=True)
    item: Mapped[str] = mapped_column(String(64), primary_key=True)
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"))
    value: Mapped[Any] = mapped_column(Json)
    options_hash: Mapped[str] = mapped_column(String(64))
    """What there was to choose from (``domain.response.options_hash``): where it agrees, answers count together."""
    answered_at: Mapped[datetime]
