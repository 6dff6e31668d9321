"""Connections: what is switched on, and how two writers meet."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import is_wal_safe, make_engine, make_sessions, reading, transaction
from lti_tool.domain.errors import BadInput
from lti_tool.services.platform import provider_id_of
from tests.unit.lti_tool.services.arrivals import NOW, opened


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 44, 9), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_is_used_only_where_sqlite_cannot_corrupt_it(version: tuple[int, ...], is_safe: bool) -> None:
    assert is_wal_safe(version) is is_safe


def test_a_sqlite_connection_is_set_up_for_safety(migrated_sqlite_url: str) -> None:
    with opened(migrated_sqlite_url) as sessions, sessions() as session:
        found = {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("foreign_keys", "synchronous", "busy_timeout", "journal_mode")
        }
    expected = "wal" if is_wal_safe(sqlite3.sqlite_version_info) else "truncate"
    assert found == {"foreign_keys": 1, "synchronous": 2, "busy_timeout": 15_000, "journal_mode": expected}


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 52, 0)])
def test_the_journal_follows_the_version(
    version: tuple[int, int, int], migrated_sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    with opened(migrated_sqlite_url) as sessions, sessions() as session:
        mode = session.execute(text("PRAGMA journal_mode")).scalar_one()
    assert mode == ("truncate" if version == (3, 40, 1) else "wal")


def test_a_transaction_takes_the_write_lock_at_once_and_a_reader_does_not(migrated_sqlite_url: str) -> None:
    engine = make_engine(migrated_sqlite_url)
    seen: list[str] = []
    with engine.connect() as first:
        first.connection.dbapi_connection.set_trace_callback(seen.append)  # type: ignore[union-attr]
        with first.begin():
            first.execute(text("SELECT 1"))
    with reading(make_sessions(engine)) as session:
        session.execute(text("SELECT 1"))
    engine.dispose()
    begun = [statement for statement in seen if statement.startswith("BEGIN")]
    assert begun == ["BEGIN IMMEDIATE", "BEGIN"]


def test_a_reader_is_not_stopped_by_a_writer_and_keeps_nothing(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        with reading(sessions) as session:
            session.add(models.Provider(name="Nobody", created_at=NOW))
            session.flush()
        with sessions() as session:
            assert session.scalars(select(models.Provider)).all() == []


def test_foreign_keys_hold(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions, pytest.raises(IntegrityError), transaction(sessions) as session:
        session.add(models.Activity(provider_id="nobody", key="x", title="X", version=1, created_at=NOW))


def _half_done(session: Session) -> None:
    provider_id_of(session, "Half", NOW, is_created=True)
    raise BadInput("half_done")


def test_a_failed_unit_of_work_leaves_nothing(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        with pytest.raises(BadInput), transaction(sessions) as session:
            _half_done(session)
        with sessions() as session:
            assert session.scalars(select(models.Provider)).all() == []


def test_writers_that_read_first_take_turns(migrated_database_url: str) -> None:
    """Eight threads read a value, then write one more: no update may get lost, none may fail."""
    with opened(migrated_database_url) as sessions:
        with transaction(sessions) as session:
            provider_id = provider_id_of(session, "Counted", NOW, is_created=True)
            session.add(models.CertificateCounter(provider_id=provider_id, year=2026, last=0))
        failures: list[BaseException] = []

        def count() -> None:
            try:
                for _ in range(5):
                    with transaction(sessions) as session:
                        query = select(models.CertificateCounter).with_for_update()
                        session.scalars(query).one().last += 1
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=count) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with sessions() as session:
            last = session.scalars(select(models.CertificateCounter.last)).one()
    assert failures == [] and last == 40


def test_a_time_without_zone_is_refused(migrated_database_url: str) -> None:
    naive = NOW.replace(tzinfo=None)
    refused = pytest.raises(StatementError, match="without zone")
    with opened(migrated_database_url) as sessions, refused, transaction(sessions) as session:
        session.add(models.Provider(name="Naive", created_at=naive))


@pytest.mark.parametrize(
    "moment",
    [
        NOW,
        datetime(2026, 3, 2, 15, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 3, 2, 10, 0, tzinfo=datetime.fromisoformat("2026-01-01T00:00:00-05:00").tzinfo),
        datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=UTC) + timedelta(hours=1),
    ],
)
def test_a_time_comes_back_as_the_same_instant_in_utc(migrated_database_url: str, moment: datetime) -> None:
    with opened(migrated_database_url) as sessions:
        with transaction(sessions) as session:
            session.add(models.Provider(name="Clock", created_at=moment))
        with sessions() as session:
            found = session.scalars(select(models.Provider.created_at)).one()
            later = session.scalars(
                select(models.Provider).where(models.Provider.created_at < moment + timedelta(seconds=1))
            ).all()
    assert found == moment and found.tzinfo is UTC and len(later) == 1


def test_an_absent_time_stays_absent(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        with transaction(sessions) as session:
            provider_id = provider_id_of(session, "P", NOW, is_created=True)
            session.add(models.Learner(provider_id=provider_id, issuer="i", subject="s", created_at=NOW))
        with sessions() as session:
            assert session.scalars(select(models.Learner.confirmed_at)).one() is None


def test_a_plain_postgresql_address_uses_the_driver_that_is_installed() -> None:
    engine = make_engine("postgresql://user@db.example/cme")
    assert engine.url.drivername == "postgresql+psycopg"
    engine.dispose()
