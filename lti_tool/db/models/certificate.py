"""Issued certificates: frozen values, and the bytes once they were rendered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key


class CertificateCounter(Base):
    """The next number of a provider's year: numbers have neither gaps nor doubles."""

    __tablename__ = "certificate_counter"
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class Certificate(Base):
    """One valid certificate per claim; those that it replaced stay readable."""

    __tablename__ = "certificate"
    id: Mapped[Key]
    award_id: Mapped[str] = mapped_column(ForeignKey("credit_entry.id"), index=True)
    """The first of the awards that it prints; the others share its ``claim_id``."""
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    """Unguessable part of the verification address (at least 128 bits)."""
    body: Mapped[dict[str, Any]]
    """``domain.wire`` form of the frozen values."""
    status: Mapped[str] = mapped_column(String(16))
    issued_at: Mapped[datetime]
    template: Mapped[str | None] = mapped_column(String(64))
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    pdf_hash: Mapped[str | None] = mapped_column(String(64))
