"""Migrations: to the newest and back, repeated, and from two processes at once."""

from __future__ import annotations

import threading

from sqlalchemy import inspect

from lti_tool.db.engine import make_engine
from lti_tool.db.migrate import current_revision, differences, downgrade, head_revision, upgrade


def test_up_twice_and_down_to_nothing(database_url: str) -> None:
    engine = make_engine(database_url)
    assert current_revision(engine) is None
    upgrade(database_url)
    upgrade(database_url)
    assert current_revision(engine) == head_revision() is not None
    downgrade(database_url, "base")
    assert current_revision(engine) is None
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()


def test_the_migrated_database_is_what_the_models_say(migrated_database_url: str) -> None:
    engine = make_engine(migrated_database_url)
    found = differences(engine)
    engine.dispose()
    assert found == []


def test_two_at_once_migrate_once(database_url: str) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            upgrade(database_url)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine = make_engine(database_url)
    found = current_revision(engine)
    engine.dispose()
    assert failures == [] and found == head_revision()
