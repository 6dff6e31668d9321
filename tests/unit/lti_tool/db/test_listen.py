"""Being woken by the database: what wakes, what does not, and a connection that is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Engine, make_url, text

from lti_tool.db import listen, models
from lti_tool.db.engine import make_engine, transaction
from lti_tool.db.listen import Listener, Sleep, alarm
from tests.postgres import PostgresForTests
from tests.unit.lti_tool.domain.builders import NOW
from tests.unit.lti_tool.services.ward import Ward, opened

SOON, LONG = 0.2, 20.0
"""Seconds: to see that nothing comes, and more than anything takes to come."""
HELD = timedelta(minutes=5)


@dataclass
class Bedside:
    """A ward on PostgreSQL and somebody who listens already."""

    ward: Ward
    listener: Listener

    def wakes(self, act: Callable[[], object]) -> bool:
        """For what is expected to wake: a machine that is busy gets its time."""
        act()
        return self.listener.wait(LONG)


def a_mail(ward: Ward) -> models.Mail:
    return models.Mail(
        provider_id=ward.keys["provider"],
        key="k",
        recipient="lee@example.org",
        subject="s",
        body="b",
        state="waiting",
        next_at=NOW,
        created_at=NOW,
    )


@contextmanager
def listening(engine: Engine) -> Iterator[Listener]:
    with closing(Listener(engine, threading.Event())) as listener:
        assert listener.wait(LONG), "the first wait only connects"
        assert not listener.wait(SOON)
        yield listener


@pytest.fixture
def bedside(migrated_postgres_url: str) -> Iterator[Bedside]:
    with ExitStack() as stack:
        ward = stack.enter_context(opened(migrated_postgres_url, NOW))
        listener = stack.enter_context(listening(ward.sessions.kw["bind"]))
        yield Bedside(ward, listener)


def test_a_grade_that_is_queued_wakes(bedside: Bedside) -> None:
    assert bedside.wakes(bedside.ward.post_test)
    assert not bedside.listener.wait(SOON), "once"


def test_what_is_not_committed_wakes_nobody(bedside: Bedside) -> None:
    with bedside.ward.sessions() as db:
        db.add(a_mail(bedside.ward))
        db.flush()
        assert not bedside.listener.wait(SOON)
        db.rollback()
    assert not bedside.listener.wait(SOON)


@pytest.mark.parametrize(
    ("before", "after", "is_woken"),
    [
        ({"state": "parked"}, {"state": "waiting"}, True),
        ({"state": "waiting", "next_at": NOW + HELD}, {"next_at": NOW}, True),
        ({"state": "waiting"}, {"next_at": NOW + HELD}, False),
        ({"state": "sending"}, {"state": "waiting", "next_at": NOW + HELD}, False),
        ({"state": "waiting"}, {"state": "sending"}, False),
        ({"state": "sending"}, {"state": "delivered"}, False),
    ],
)
def test_a_grade_that_became_due_wakes(
    bedside: Bedside, before: dict[str, object], after: dict[str, object], is_woken: bool
) -> None:
    ward = bedside.ward

    def change(values: dict[str, object]) -> None:
        with transaction(ward.sessions) as db:
            row = db.get_one(models.Delivery, ward.deliveries()[0].id)
            for name, value in values.items():
                setattr(row, name, value)

    ward.post_test()
    change(before)
    assert bedside.listener.wait(LONG)
    change(after)
    assert bedside.listener.wait(LONG if is_woken else SOON) is is_woken


def test_mail_and_printing_wake_too(bedside: Bedside) -> None:
    ward = bedside.ward
    job = models.PrintJob(
        provider_id=ward.keys["provider"],
        activity_id=ward.keys["activity"],
        asked_by=ward.keys["lee"],
        created_at=NOW,
        next_at=NOW,
        printed=0,
        failed=0,
        passed="",
    )
    for row in (a_mail(ward), job):
        with transaction(ward.sessions) as db:
            db.add(row)
        assert bedside.listener.wait(LONG)


def test_what_came_before_anybody_listened_is_looked_for(bedside: Bedside) -> None:
    bedside.listener.close()
    bedside.ward.post_test()
    assert bedside.listener.wait(LONG)


def test_it_is_renewed_in_case_it_was_cut_unnoticed(bedside: Bedside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen, "RENEW_SECONDS", 0.0)
    bedside.listener.close()
    for _ in range(2):
        assert bedside.listener.wait(LONG)
    assert connected(bedside.ward.sessions.kw["bind"]) == 1


def connected(engine: Engine) -> int:
    """How many sessions of the server listen in this database."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    with engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())


def kill_listeners(server: PostgresForTests, engine: Engine) -> None:
    """What a pooler, a failover or an administrator does."""
    query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND query LIKE 'LISTEN%%'"
    with server.inside() as connection:
        assert connection.execute(query, [engine.url.database]).fetchall() == [(True,)]


def test_a_lost_connection_is_logged_and_made_again(
    bedside: Bedside, postgres_server: PostgresForTests, caplog: pytest.LogCaptureFixture
) -> None:
    kill_listeners(postgres_server, bedside.ward.sessions.kw["bind"])
    assert not bedside.listener.wait(SOON)
    assert "cannot wake this worker" in caplog.text
    assert bedside.listener.wait(LONG), "connected again"
    assert bedside.wakes(bedside.ward.post_test)


def test_while_the_database_is_away_it_tries_ever_more_seldom(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listen, "FIRST_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(listen, "LONGEST_PAUSE_SECONDS", 0.2)
    engine = make_engine(str(make_url("postgresql+psycopg://nobody@/none?host=/nonexistent")))
    with closing(Listener(engine, threading.Event())) as listener:
        began = time.monotonic()
        assert not listener.wait(0.9)
        assert time.monotonic() - began >= 0.9, "a failure does not shorten the interval"
    pauses = [record.args[1] for record in caplog.records if isinstance(record.args, tuple)]
    assert pauses[:4] == [0.05, 0.1, 0.2, 0.2]
    assert len(pauses) < 9


def test_it_stops_when_told(bedside: Bedside) -> None:
    threading.Timer(0.1, bedside.listener.stop.set).start()
    began = time.monotonic()
    assert not bedside.listener.wait(LONG)
    assert time.monotonic() - began < LONG / 4


def test_sqlite_wakes_nobody(migrated_sqlite_url: str) -> None:
    engine, stop = make_engine(migrated_sqlite_url), threading.Event()
    with closing(alarm(engine, stop)) as waiting:
        assert isinstance(waiting, Sleep)
        assert not waiting.wait(0.01)
        stop.set()
        assert not waiting.wait(LONG)
    engine.dispose()
