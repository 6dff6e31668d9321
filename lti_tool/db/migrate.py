"""Bringing a database to the newest migration, safely from several processes at once."""

from __future__ import annotations

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
from lti_tool.domain.errors import BadInput

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


def _run(engine: Engine, revision: str, *, is_down: bool) -> None:
    """Raises ``BadInput("migration_unknown")`` for a step, or from one, that this release does not have."""
    with engine.begin() as connection:
        _lock(connection)
        config = configuration(connection)
        try:
            (command.downgrade if is_down else command.upgrade)(config, revision)
        except CommandError as error:
            raise BadInput("migration_unknown", f"this release ends at migration {head_revision()}: {error}") from error


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate up; does nothing where the database is already there."""
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


def is_known(revision: str) -> bool:
    """A step of this release, not of a newer one."""
    return revision in {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}


def current_revision(engine: Engine) -> str | None:
    """Where the database stands; ``None`` for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def differences(engine: Engine) -> list[object]:
    """What the models have and the database has not, or the other way round."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))
