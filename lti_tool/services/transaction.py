"""The unit of work, for those above who must not know the database."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError as DatabaseError
from sqlalchemy.orm import Session as Database

from lti_tool.db.engine import Sessions, make_engine, make_sessions, transaction
from lti_tool.db.migrate import current_revision, head_revision
from lti_tool.db.sealing import Sealer
from lti_tool.db.tenancy import confine

__all__ = [
    "Database",
    "DatabaseError",
    "Sealer",
    "Sessions",
    "confine",
    "database_fault",
    "make_engine",
    "make_sessions",
    "transaction",
]


def database_fault(sessions: Sessions) -> str:
    """Why the database cannot serve this release: ``database_unreachable``, ``migration_missing``, or ``""``."""
    try:
        with sessions() as db:
            found = current_revision(db.get_bind().engine)
    except DatabaseError:
        return "database_unreachable"
    return "" if found == head_revision() else "migration_missing"
