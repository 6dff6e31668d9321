"""Being woken by the database: PostgreSQL tells, when a transaction commits, that there is something to do.

It is a hint and no more. Whoever waits looks again after its interval, whether or not it was told: what is lost with a
connection, or never comes through a pooler that lends connections by the transaction, costs one interval.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

LOG = logging.getLogger(__name__)
CHANNEL = "cme_work"
"""Of the triggers that the migrations make."""
SLICE_SECONDS = 0.5
"""Within this time a waiting worker sees that it is to stop."""
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
RENEW_SECONDS = 600.0
"""A connection that says nothing may be cut somewhere on the way without either end knowing: it is made anew."""
GONE = (SQLAlchemyError, psycopg.Error, OSError)


@dataclass(slots=True)
class Sleep:
    """``lti_tool.services.ports.Alarm`` where nothing can wake: SQLite."""

    stop: threading.Event

    def wait(self, seconds: float) -> bool:
        self.stop.wait(seconds)
        return False

    def close(self) -> None:
        """Nothing to close."""


@dataclass(slots=True)
class Listener:
    """``lti_tool.services.ports.Alarm`` on PostgreSQL, with one connection of its own, made by the first ``wait``."""

    engine: Engine
    stop: threading.Event
    _connection: Connection | None = field(default=None, init=False)
    _renew_at: float = field(default=0.0, init=False)
    _pause: float = field(default=0.0, init=False)
    _retry_at: float = field(default=0.0, init=False)

    def wait(self, seconds: float) -> bool:
        """Also ``True`` once the connection has been made: what came before it was made was told to nobody."""
        end = time.monotonic() + seconds
        while not self.stop.is_set() and (left := end - time.monotonic()) > 0:
            if self._is_woken(left):
                return True
        return False

    def close(self) -> None:
        """The next ``wait`` connects again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except GONE:
                LOG.debug("the listening connection was gone already")

    def _is_woken(self, left: float) -> bool:
        now = time.monotonic()
        if self._connection is not None and now >= self._renew_at:
            self.close()
        if self._connection is None and now < self._retry_at:
            self.stop.wait(min(left, self._retry_at - now))
            return False
        try:
            return self._is_told(min(left, SLICE_SECONDS)) if self._connection else self._listen(now)
        except GONE as error:
            self._note_loss(error)
            return False

    def _listen(self, now: float) -> bool:
        connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        self._connection, self._renew_at = connection, now + RENEW_SECONDS
        connection.exec_driver_sql(f"LISTEN {CHANNEL}")
        return True

    def _is_told(self, seconds: float) -> bool:
        assert self._connection is not None  # noqa: S101 - narrows the type
        driver: Any = self._connection.connection.dbapi_connection
        is_told = bool(list(driver.notifies(timeout=seconds, stop_after=1)))
        self._pause = 0.0
        return is_told

    def _note_loss(self, error: Exception) -> None:
        """Try again after a pause, twice as long as the last one unless the connection was good for a while."""
        self.close()
        self._pause = min(max(2 * self._pause, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        self._retry_at = time.monotonic() + self._pause
        LOG.warning(
            "the database cannot wake this worker (%s): it looks by itself, and listens again in %g s",
            type(error).__name__,
            self._pause,
        )


def alarm(engine: Engine, stop: threading.Event) -> Listener | Sleep:
    """What this database offers. Both end early when ``stop`` is set."""
    return Listener(engine, stop) if engine.dialect.name == "postgresql" else Sleep(stop)
