"""Issued certificates: frozen values, and the bytes once they were rendered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key


class CertificateCounter(Base):
    """The next number of a provider's year: numbers have neither gaps nor doubles."""

    __tablename__ = "certificate_counter"
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class Certificate(Base):
    """What was issued for a claim, or for a part of it as ``division`` says.

    One is valid at most for each award and session; a corrected one keeps the one that it replaced.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        Index(
            "uq_certificate_valid_award",
            "award_id",
            "session_key",
            unique=True,
            sqlite_where=text("status = 'valid'"),
            postgresql_where=text("status = 'valid'"),
        ),
        Index("ix_certificate_provider_number", "provider_id", "number"),
    )
    id: Mapped[Key]
    award_id: Mapped[str] = mapped_column(ForeignKey("credit_entry.id"), index=True)
    """The entry that it prints. Of several awards together the first one; the others share its ``claim_id``."""
    division: Mapped[str] = mapped_column(String(16), default="together")
    """``domain.division.Division``: what the provider had chosen when the credit was claimed."""
    session_key: Mapped[str] = mapped_column(String(64), default="")
    """Of the one session that it is for; empty where it is for no single one."""
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
    badges: Mapped[dict[str, Any] | None]
    """Signed Open Badges credentials by credit type, as they are attached to the file."""
    status_at: Mapped[datetime | None]
    status_reason: Mapped[str | None] = mapped_column(String(32))
    """``domain.certificate.StatusReason``, once it is no longer valid."""
    status_note: Mapped[str | None] = mapped_column(String(500))
    """In the words of staff, for staff."""
    successor_id: Mapped[str | None] = mapped_column(ForeignKey("certificate.id"))
    letter_key: Mapped[str | None] = mapped_column(String(255))
    """Of the newest mail with it, where that is a letter of several certificates."""


class CertificateDivision(Base):
    """A provider's choice of how claims are divided among certificates; none is the same as together."""

    __tablename__ = "certificate_division"
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), primary_key=True)
    division: Mapped[str] = mapped_column(String(16))
    """``domain.division.Division``."""
    chosen_at: Mapped[datetime]


class CertificateDesign(Base):
    """A provider's choices of look, every one kept; the newest is in force."""

    __tablename__ = "certificate_design"
    __table_args__ = (UniqueConstraint("provider_id", "number"),)
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]]
    """``domain.design.Design``."""
    chosen_at: Mapped[datetime]


class Picture(Base):
    """A provider's logo, seal or signature. Never changed: certificates name it by the hash of its bytes."""

    __tablename__ = "picture"
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    png: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    width: Mapped[int]
    height: Mapped[int]
    uploaded_at: Mapped[datetime]


class StyleSheet(Base):
    """A provider's own style sheet. Never changed: certificates name it by the hash of its text."""

    __tablename__ = "style_sheet"
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    css: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]


class PageMarkup(Base):
    """A provider's own certificate page. Never changed: certificates name it by the hash of its text."""

    __tablename__ = "page_markup"
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]


class IssuerKey(Base):
    """What signs a provider's certificates and badges. Retired keys stay, for what they signed."""

    __tablename__ = "issuer_key"
    __table_args__ = (
        Index(
            "uq_issuer_key_active",
            "provider_id",
            unique=True,
            sqlite_where=text("retired_at IS NULL"),
            postgresql_where=text("retired_at IS NULL"),
        ),
    )
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    kid: Mapped[str] = mapped_column(String(64), unique=True)
    private: Mapped[bytes] = mapped_column(LargeBinary)
    """Sealed."""
    chain: Mapped[str] = mapped_column(Text)
    """X.509, PEM, the key's own certificate first."""
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class PrintJob(Base):
    """Printing all certificates of an activity that were not downloaded yet."""

    __tablename__ = "print_job"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"))
    asked_by: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    next_at: Mapped[datetime]
    """Not before; also the end of a worker's lease."""
    printed: Mapped[int]
    failed: Mapped[int]
    passed: Mapped[str] = mapped_column(String(40))
    """The last certificate number that was dealt with."""
