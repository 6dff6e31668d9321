"""People in control of content, what they disclosed, and the links by which they are asked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db.base import Base, Key


class Person(Base):
    """Somebody who can affect content; with or without an account in an LMS."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("provider_id", "learner_id"),
        Index("ix_person_provider_name", "provider_id", "name_key", "id"),
        Index("ix_person_provider_disclosed", "provider_id", "disclosed_at"),
        Index("ix_person_provider_email", "provider_id", "email"),
    )
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    learner_id: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    """The same person in an LMS, who may then disclose from a launch."""
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(255))
    """Case-folded, for order and search."""
    credentials: Mapped[str] = mapped_column(String(60), default="")
    affiliation: Mapped[str] = mapped_column(String(160), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    coordinator_email: Mapped[str] = mapped_column(String(254), default="")
    """Who is reminded beside the person."""
    disclosed_at: Mapped[datetime | None]
    """``signed_at`` of the newest form, so that lists need not look at all forms."""
    has_relationships: Mapped[bool] = mapped_column(default=False)
    """Of the newest form."""
    created_at: Mapped[datetime]


class DisclosureInvitation(Base):
    """A signed link to the form. Only a hash of its secret is kept; it ends by itself or is revoked."""

    __tablename__ = "disclosure_invitation"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    """``None``: a reminder."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="joined")


class DisclosureForm(Base):
    """One version of what a person disclosed. Rows are added and never changed."""

    __tablename__ = "disclosure_form"
    __table_args__ = (UniqueConstraint("person_id", "number"), UniqueConstraint("person_id", "submission"))
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    number: Mapped[int]
    submission: Mapped[str] = mapped_column(String(64))
    """Made when the empty form was shown: the same form sent twice counts once."""
    signed_name: Mapped[str] = mapped_column(String(120))
    signed_at: Mapped[datetime]
    notice: Mapped[str] = mapped_column(ForeignKey("shown_text.fingerprint"))
    """The definition and window that were shown."""
    locale: Mapped[str] = mapped_column(String(35))
    came_by: Mapped[str] = mapped_column(String(16))
    """``link`` or ``launch``."""
    relationships: Mapped[list[DisclosedRelationship]] = relationship(
        order_by="DisclosedRelationship.position", lazy="selectin"
    )


class DisclosedRelationship(Base):
    """One financial relationship of one form."""

    __tablename__ = "disclosed_relationship"
    form_id: Mapped[str] = mapped_column(ForeignKey("disclosure_form.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[str] = mapped_column(ForeignKey("company.id"), index=True)
    company_name: Mapped[str] = mapped_column(String(120))
    """As the person wrote it."""
    nature: Mapped[str] = mapped_column(String(32))
    research_role: Mapped[str] = mapped_column(String(32))
    has_ended: Mapped[bool]
    detail: Mapped[str] = mapped_column(String(200), default="")


class DisclosureReminder(Base):
    """A reminder that was sent: each offset before each due day once, however many workers run."""

    __tablename__ = "disclosure_reminder"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    """How long before ``due_on`` it was to be sent, in days."""
    sent_at: Mapped[datetime]
