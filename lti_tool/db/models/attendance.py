"""Who was at which session of an activity."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key, Name


class Attendance(Base):
    """What staff recorded of one person and session last; what stood there before is in the audit trail.

    It belongs to a participation or, until its person comes, to an address, which is kept as a keyed digest only.
    """

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("participation_id", "session"),
        UniqueConstraint("activity_id", "session", "email_digest"),
        CheckConstraint("participation_id IS NOT NULL OR email_digest IS NOT NULL", name="has_person"),
    )
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"))
    session: Mapped[str] = mapped_column(String(64))
    """Key of the session in the activity."""
    participation_id: Mapped[str | None] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"))
    email_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    """Whom a list named by address; it stays when the person has come, so that the same list sent twice is known."""
    minutes: Mapped[int | None]
    """Null: the whole session."""
    is_present: Mapped[bool]
    """False: it was recorded by mistake and taken back."""
    actor: Mapped[Name]
    recorded_at: Mapped[datetime]
