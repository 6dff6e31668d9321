"""What a provider decides for one activity about its people, support and partners.

``plan_id`` is a plan, or an activity that has none; see ``services.subject``.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, LargeBinary, Numeric, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db.base import Base, Key
from lti_tool.db.models.person import Person


def _live(name: str, *columns: str) -> Index:
    condition = text("removed_at IS NULL")
    return Index(name, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


class ActivityRole(Base):
    """A person in one role of one activity. A role that was given up stays, with the day it was removed."""

    __tablename__ = "activity_role"
    __table_args__ = (
        _live("uq_activity_role_live", "plan_id", "person_id", "role"),
        Index("ix_activity_role_plan", "provider_id", "plan_id"),
    )
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    plan_id: Mapped[str] = mapped_column(String(32))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    added_by: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()


class RelevanceDecision(Base):
    """The provider's word on one relationship in one activity. The last row about it counts; none is changed."""

    __tablename__ = "relevance_decision"
    __table_args__ = (UniqueConstraint("plan_id", "person_id", "number"),)
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    plan_id: Mapped[str] = mapped_column(String(32))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int]
    company_id: Mapped[str] = mapped_column(ForeignKey("company.id"), index=True)
    nature: Mapped[str] = mapped_column(String(32))
    relevance: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    exclusion: Mapped[str] = mapped_column(String(32))
    argument: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    decided_at: Mapped[datetime]


class EvidenceFile(Base):
    """A document that proves a decision; kept in the database like all media."""

    __tablename__ = "evidence_file"
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"), index=True)
    plan_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(100))
    content_hash: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    uploaded_by: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    uploaded_at: Mapped[datetime]


class Mitigation(Base):
    """What was done about one relationship for one role. The last row about it counts; none is changed."""

    __tablename__ = "mitigation"
    __table_args__ = (UniqueConstraint("activity_role_id", "number"),)
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    activity_role_id: Mapped[str] = mapped_column(ForeignKey("activity_role.id"))
    number: Mapped[int]
    company_id: Mapped[str] = mapped_column(ForeignKey("company.id"), index=True)
    nature: Mapped[str] = mapped_column(String(32))
    strategy: Mapped[str] = mapped_column(String(32))
    done_on: Mapped[date]
    done_by: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(Text, default="")
    evidence_id: Mapped[str | None] = mapped_column(ForeignKey("evidence_file.id"))
    recorded_by: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    recorded_at: Mapped[datetime]
    evidence: Mapped[EvidenceFile | None] = relationship(lazy="joined")


class CommercialSupport(Base):
    """An agreement with an ineligible company (ACCME Standard 4)."""

    __tablename__ = "commercial_support"
    __table_args__ = (Index("ix_commercial_support_plan", "provider_id", "plan_id"),)
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    plan_id: Mapped[str] = mapped_column(String(32))
    company_id: Mapped[str] = mapped_column(ForeignKey("company.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    amount: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    currency: Mapped[str] = mapped_column(String(3), default="")
    description: Mapped[str] = mapped_column(String(500), default="")
    signed_on: Mapped[date]
    evidence_id: Mapped[str | None] = mapped_column(ForeignKey("evidence_file.id"))
    added_by: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    evidence: Mapped[EvidenceFile | None] = relationship(lazy="joined")


class JointProvider(Base):
    """An organisation that plans the activity together with the accredited provider."""

    __tablename__ = "joint_provider"
    __table_args__ = (
        _live("uq_joint_provider_live", "plan_id", "company_id"),
        Index("ix_joint_provider_plan", "provider_id", "plan_id"),
    )
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    plan_id: Mapped[str] = mapped_column(String(32))
    company_id: Mapped[str] = mapped_column(ForeignKey("company.id"), index=True)
    added_by: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Standard3Choice(Base):
    """Whether an exception to Standard 3 is claimed for an activity, and why. The newest row counts."""

    __tablename__ = "standard3_choice"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)
    id: Mapped[Key]
    provider_id: Mapped[str] = mapped_column(ForeignKey("provider.id"))
    plan_id: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]
    exception: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    decided_at: Mapped[datetime]
