"""What staff of a provider confirmed about the catalogue, and how they worked out amounts."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key, Name


class WordingConfirmation(Base):
    """The provider compared the texts of an edition with the body's own document."""

    __tablename__ = "wording_confirmation"
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), primary_key=True)
    credit_type: Mapped[str] = mapped_column(String(64), primary_key=True)
    edition: Mapped[str] = mapped_column(String(64), primary_key=True)
    confirmed_by: Mapped[Name]
    confirmed_at: Mapped[datetime]


class CreditWorking(Base):
    """How the amount of an offer was found (``domain.amount.Working``): evidence for the accreditor."""

    __tablename__ = "credit_working"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    activity_key: Mapped[str] = mapped_column(String(64))
    """The activity may still be planned, so that it has a key and no row."""
    credit_type: Mapped[str] = mapped_column(String(64))
    edition: Mapped[str] = mapped_column(String(64))
    amount: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    working: Mapped[dict[str, Any]]
    actor: Mapped[Name]
    created_at: Mapped[datetime]
