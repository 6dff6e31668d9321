"""The credit ledger: append-only."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key


class Award(Base):
    """Credit claimed by, and recorded for, a learner. One per learner, activity and credit type."""

    __tablename__ = "award"
    __table_args__ = (UniqueConstraint("learner_id", "activity_id", "credit_type"),)
    id: Mapped[Key]
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"), index=True)
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id"), index=True)
    version: Mapped[int]
    credit_type: Mapped[str] = mapped_column(String(64))
    amount: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    is_awarded: Mapped[bool]
    """False where the learner took part but the body awards its credit to others only."""
    terms: Mapped[dict[str, Any]]
    """What was in force at the claim: profile, offer, edition, attestation, evidence."""
    claimed_at: Mapped[datetime]
