"""The outbox: grades on their way to an LMS."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db.base import Base, Key
from lti_tool.db.models.course import Placement
from lti_tool.db.models.learner import Learner


def _where(name: str, columns: tuple[str, ...], condition: str, *, is_unique: bool = False) -> Index:
    return Index(name, *columns, unique=is_unique, sqlite_where=text(condition), postgresql_where=text(condition))


def _only_one(name: str, columns: tuple[str, ...], condition: str) -> Index:
    return _where(name, columns, condition, is_unique=True)


class Delivery(Base):
    """One score for the line item of one placement. What it says is frozen; what became of it is noted.

    ``state``: ``waiting`` for its time, ``sending`` under a lease, ``delivered``, ``superseded`` by a newer score, or
    ``parked``: given up until somebody looks at it. Per learner and placement one may wait while one is being sent, and
    while a placement has no line item yet, one worker at a time looks for it or makes it.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        _only_one("uq_delivery_waiting", ("learner_id", "placement_id"), "state = 'waiting'"),
        _only_one("uq_delivery_sending", ("learner_id", "placement_id"), "state = 'sending'"),
        _only_one("uq_delivery_line_item_sought", ("placement_id",), "state = 'sending' AND line_item = ''"),
        Index("ix_delivery_due", "state", "next_at"),
        # Beside a platform that rests on a hundred thousand, others are found at once.
        _where("ix_delivery_waiting", ("platform_id", "next_at"), "state = 'waiting'"),
        _where(
            "ix_delivery_unheard",
            ("platform_id", "next_at"),
            "state = 'waiting' AND outcome = 'retry' AND status IS NULL",
        ),
        Index("ix_delivery_learner_placement", "learner_id", "placement_id"),
    )
    id: Mapped[Key]
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    placement_id: Mapped[str] = mapped_column(ForeignKey("placement.id"), index=True)
    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id"))
    line_item: Mapped[str] = mapped_column(String(2048), default="")
    """Where it is or was last sent; ``""`` while the placement has none."""
    given: Mapped[float]
    maximum: Mapped[float]
    comment: Mapped[str] = mapped_column(String(500), default="")
    """What the LMS shows beside the points; ``""`` for test scores and steps."""
    stamp: Mapped[datetime]
    """The score's own timestamp: rises with every score of this learner and placement, so the newest is the highest."""
    submitted_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(16))
    is_doubtful: Mapped[bool] = mapped_column(default=False)
    """An earlier try of exactly this score may have reached the LMS, though no answer came back."""
    next_at: Mapped[datetime]
    lease: Mapped[str | None] = mapped_column(String(32))
    leased_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(String(32), default="")
    """Of the last try: a ``domain.grade.Delivery``, ``no_line_item`` or ``column_too_small``."""
    status: Mapped[int | None]
    """HTTP status of the last answer."""
    answer: Mapped[str] = mapped_column(String(500), default="")
    """The LMS's own words."""
    lms_says: Mapped[str] = mapped_column(String(16), default="")
    """What the gradebook held when it was last compared: agrees, missing, differs or rescaled; ``""`` before that."""
    created_at: Mapped[datetime]
    queued_at: Mapped[datetime]
    """Start of the period in which it is retried: its making, or the last retry by hand."""
    finished_at: Mapped[datetime | None]
    learner: Mapped[Learner] = relationship()
    placement: Mapped[Placement] = relationship()
