"""Up from nothing, down to nothing, and up again, on both engines; and what is in between stays."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context

from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select

from lti_tool.db import models
from lti_tool.db.base import Base
from lti_tool.db.engine import make_engine, make_sessions, transaction
from lti_tool.db.migrate import configuration, current_revision, differences, downgrade, head_revision, upgrade
from lti_tool.services.transaction import database_fault

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
BASE = "base"


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def tables(url: str) -> set[str]:
    with opened(url) as engine:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_up_down_and_up_again(database_url: str) -> None:
    upgrade(database_url)
    everything = tables(database_url)
    assert everything == set(Base.metadata.tables)
    downgrade(database_url, BASE)
    assert tables(database_url) == set()
    upgrade(database_url)
    assert tables(database_url) == everything


def test_the_head_is_what_the_models_say(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as engine:
        assert current_revision(engine) == head_revision()
        assert differences(engine) == []


def test_a_difference_would_be_seen(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as engine:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE media")
        assert differences(engine)


def test_there_is_one_line_of_migrations() -> None:
    script = ScriptDirectory.from_config(configuration())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_migrating_what_is_migrated_changes_nothing(migrated_database_url: str) -> None:
    put_provider(migrated_database_url)
    upgrade(migrated_database_url)
    assert providers(migrated_database_url) == ["Ärztekammer"]


def put_provider(url: str) -> None:
    with opened(url) as engine, transaction(make_sessions(engine)) as session:
        session.add(models.Provider(name="Ärztekammer", created_at=NOW))


def providers(url: str) -> list[str]:
    with opened(url) as engine, transaction(make_sessions(engine)) as session:
        return list(session.scalars(select(models.Provider.name)))


def test_data_of_every_release_survives_every_step(database_url: str) -> None:
    """One step after the other, and a row at each: at the head all of them are still there."""
    every = [script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()][::-1]
    for number, revision in enumerate(every):
        upgrade(database_url, revision)
        with opened(database_url) as engine, engine.begin() as connection:
            provider = Base.metadata.tables["provider"]
            connection.execute(provider.insert().values(id=f"{number:032}", name=f"As of {revision}", created_at=NOW))
    assert sorted(providers(database_url)) == [f"As of {revision}" for revision in every] and len(every) > 17


def test_two_processes_may_migrate_at_once(database_url: str) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for waiting in [pool.submit(upgrade, database_url) for _ in range(2)]:
            waiting.result(timeout=60)
    assert tables(database_url) == set(Base.metadata.tables)
    with opened(database_url) as engine:
        assert current_revision(engine) == head_revision()


def test_readiness_tells_a_database_that_was_not_migrated(database_url: str) -> None:
    with opened(database_url) as engine:
        assert database_fault(make_sessions(engine)) == "migration_missing"
    upgrade(database_url)
    with opened(database_url) as engine:
        assert database_fault(make_sessions(engine)) == ""


def test_a_release_goes_on_with_a_database_that_a_newer_one_has_migrated(migrated_database_url: str) -> None:
    """Its services may be started anew, and stay ready, until their turn comes."""
    with opened(migrated_database_url) as engine:
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        upgrade(migrated_database_url)
        assert current_revision(engine) == "9999"
        assert database_fault(make_sessions(engine)) == ""
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0018'")
        assert database_fault(make_sessions(engine)) == "migration_missing"
