"""People, as an LMS introduced them and as they described themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

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
    email_digest: Mapped[str] = mapped_column(String(64), default="", index=True)
    """Keyed digest of the address that the LMS shared last, or ``""``: tells that two are alike, not what it is."""
    merged_into: Mapped[str | None] = mapped_column(String(32), index=True)
    """Row key of the person to whom this identity belongs, after a confirmed match; never a merged one itself."""
    created_at: Mapped[datetime]


class TranscriptLink(Base):
    """An address that opens one person's transcript. The secret is the sealed key of this row: nothing here is worth
    anything to a reader of the database."""

    __tablename__ = "transcript_link"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    """When its owner called it back."""
    learner: Mapped[Learner] = relationship(lazy="joined")


class LearnerMerge(Base):
    """One confirmed match of two identities, and what it moved, so that it can be undone."""

    __tablename__ = "learner_merge"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    kept_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    absorbed_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    moved: Mapped[dict[str, Any]]
    """Row keys by kind, as ``services.merge`` moved them."""
    reason: Mapped[str] = mapped_column(String(500))
    merged_by: Mapped[Name]
    """``officer:<learner id>`` or ``learner``."""
    merged_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class MergeLink(Base):
    """A learner's question, by mail, whether the record that knows this address is theirs too. One use."""

    __tablename__ = "merge_link"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    kept_id: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    """Who asked, from a launch."""
    absorbed_id: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    """Whose LMS vouched for the address."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
