"""Mail on its way out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base, Key, Name


class Mail(Base):
    """One message to one person. Its text is dropped once it was sent: it may hold a link that signs somebody in."""

    __tablename__ = "mail"
    __table_args__ = (UniqueConstraint("provider_id", "key"), Index("ix_mail_due", "state", "next_at"))
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    key: Mapped[str] = mapped_column(String(255))
    """Says what the message is about; the same thing is told once."""
    recipient: Mapped[Name]
    subject: Mapped[Name]
    body: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(35), default="")
    """BCP 47 tag of the text."""
    stop_link: Mapped[str] = mapped_column(String(2048), default="")
    """Where its reader ends such mail; dropped with the text."""
    learner_id: Mapped[str | None] = mapped_column(String(32))
    """Row key of the person to whom it goes, who may restrict what is done with their data; null: its reader asked for
    it, or is nobody who can."""
    certificate_id: Mapped[str | None] = mapped_column(String(32), index=True)
    """Row key of the certificate that it brings."""
    worth_until: Mapped[datetime | None]
    """From then on there is no reason for it any more; null: there always is."""
    state: Mapped[str] = mapped_column(String(16))
    """``waiting``, ``sending``, ``sent`` or ``failed``."""
    tries: Mapped[int] = mapped_column(default=0)
    tried_since: Mapped[datetime | None]
    """When it was tried first: a letter that was held back before is not given up for that."""
    next_at: Mapped[datetime]
    """When it is due; while it is being sent, when its worker is given up."""
    answer: Mapped[str] = mapped_column(String(500), default="")
    """What the mail server said last."""
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
