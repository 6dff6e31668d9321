"""Two web services and two workers on one PostgreSQL; under load one of each is killed, after a reload of the other."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select, update

from lti_tool.db import models
from lti_tool.demo.people import LEARNERS
from tests.deployment.load import Journey, Seen
from tests.deployment.place import Place, deployed, start_web
from tests.deployment.units import Process, unit

pytestmark = [pytest.mark.xdist_group("deployment"), pytest.mark.timeout(240)]
KEYS = ("first", "second")
AT_ONCE = 6
BEFORE, AFTER = 80, 100
"""Requests before and, at least, after the kill."""
PATIENCE_SECONDS = 60
ONCE = (
    models.Participation,
    models.Acknowledgement,
    models.Attempt,
    models.EvaluationReceipt,
    models.CreditEntry,
    models.Certificate,
)
"""What each journey leaves exactly one row of."""


@pytest.fixture
def place(migrated_postgres_url: str) -> Iterator[Place]:
    with deployed(
        migrated_postgres_url, *KEYS, upstreams=2, GUNICORN_WORKERS="1", CME_WORKER_POLL_SECONDS="0.1"
    ) as made:
        yield made


@contextmanager
def working(journeys: list[Journey]) -> Iterator[list[Future[None]]]:
    """All of them on their way; ends when the last has arrived."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        work = [pool.submit(journey.go) for journey in journeys]
        yield work
        for each in work:
            each.result()


def until(what: str, is_so: Callable[[], bool]) -> None:
    """Wait for it. Raises AssertionError with ``what``."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def delivered(place: Place) -> int:
    """How many grades have been accepted by the LMS."""
    with place.db() as db:
        return db.scalars(select(func.count()).where(models.Delivery.state == "delivered")).one()


def free_what_the_dead_held(place: Place) -> None:
    """The lease of a dead worker runs for minutes; let them be over."""
    with place.db() as db:
        held = update(models.Delivery).where(models.Delivery.state == "sending")
        db.execute(held.values(leased_until=models.Delivery.created_at))


def reload(place: Place, web: Process) -> None:
    """As ``systemctl reload`` does, until new processes serve; nobody may notice."""
    (line,) = unit("web")["ExecReload"]
    before = web.printed.count("Booting worker")
    subprocess.run(place.tool.arguments(line.replace("$MAINPID", str(web.popen.pid))), check=True, timeout=10)
    until("it was not reloaded", lambda: web.printed.count("Booting worker") > before)


def kill_both(place: Place, web: Process, worker: Process) -> tuple[float, float]:
    """Kill a web service and a worker; gives when it began and when nothing answers there any more."""
    began = time.monotonic()
    web.kill()
    worker.kill()
    until("the port is still open", lambda: not is_open(place.ports[0]))
    return began, time.monotonic()


def check_gradebook(place: Place, journeys: list[Journey]) -> None:
    """Everybody has the full grade in each column, and no two different scores were ever sent for one."""
    for journey in journeys:
        (column,) = place.lms.line_items(place.placements[journey.key])
        result = place.lms.grade(journey.person, column)
        assert result is not None and result.score == 100, journey
    sent = {(score.line_item_id, score.raw) for score in place.lms.scores_received() if score.status < 300}
    assert len(sent) == len(journeys)


def test_nobody_else_notices_and_nothing_is_lost_or_doubled(place: Place) -> None:
    webs = [start_web(place, number) for number in range(2)]
    workers = [place.tool.start("worker") for _ in range(2)]
    seen: list[Seen] = []
    journeys = [Journey(place, person.key, key, seen) for key in KEYS for person in LEARNERS[:4]]
    with working(journeys) as work:
        reload(place, webs[1])
        until("nobody learns", lambda: len(seen) > BEFORE or any(each.done() for each in work))
        began, gone = kill_both(place, webs[0], workers[0])
        assert not all(journey.is_done for journey in journeys), "there was no load left to kill under"
    assert all(journey.is_done for journey in journeys), [journey.acts for journey in journeys if not journey.is_done]
    beyond = [each for each in seen if each.is_failure and not (each.began <= gone and each.ended >= began)]
    assert beyond == []
    assert sum(each.began > gone for each in seen) > AFTER
    with place.db() as db:
        counts = {table.__name__: db.scalars(select(func.count()).select_from(table)).one() for table in ONCE}
    assert counts == dict.fromkeys(counts, len(journeys))
    free_what_the_dead_held(place)
    until("grades are missing", lambda: delivered(place) == len(journeys))
    check_gradebook(place, journeys)
    assert [process.stop() for process in (webs[1], workers[1])] == [0, 0]
