"""Engines for SQLite and PostgreSQL, set up so that a crash loses nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.db.disk import mounts_now, network_file_system
from lti_tool.domain.errors import BadInput

DatabaseEngine = Engine
Sessions = sessionmaker[Session]

SAFE_WAL = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""First releases of each SQLite branch without the WAL-reset bug (sqlite.org/wal.html)."""
BUSY_MILLISECONDS = 15_000


def is_wal_safe(version: tuple[int, ...]) -> bool:
    """WAL with several writers may be used: older SQLites (Debian 12 ships one) can corrupt it."""
    return version >= SAFE_WAL[0] or any(version[:2] == first[:2] and version >= first for first in SAFE_WAL[1:])


def _prepare_sqlite(engine: Engine) -> None:
    journal = "WAL" if is_wal_safe(sqlite3.sqlite_version_info) else "TRUNCATE"

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_MILLISECONDS}",
            f"journal_mode={journal}",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A transaction that reads first and writes later could not be retried; so it takes the write lock at once,
        # unless it promised only to read.
        is_reader = connection.get_execution_options().get("is_read_only", False)
        connection.exec_driver_sql("BEGIN" if is_reader else "BEGIN IMMEDIATE")


def _refuse_network(file: str | None) -> None:
    kind = network_file_system(Path(file).resolve(), mounts_now()) if file and file != ":memory:" else ""
    if kind:
        raise BadInput(
            "sqlite_on_network", f"{file} lies on a network file system ({kind}), where SQLite loses records"
        )


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ValueError:
        raise ArgumentError("the port in the database's address is not a number") from None


def make_engine(url: str) -> Engine:
    """An engine for ``sqlite:///…`` or ``postgresql://…``. Raises ``ArgumentError`` for others, and
    ``BadInput("sqlite_on_network")``."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        _refuse_network(parsed.database)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_MILLISECONDS / 1000})
        _prepare_sqlite(engine)
        return engine
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(parsed, pool_pre_ping=True, pool_size=10, max_overflow=10)


def make_sessions(engine: Engine) -> Sessions:
    """Sessions whose objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def transaction(sessions: Sessions) -> Iterator[Session]:
    """One unit of work: committed whole, or not at all."""
    with sessions() as session, session.begin():
        yield session


@contextmanager
def reading(sessions: Sessions) -> Iterator[Session]:
    """A look without a write lock; anything written is rolled back."""
    with sessions() as session:
        session.connection(execution_options={"is_read_only": True})
        yield session
        session.rollback()


def note(row: object, **values: Any) -> None:
    """Set what differs: a row that is set to what it holds counts as touched, and every later question looks at it."""
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def keep(session: Session, *rows: object) -> None:
    """Hold rows for the rest of the transaction: a session knows them only weakly and would ask for them again."""
    session.info.setdefault("kept", []).extend(rows)
