"""The web service and the worker as they are, on a clock that a test can move: the machine's, and some seconds."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from lti_tool.app import create_app, delivery_worker, make_dependencies
from lti_tool.logs import set_up_logs
from lti_tool.settings import Settings

VARIABLE = "SHIFTED_CLOCK"
"""Names the file with the seconds."""


@dataclass(frozen=True)
class ShiftedClock:
    """Everybody's time: that of the test, of the LMS, and of every process that is told the file's path."""

    file: Path

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.shift)

    @property
    def shift(self) -> float:
        return float(self.file.read_text("ascii"))

    def jump(self, seconds: float) -> None:
        """Nobody ever reads half a number."""
        beside = self.file.with_suffix(".new")
        beside.write_text(str((self.shift if self.file.exists() else 0.0) + seconds), "ascii")
        beside.replace(self.file)


def clock() -> Callable[[], datetime]:
    return ShiftedClock(Path(os.environ[VARIABLE]))


def web() -> Flask:
    """For gunicorn, as ``lti_tool.wsgi`` makes it."""
    set_up_logs()
    settings = Settings()
    return create_app(settings, make_dependencies(settings, clock=clock()))


def worker() -> None:
    """As ``cme-tool worker`` runs it."""
    set_up_logs()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    delivery_worker(make_dependencies(Settings(), clock=clock()), stop)()


if __name__ == "__main__":
    worker()
