"""Backups that were taken while the tool ran, restored somewhere else, and found whole."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, make_url, select

from lti_tool.db.backup import back_up
from lti_tool.db.base import Base
from lti_tool.db.engine import make_engine, make_sessions, transaction
from lti_tool.db.migrate import current_revision, differences, head_revision, upgrade
from lti_tool.domain.errors import BadInput, Conflict
from lti_tool.services.audit import ToolActor, first_break, note
from lti_tool.services.platform import provider_id_of
from lti_tool.services.transaction import database_fault
from tests.functional.staff_world import NOW, PROVIDER, make_world
from tests.postgres import PostgresForTests

COUNTED = ("learner", "activity", "participation", "audit_entry", "tool_key", "web_session")


def furnished(url: str) -> None:
    """Learners of two providers, and an audit trail."""
    world = make_world(url)
    for provider, deployment in ((PROVIDER, "1"), ("Another School", "2")):
        world.place(provider=provider)
        world.enter(provider=provider, deployment=deployment)
    with world.db() as db:
        for number in range(3):
            note(db, ToolActor(provider_id_of(db, PROVIDER, NOW)), "test.noted", f"test:{number}", NOW)
    world.close()


@contextmanager
def restored(url: str) -> Iterator[Any]:
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def counts(url: str) -> dict[str, int]:
    with restored(url) as engine, engine.connect() as connection:
        tables = Base.metadata.tables
        return {name: connection.scalars(select(func.count()).select_from(tables[name])).one() for name in COUNTED}


def is_whole(url: str) -> None:
    """A new release can go on from here, and nobody has touched the trail."""
    upgrade(url)
    with restored(url) as engine:
        sessions = make_sessions(engine)
        assert database_fault(sessions) == "" and differences(engine) == []
        assert current_revision(engine) == head_revision()
        with transaction(sessions) as db:
            assert first_break(db, provider_id_of(db, PROVIDER, NOW)) is None


def test_sqlite_while_it_is_in_use(migrated_sqlite_url: str, tmp_path: Path) -> None:
    furnished(migrated_sqlite_url)
    copy = tmp_path / "copy.db"
    with restored(migrated_sqlite_url) as engine, engine.connect() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM learner")
        reader.rollback()
        assert back_up(migrated_sqlite_url, copy) == copy.stat().st_size
    found = counts(f"sqlite:///{copy}")
    assert found == counts(migrated_sqlite_url) and found["learner"] == 2
    is_whole(f"sqlite:///{copy}")
    with pytest.raises(Conflict):
        back_up(migrated_sqlite_url, copy)
    assert sorted(one.name for one in tmp_path.glob("copy*")) == ["copy.db"]


def test_postgresql_is_backed_up_otherwise(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        back_up("postgresql://x@/y", tmp_path / "copy")
    assert refused.value.code == "backup_not_sqlite"


def run(server: PostgresForTests, name: str, *arguments: str) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    command = [str(server.program(name)), "--host", server.host, "--username", "cme", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_postgresql_by_its_own_programs_as_the_tools_role(
    postgres_server: PostgresForTests, migrated_postgres_url: str, postgres_url: str, tmp_path: Path
) -> None:
    furnished(migrated_postgres_url)
    file = str(tmp_path / "cme.dump")
    source, target = (str(make_url(url).database) for url in (migrated_postgres_url, postgres_url))
    run(postgres_server, "pg_dump", "--enable-row-security", "--format=custom", "--file", file, source)
    run(postgres_server, "pg_restore", "--no-owner", "--exit-on-error", "--dbname", target, file)
    found = counts(postgres_url)
    assert found == counts(migrated_postgres_url) and found["learner"] == 2
    is_whole(postgres_url)
