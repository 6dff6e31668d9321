"""A database that is away is not a fault of the request: people are told, and all goes on once it is back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.db.engine import make_engine
from lti_tool.services.transaction import is_unreachable
from tests.functional.learner_walk import acknowledge, begin
from tests.functional.world import World, make_world, no_crashes

NOWHERE = "postgresql+psycopg://nobody@/nothing?host=/nowhere"


@pytest.fixture
def postgres_world(migrated_postgres_url: str) -> Iterator[World]:
    with make_world(migrated_postgres_url) as made, no_crashes(made):
        yield made


@contextmanager
def away(world: World) -> Iterator[None]:
    """Nobody answers where the database was."""
    there = world.deps.sessions.kw["bind"]
    world.deps.sessions.configure(bind=make_engine(NOWHERE))
    yield
    world.deps.sessions.configure(bind=there)


def test_people_are_told_and_go_on_afterwards(postgres_world: World) -> None:
    person, page = begin(postgres_world)
    with away(postgres_world):
        answer = person.submit(page, "Confirm and continue", {"acknowledged": "yes"})
        assert answer.status == 503 and answer.response.headers["Retry-After"] == "10"
        assert "The database does not answer" in answer.text and "database_unreachable" in answer.text
        quick = person.get(f"/s/{page.session_id}/", X_Autosave="1")
        assert quick.status == 503 and quick.text.startswith("database_unreachable")
    assert acknowledge(person, page).path.endswith("/pre-test")


def fault(engine: Engine, *statements: str) -> Exception:
    """What the last statement raises."""

    def told() -> None:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))

    with pytest.raises(SQLAlchemyError) as raised:
        told()
    engine.dispose()
    return raised.value


def test_what_counts_as_away(migrated_postgres_url: str) -> None:
    assert is_unreachable(fault(make_engine(NOWHERE), "SELECT 1"))
    killed = "SELECT pg_terminate_backend(pg_backend_pid())"
    assert is_unreachable(fault(make_engine(migrated_postgres_url), killed))


def test_what_does_not(migrated_postgres_url: str, sqlite_url: str) -> None:
    for url in (migrated_postgres_url, sqlite_url):
        assert not is_unreachable(fault(make_engine(url), "SELECT * FROM nothing"))
    assert not is_unreachable(fault(make_engine(migrated_postgres_url), "SET lock_timeout = 'x'"))
    slow = ("SET statement_timeout = '10ms'", "SELECT pg_sleep(1)")
    assert not is_unreachable(fault(make_engine(migrated_postgres_url), *slow))
    assert not is_unreachable(ValueError("not of the database"))
