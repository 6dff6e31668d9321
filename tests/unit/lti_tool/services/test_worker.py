"""The worker's loop: it delivers, survives failures, tidies up, and stops when told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.listen import Sleep
from lti_tool.services import worker
from lti_tool.services.delivery import Courier
from lti_tool.services.worker import run_worker
from tests.unit.lti_tool.services.strict_gradebook import Clock, StrictGradebook, courier_of
from tests.unit.lti_tool.services.ward import Ward


def run_until(courier: Courier, stop: threading.Event, condition: Callable[[], bool]) -> None:
    """Run the loop in a thread until ``condition`` holds; then it must end by itself."""
    thread = threading.Thread(target=run_worker, args=(courier, stop, 0.01, Sleep(stop)))
    thread.start()
    patience = threading.Event()
    for _ in range(500):
        if condition():
            break
        patience.wait(0.02)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert condition()


def test_it_delivers_what_comes_while_it_runs(ward: Ward) -> None:
    courier = courier_of(ward, StrictGradebook(), Clock())
    ward.post_test(right=1)
    later = threading.Timer(0.1, ward.post_test, kwargs={"right": 3})
    later.start()
    run_until(courier, threading.Event(), lambda: ("delivered", 100) in ward.states())
    later.join()


def test_the_grade_in_hand_is_finished_before_it_stops(ward: Ward) -> None:
    book, stop = StrictGradebook(), threading.Event()
    ward.learner("kim")
    ward.post_test()
    ward.post_test("kim")
    book.meanwhile = stop.set
    courier = courier_of(ward, book, Clock())
    stopping = Courier(ward.sessions, book, courier.clock, courier.jitter, is_stopping=stop.is_set)
    run_worker(stopping, stop, 0.01, Sleep(stop))
    assert sorted(ward.states() + ward.states("kim")) == [("delivered", 100), ("waiting", 100)]


def test_a_failing_database_does_not_end_it(
    ward: Ward, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock, failures = Clock(), ["once"]

    def unsteady() -> object:
        if failures:
            failures.pop()
            raise ConnectionError("the database is away")
        return clock()

    monkeypatch.setattr(worker, "AFTER_FAILURE_SECONDS", 0.01)
    ward.post_test()
    courier = Courier(ward.sessions, StrictGradebook(), unsteady, lambda: 0.5)  # type: ignore[arg-type]
    run_until(courier, threading.Event(), lambda: ward.states() == [("delivered", 100)])
    assert "the database is away" in caplog.text


def test_it_forgets_expired_logins_now_and_then(ward: Ward) -> None:
    def logins() -> int:
        with transaction(ward.sessions) as db:
            return db.scalar(select(func.count()).select_from(models.PendingLogin)) or 0

    def add(name: str) -> None:
        with transaction(ward.sessions) as db:
            db.add(models.PendingLogin(state_hash=name, body={}, expires_at=ward.now - timedelta(seconds=1)))

    add("a")
    clock = Clock()
    run_until(courier_of(ward, StrictGradebook(), clock), threading.Event(), lambda: logins() == 0)
