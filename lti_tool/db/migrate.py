"""Bringing a database to the newest migration, safely from several processes at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from lti_tool.db.base import Base
from lti_tool.db.engine import make_engine
from lti_tool.domain.errors import BadInput, CmeError

ADVISORY_LOCK = 727_113_001
LOCK_TIMEOUT = "10s"
"""A migration that cannot get its lock gives up rather than stop the running tool."""
PATIENCE = "15min"
"""So long another process that is migrating is waited for: that stops nobody."""


def migrations_folder() -> Path:
    """The migrations beside the sources, or inside the installed package."""
    beside = Path(__file__).resolve().parents[2] / "migrations"
    if (beside / "env.py").is_file():
        return beside
    return Path(str(resources.files("lti_tool"))) / "migrations"


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration for this installation."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """One transaction, in which SQLite does not watch references (sqlite.org/lang_altertable.html, 7).

    SQLite changes a table by making it anew and dropping the old one. Watched, that is refused while other rows refer
    to it, or takes them along. The switch works between transactions only.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            yield connection


def _check_references(connection: Connection) -> None:
    """Raises ``CmeError("references_broken")`` where a reference leads nowhere that nobody watched."""
    if connection.dialect.name != "sqlite":
        return
    tables = {row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
    if tables:
        raise CmeError("references_broken", f"rows would refer to what is not there: {', '.join(sorted(tables))}")


def _run(engine: Engine, revision: str, *, is_down: bool) -> None:
    """Raises ``BadInput("migration_unknown")`` for a step, or from one, that this release does not have."""
    with _migrating(engine) as connection:
        _lock(connection)
        before, config = _revision_of(connection), configuration(connection)
        if not (is_down or before is None or _is_known(before)):
            return
        try:
            (command.downgrade if is_down else command.upgrade)(config, revision)
        except CommandError as error:
            raise BadInput("migration_unknown", f"this release ends at migration {head_revision()}: {error}") from error
        if _revision_of(connection) != before:
            _check_references(connection)


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate up; does nothing where the database is already there, or was migrated by a newer release."""
    engine = make_engine(url)
    try:
        _run(engine, revision, is_down=False)
    finally:
        engine.dispose()


def downgrade(url: str, revision: str) -> None:
    """Migrate down, for tests and for going back after a bad release."""
    engine = make_engine(url)
    try:
        _run(engine, revision, is_down=True)
    finally:
        engine.dispose()


def head_revision() -> str | None:
    """The newest migration that this release knows."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def _is_known(revision: str) -> bool:
    return revision in {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}


def is_behind(found: str | None) -> bool:
    """A migration of this release is missing at ``found``.

    One that this release does not know was made by a newer one, which only adds: this release goes on meanwhile.
    """
    return found is None or (found != head_revision() and _is_known(found))


def current_revision(engine: Engine) -> str | None:
    """Where the database stands; ``None`` for an empty one."""
    with engine.connect() as connection:
        return _revision_of(connection)


def _revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def differences(engine: Engine) -> list[object]:
    """What the models have and the database has not, or the other way round."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))
