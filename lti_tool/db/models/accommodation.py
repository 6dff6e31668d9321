"""More time for single learners."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key


class Accommodation(Base):
    """Extra minutes in timed tests, granted by staff; the newest counts, none is ever deleted."""

    __tablename__ = "accommodation"
    id: Mapped[Key]
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), index=True)
    extra_minutes: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    granted_by: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    granted_at: Mapped[datetime]
