"""Signed-in browsers: one row per launch."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db.base import Base, Key
from lti_tool.db.models.course import Course, Placement
from lti_tool.db.models.learner import Learner
from lti_tool.db.models.platform import Deployment


class WebSession(Base):
    """Bound to one tenant, course, placement and person. Only a hash of the browser's token is kept."""

    __tablename__ = "web_session"
    id: Mapped[Key]
    """Stands in addresses; worth nothing without the browser's token."""
    token_hash: Mapped[str] = mapped_column(String(64))
    handoff_hash: Mapped[str | None] = mapped_column(String(64))
    """One use: carries the session into a window of its own where the frame keeps no cookie."""
    handoff_until: Mapped[datetime | None]
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id"))
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"))
    placement_id: Mapped[str | None] = mapped_column(ForeignKey("placement.id"))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    is_staff: Mapped[bool]
    is_test_user: Mapped[bool]
    roles: Mapped[str] = mapped_column(String(255), default="")
    """What the course said the person is (``domain.launch.Role``), separated by blanks."""
    locale: Mapped[str] = mapped_column(String(35))
    platform_origin: Mapped[str] = mapped_column(String(255))
    """Origin of the LMS page around the frame, for framing and messages."""
    frame_origins: Mapped[str] = mapped_column(Text, default="")
    """Every origin that may frame this session's pages, separated by blanks."""
    document_target: Mapped[str] = mapped_column(String(16))
    return_url: Mapped[str | None] = mapped_column(String(2048))
    deep_linking: Mapped[str | None] = mapped_column(Text)
    """JSON of the deep-linking settings, for sessions that place content."""
    contact: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The address that the LMS shared, sealed: to suggest it, and gone with the session."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    deployment: Mapped[Deployment] = relationship(lazy="joined")
    course: Mapped[Course] = relationship(lazy="joined")
    placement: Mapped[Placement | None] = relationship(lazy="joined")
    learner: Mapped[Learner] = relationship(lazy="joined")
