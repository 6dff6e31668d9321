"""The structured abstract of an activity, as written for its review."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base


class ActivityAbstract(Base):
    """One per activity. ``answers`` by field of ``domain.abstract.ABSTRACT``."""

    __tablename__ = "activity_abstract"
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"), primary_key=True)
    answers: Mapped[dict[str, Any]]
    revision: Mapped[int]
    updated_at: Mapped[datetime]
