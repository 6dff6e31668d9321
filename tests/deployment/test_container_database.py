"""The database of the compose file, made by its own script: the tool's role owns it and is bound by its walls."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest
from psycopg import sql
from sqlalchemy import make_url

from lti_tool.db.engine import make_engine, make_sessions, transaction
from lti_tool.db.migrate import current_revision, head_revision, upgrade
from lti_tool.db.tenancy import is_above_the_wall
from tests.architecture.tree import ROOT
from tests.postgres import PostgresForTests

SCRIPT = ROOT / "config" / "container" / "create-database.sh"


@pytest.fixture
def made(postgres_server: PostgresForTests) -> Iterator[str]:
    """Address of the database as the tool is told it, after the script ran as the image runs it."""
    programs = f"{postgres_server.program('psql').parent}:{os.environ['PATH']}"
    environment = {"PATH": programs, "PGHOST": postgres_server.host, "POSTGRES_PASSWORD": "it's secret"}
    subprocess.run([str(SCRIPT)], env=environment, check=True, capture_output=True, timeout=60)
    yield f"postgresql://cme_tool@/cme_tool?host={postgres_server.host}"
    postgres_server.drop("cme_tool")
    postgres_server.run(sql.SQL("DROP ROLE cme_tool"))


def test_the_tools_role_owns_its_database_and_is_no_superuser(made: str) -> None:
    assert str(make_url(made).username) in SCRIPT.read_text("utf-8")
    upgrade(made)
    engine = make_engine(made)
    try:
        assert current_revision(engine) == head_revision()
        with transaction(make_sessions(engine)) as session:
            assert not is_above_the_wall(session)
    finally:
        engine.dispose()
