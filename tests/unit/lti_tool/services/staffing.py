"""A provider with people, for tests of the office's services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, make_engine, make_sessions, transaction
from lti_tool.services.audit import ToolActor

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Staffing:
    """Row keys; ``db`` is one transaction."""

    sessions: Sessions
    provider: str
    other: str

    @contextmanager
    def db(self) -> Iterator[Session]:
        with transaction(self.sessions) as session:
            yield session

    @property
    def tool(self) -> ToolActor:
        return ToolActor(self.provider)

    def person(self, name: str, provider: str = "", issuer: str = "https://lms.example") -> str:
        with self.db() as session:
            row = models.Learner(
                provider_id=provider or self.provider, issuer=issuer, subject=name, lms_name=name, created_at=NOW
            )
            session.add(row)
            session.flush()
            return row.id

    def activity(self, provider: str = "", key: str = "a-1") -> str:
        with self.db() as session:
            row = models.Activity(
                provider_id=provider or self.provider, key=key, title=key.title(), version=0, created_at=NOW
            )
            session.add(row)
            session.flush()
            return row.id


@contextmanager
def staffed(url: str) -> Iterator[Staffing]:
    engine = make_engine(url)
    sessions = make_sessions(engine)
    with transaction(sessions) as session:
        rows = [models.Provider(name=name, created_at=NOW) for name in ("Own School", "Other School")]
        session.add_all(rows)
        session.flush()
        keys = [row.id for row in rows]
    try:
        yield Staffing(sessions, *keys)
    finally:
        engine.dispose()
