"""Identifiers of learners that bodies ask for, sealed at rest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db.base import Base


class Credential(Base):
    """One identifier or permission of a learner (``domain.credential.IdKind``), as they confirmed it last."""

    __tablename__ = "credential"
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    place: Mapped[str] = mapped_column(String(6), primary_key=True, default="")
    """ISO 3166-1 or -2 of a licence, else empty."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime]
