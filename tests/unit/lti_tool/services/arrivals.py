"""What the tests of launches, sessions and platforms share: connected platforms, and checked launches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, make_engine, make_sessions, transaction
from lti_tool.db.load_platform import platform_value
from lti_tool.domain.launch import CourseContext, Launch, MessageType, PersonName, Platform, ResourceLink, Role
from lti_tool.services.platform import Connection, add_platform

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ISSUER = "https://lms.example"
SCHOOL = "Example Medical School"


@contextmanager
def opened(url: str) -> Iterator[Sessions]:
    """Sessions on a database; every connection is closed at the end."""
    engine = make_engine(url)
    try:
        yield make_sessions(engine)
    finally:
        engine.dispose()


def connection(**changes: Any) -> Connection:
    members: dict[str, Any] = {
        "provider": SCHOOL,
        "issuer": ISSUER,
        "client_id": "client-1",
        "deployment_ids": ("1",),
        "authorization_url": f"{ISSUER}/auth",
        "token_url": f"{ISSUER}/token",
        "keyset_url": f"{ISSUER}/jwks",
    }
    return Connection(**members | changes)


def any_address(url: str) -> str:
    return url


def connect(session: Session, **changes: Any) -> models.Platform:
    return add_platform(session, connection(**changes), any_address, NOW)


def connected(sessions: Sessions, **changes: Any) -> Platform:
    """A platform in the database, as the LTI edge sees it."""
    with transaction(sessions) as session:
        return platform_value(connect(session, **changes))


def launch(platform: Platform, **changes: Any) -> Launch:
    """A learner opens a link of the course; ``changes`` replace members."""
    members: dict[str, Any] = {
        "message_type": MessageType.RESOURCE_LINK,
        "platform": platform,
        "deployment_id": "1",
        "subject": "user-1",
        "roles": frozenset({Role.LEARNER}),
        "target_link_uri": "https://tool.example/lti/launch",
        "name": PersonName("Ada Lovelace"),
        "locale": "en-US",
        "context": CourseContext("course-1", "CME101", "Cardiology"),
        "resource_link": ResourceLink("link-1", "Hypertension"),
    }
    return Launch(**members | changes)
