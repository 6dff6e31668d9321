"""What a provider says of itself: profile, accreditations, signatories, pictures, own wording of statements."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key, Name


class ProviderProfile(Base):
    """One per provider, once somebody has filled it in."""

    __tablename__ = "provider_profile"
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), primary_key=True)
    name: Mapped[Name]
    """As printed."""
    contact: Mapped[str] = mapped_column(String(500))
    time_zone: Mapped[str] = mapped_column(String(64))
    languages: Mapped[list[Any]]
    """BCP 47 tags."""
    revision: Mapped[int]
    updated_at: Mapped[datetime]


class Accreditation(Base):
    """One accreditation by one body, over one term."""

    __tablename__ = "accreditation"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    body: Mapped[Name]
    accreditor: Mapped[str] = mapped_column(String(16))
    """``domain.provider.Accreditor``."""
    provider_number: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(40))
    term_from: Mapped[date]
    term_to: Mapped[date]
    revision: Mapped[int]
    updated_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    """Entered by mistake, or no longer of interest; the row stays."""


class ProviderImage(Base):
    """A logo or a signature, decoded and encoded anew before it was kept. Never changed."""

    __tablename__ = "provider_image"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """``logo`` or ``signature``."""
    label: Mapped[Name]
    """What can be seen, for those who cannot see it."""
    media_type: Mapped[str] = mapped_column(String(100))
    width: Mapped[int]
    height: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class Signatory(Base):
    """Who signs certificates. The first that is not retired signs unless an activity names another."""

    __tablename__ = "signatory"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(160))
    image_id: Mapped[str | None] = mapped_column(ForeignKey("provider_image.id"))
    revision: Mapped[int]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class StatementOverride(Base):
    """The provider's own wording of a catalogue text from a day on. Never changed: withdrawn and laid down anew."""

    __tablename__ = "statement_override"
    __table_args__ = (
        Index(
            "uq_statement_override_day",
            "provider_id",
            "series",
            "text_key",
            "effective_from",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    series: Mapped[str] = mapped_column(String(64))
    text_key: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    effective_from: Mapped[date]
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
