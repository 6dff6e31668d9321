"""The unit of work, for those above who must not know the database."""

from __future__ import annotations

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import SQLAlchemyError as DatabaseError
from sqlalchemy.orm import Session as Database

from lti_tool.db.engine import Sessions, make_engine, make_sessions, transaction
from lti_tool.db.migrate import current_revision, is_behind
from lti_tool.db.sealing import Sealer
from lti_tool.db.tenancy import confine

__all__ = [
    "Database",
    "DatabaseError",
    "Sealer",
    "Sessions",
    "confine",
    "database_fault",
    "is_unreachable",
    "make_engine",
    "make_sessions",
    "transaction",
]


def is_unreachable(error: Exception) -> bool:
    """The database is away, going or just coming up: nothing is wrong with what was asked.

    PostgreSQL: no SQLSTATE (nobody there), class 08 (connection) or 57P (shutdown). SQLite is never away.
    """
    if not isinstance(error, OperationalError | InterfaceError) or error.orig is None:
        return False
    state = getattr(error.orig, "sqlstate", "")
    return state is None or state.startswith(("08", "57P"))


def database_fault(sessions: Sessions) -> str:
    """Why the database cannot serve this release: ``database_unreachable``, ``migration_missing``, or ``""``."""
    try:
        with sessions() as db:
            found = current_revision(db.get_bind().engine)
    except DatabaseError:
        return "database_unreachable"
    return "migration_missing" if is_behind(found) else ""
