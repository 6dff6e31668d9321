"""Claims that are asked for after the deadline, and awards that wait for their person."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key, Name


class LateClaimPolicy(Base):
    """A provider's rule for late claims. Without a row the defaults of ``domain.late_claim`` stand."""

    __tablename__ = "late_claim_policy"
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), primary_key=True)
    days: Mapped[int]
    """So long after the deadline a request is taken."""
    quota: Mapped[int]
    """So many requests a learner has granted in a calendar year."""
    grace_days: Mapped[int]
    """So long a granted claim stays open."""


class LateClaim(Base):
    """A learner's request to claim after the deadline, and the decision. At most one waits per participation."""

    __tablename__ = "late_claim"
    __table_args__ = (
        Index(
            "uq_late_claim_open",
            "participation_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(1000))
    requested_at: Mapped[datetime]
    is_granted: Mapped[bool] = mapped_column(default=False)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[Name] = mapped_column(default="")
    note: Mapped[str] = mapped_column(String(1000), default="")
    open_until: Mapped[datetime | None]


class PendingAward(Base):
    """Credit entered by staff for somebody who has no account yet: theirs after their own confirmation.

    The address is kept as a keyed digest only, so that the table tells nobody who is expected.
    """

    __tablename__ = "pending_award"
    __table_args__ = (UniqueConstraint("activity_id", "credit_type", "email_digest"),)
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"))
    credit_type: Mapped[str] = mapped_column(String(64))
    amount: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    rule: Mapped[dict[str, Any] | None]
    """What the list said of an amount by a body's rule (``domain.award_rule.RuleForm``); null: the amount was typed."""
    email_digest: Mapped[str] = mapped_column(String(64), index=True)
    learner_id: Mapped[str | None] = mapped_column(ForeignKey("learner.id"), index=True)
    """Who arrived with this address, to be confirmed by them."""
    reason: Mapped[str] = mapped_column(String(500))
    beyond: Mapped[str] = mapped_column(String(500), default="")
    """Why it goes beyond the recorded attendance."""
    actor: Mapped[Name]
    created_at: Mapped[datetime]
    is_declined: Mapped[bool] = mapped_column(default=False)
    """The person said that it is not theirs."""
    entry_id: Mapped[str | None] = mapped_column(ForeignKey("credit_entry.id"))
    """The ledger entry that it became."""
    settled_at: Mapped[datetime | None]
