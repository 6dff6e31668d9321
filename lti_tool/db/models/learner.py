"""People, as an LMS introduced them and as they described themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key, Name


class Learner(Base):
    """One person of one provider. The subject is unique per issuer (LTI Core 1.3, 5.3.6.1)."""

    __tablename__ = "learner"
    __table_args__ = (UniqueConstraint("provider_id", "issuer", "subject"),)
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    issuer: Mapped[Name]
    subject: Mapped[Name]
    lms_name: Mapped[Name] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(String(35), default="")
    printed_name: Mapped[str] = mapped_column(String(120), default="")
    degree: Mapped[str] = mapped_column(String(32), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    confirmed_at: Mapped[datetime | None]
    """When the learner confirmed printed name, degree and country."""
    created_at: Mapped[datetime]
