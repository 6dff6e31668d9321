"""The credit ledger: append-only."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key, Name


class CreditEntry(Base):
    """One line of the ledger of a learner, an activity and a credit type. Never changed.

    It is deleted only with its whole account, once the longest rule of retention is over (``services.purge_tables``).

    The entries of one account (learner, activity, type) are a chain: each names the one that it ``follows``, and no two
    may follow the same. So there is never a second live award, and of two changes at once one is refused.
    """

    __tablename__ = "credit_entry"
    __table_args__ = (UniqueConstraint("learner_id", "activity_id", "credit_type", "follows"),)
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"), index=True)
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id"), index=True)
    version: Mapped[int]
    """Of the activity, as the learner took it."""
    credit_type: Mapped[str] = mapped_column(String(64))
    follows: Mapped[str] = mapped_column(String(32), default="")
    """Id of the entry before in the same account, empty for the first."""
    kind: Mapped[str] = mapped_column(String(8))
    """``domain.ledger.EntryKind``: award, adjust, revoke or expire."""
    claim_id: Mapped[str] = mapped_column(String(32), index=True)
    """Awards claimed together share it and the certificate; other entries have that of their award."""
    amount: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    """What the entry adds to the balance, in the type's unit; negative where it takes away."""
    is_awarded: Mapped[bool]
    """False where the learner took part but the body awards its credit to others only."""
    actor: Mapped[Name] = mapped_column(default="")
    """Who did it: ``learner``, ``officer:<learner id>`` or ``system``."""
    reason: Mapped[str] = mapped_column(String(500), default="")
    terms: Mapped[dict[str, Any]]
    """What was in force: profile, offer, edition, attestation, evidence."""
    recorded_at: Mapped[datetime]
