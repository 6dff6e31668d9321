"""The question bank of a provider, what was taken from it, and corrections of keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key, Name


class Question(Base):
    """What keeps its key while its versions change. Lists show and filter what the newest version says."""

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("provider_id", "key"),
        Index("ix_question_newest", "provider_id", "changed_at", "id"),
    )
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    key: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    """Number of the newest version."""
    kind: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(20))
    stem: Mapped[str] = mapped_column(String(2000))
    words: Mapped[str] = mapped_column(Text)
    """Everything that a search looks through, folded."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class QuestionTag(Base):
    """One tag of the newest version."""

    __tablename__ = "question_tag"
    __table_args__ = (Index("ix_question_tag_provider_id_tag", "provider_id", "tag", "question_id"),)
    question_id: Mapped[str] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(60), primary_key=True)
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))


class QuestionVersion(Base):
    """One immutable wording (``domain.wire``), numbered from 1."""

    __tablename__ = "question_version"
    question_id: Mapped[str] = mapped_column(ForeignKey("question.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    definition: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]


class QuestionImage(Base):
    """A picture of a provider's questions, named by its content."""

    __tablename__ = "question_image"
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(100))
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class QuestionUse(Base):
    """A version of an activity asks a question of the bank: under which key, and in which of its versions."""

    __tablename__ = "question_use"
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    question_id: Mapped[str] = mapped_column(ForeignKey("question.id"), index=True)
    number: Mapped[int]


class QuestionImport(Base):
    """A file that was looked at and may be brought in: what was previewed is what comes."""

    __tablename__ = "question_import"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    name: Mapped[Name]
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime]


class KeyCorrection(Base):
    """From ``applied_at`` on a question of an activity is keyed otherwise, in versions up to ``through_version``."""

    __tablename__ = "key_correction"
    id: Mapped[Key]
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"), index=True)
    question: Mapped[str] = mapped_column(String(64))
    """Its key within the activity."""
    through_version: Mapped[int]
    body: Mapped[dict[str, Any]]
    """The question with the corrected key, as plain data."""
    source: Mapped[str] = mapped_column(String(60), default="")
    """Question and version of the bank that the key comes from."""
    reason: Mapped[str] = mapped_column(String(500))
    author_id: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    applied_at: Mapped[datetime]
