"""A circuit breaker per host: an LMS that hangs must not hold every worker of the tool for 25 seconds at a time."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field

from lti_tool.domain.errors import ServiceUnavailable

FAILURES = 5
PAUSE_SECONDS = 30.0


@dataclass(slots=True)
class CircuitBreaker:
    """After ``failures`` in a row a host is left alone for ``pause`` seconds; then one request may try it.

    Times are seconds of a monotonic clock. Thread-safe.
    """

    failures: int = FAILURES
    pause: float = PAUSE_SECONDS
    _count: dict[str, int] = field(default_factory=dict)
    _closed_until: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, host: str, at: float) -> None:
        """Pass, or raise ``ServiceUnavailable`` (``circuit_open``, with ``retry_after`` in seconds)."""
        with self._lock:
            if self._count.get(host, 0) < self.failures:
                return
            wait = self._closed_until[host] - at
            if wait > 0:
                raise ServiceUnavailable(
                    "circuit_open", f"{host} has not answered several times", host=host, retry_after=math.ceil(wait)
                )
            self._closed_until[host] = at + self.pause  # this caller tries it; the others go on waiting

    def failed(self, host: str, at: float) -> None:
        """The host could not be reached."""
        with self._lock:
            self._count[host] = self._count.get(host, 0) + 1
            self._closed_until[host] = at + self.pause

    def succeeded(self, host: str) -> None:
        """The host answered, whatever it said."""
        with self._lock:
            self._count.pop(host, None)
            self._closed_until.pop(host, None)
