"""``cme_deliver`` as a service: it outlives the connections to the platform's database."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from xblock_cme.outbox import Tally
from xblock_cme.plugin.management.commands import cme_deliver


class Ended(Exception):
    """The service was stopped."""


class Rests:
    """In place of ``sleep``: what each pause finds of the connection; the last one ends the service."""

    def __init__(self, pauses: int) -> None:
        self.pauses, self.held = pauses, []

    def __call__(self, seconds: float) -> None:
        self.held.append(connection.connection)
        if len(self.held) == self.pauses:
            raise Ended


def broken_once() -> Any:
    """A run whose connection has gone, and good ones after it."""
    faults = [OperationalError(2006, "Server has gone away")]

    def run(*args: Any, **kwargs: Any) -> Tally:
        connection.ensure_connection()
        if faults:
            raise faults.pop()
        return Tally()

    return run


def test_the_service_goes_on_when_the_database_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    rests, out, err = Rests(2), StringIO(), StringIO()
    monkeypatch.setattr(cme_deliver, "send_due", broken_once())
    monkeypatch.setattr(cme_deliver.time, "sleep", rests)
    with pytest.raises(Ended):
        call_command("cme_deliver", "--every", "60", stdout=out, stderr=err)
    assert "gone away" in err.getvalue()
    assert out.getvalue().count("claims: awarded 0") == 1
    assert rests.held == [None, None], "no connection is held while the service rests"


def test_a_single_run_tells_its_caller_that_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cme_deliver, "send_due", broken_once())
    with pytest.raises(OperationalError):
        call_command("cme_deliver")
