"""What a platform tells from server to server, with nobody signed in (LTI Platform Notification Service 1.0)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lti_tool.domain.launch import CourseContext, NoticeType, Platform

MAX_NOTICES = 50
"""Most notices in one delivery. Platforms are told so when they are asked for notices."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice that was checked. Each is good once, by its id and by the nonce of the token that it came in."""

    type: NoticeType
    platform: Platform
    deployment_id: str
    id: str
    nonce_hash: str
    expires_at: datetime
    """Of its token."""
    happened_at: datetime
    context: CourseContext | None = None
    """The course that something happened to."""
    origins: tuple[str, ...] = ()
    """Ids of the courses that its content was copied from."""
