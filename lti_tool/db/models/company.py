"""Companies and organisations, as a provider knows them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key


class Company(Base):
    """One name. Made by whoever typed it first; reviewed by staff; never deleted, at most merged into another."""

    __tablename__ = "company"
    __table_args__ = (
        UniqueConstraint("provider_id", "name_key"),
        Index("ix_company_provider_eligibility", "provider_id", "eligibility", "name_key"),
    )
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(255))
    """``domain.company.company_key``."""
    eligibility: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(32), default="")
    rationale: Mapped[str] = mapped_column(Text, default="")
    reviewed_by: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    reviewed_at: Mapped[datetime | None]
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("company.id"), index=True)
    """Another spelling, a former name or a trade name of that company, which stands for it everywhere."""
    created_at: Mapped[datetime]
