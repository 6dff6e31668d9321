"""Failing on purpose: what a service of the LMS does instead of answering well."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Lock

from flask import Response, request


class FaultKind(StrEnum):
    SLOW = "slow"
    UNAUTHORIZED = "401"
    CONFLICT = "409"
    THROTTLED = "429"
    SERVER_ERROR = "500"
    HTML = "html"
    DROPPED = "dropped"
    DROPPED_AFTER = "dropped-after"


LABELS: dict[FaultKind, str] = {
    FaultKind.SLOW: "Slow (waits, then answers)",
    FaultKind.UNAUTHORIZED: "401 Unauthorized",
    FaultKind.CONFLICT: "409 Conflict",
    FaultKind.THROTTLED: "429 Too Many Requests with Retry-After",
    FaultKind.SERVER_ERROR: "500 Server Error",
    FaultKind.HTML: "200 with an HTML page instead of JSON",
    FaultKind.DROPPED: "Connection dropped, nothing done",
    FaultKind.DROPPED_AFTER: "Work done, connection dropped before the answer",
}

SERVICES = ("any", "jwks", "token", "lineitems", "scores", "results", "members", "registration", "notices")


@dataclass(frozen=True, slots=True)
class Fault:
    """``times`` None lasts until switched off. ``seconds``: how slow, or the Retry-After."""

    kind: FaultKind
    service: str = "any"
    times: int | None = 1
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.service not in SERVICES:
            raise ValueError(f"Unknown service {self.service!r}; use one of {', '.join(SERVICES)}.")
        if self.times is not None and self.times < 1:
            raise ValueError("times must be at least 1, or null for always.")
        if not 0 <= self.seconds <= 120:
            raise ValueError("seconds must be between 0 and 120.")

    @property
    def label(self) -> str:
        return LABELS[self.kind]


class Faults:
    """The faults that are on. Safe for several threads."""

    def __init__(self) -> None:
        self._on: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._on.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._on.clear()

    def active(self) -> tuple[Fault, ...]:
        with self._lock:
            return tuple(self._on)

    def take(self, service: str) -> Fault | None:
        """The first fault for ``service``, counted down."""
        with self._lock:
            for place, fault in enumerate(self._on):
                if fault.service in {"any", service}:
                    self._count_down(place, fault)
                    return fault
        return None

    def _count_down(self, place: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            del self._on[place]
        else:
            self._on[place] = replace(fault, times=fault.times - 1)


def answer_for(fault: Fault) -> Response | None:
    """What goes out instead of the real answer; None when the real work is still to be done."""
    if fault.kind is FaultKind.SLOW:
        time.sleep(fault.seconds)
        return None
    if fault.kind is FaultKind.DROPPED_AFTER:
        return None
    if fault.kind is FaultKind.DROPPED:
        drop_connection()
        return Response(status=500)
    if fault.kind is FaultKind.HTML:
        return Response("<!doctype html><title>Maintenance</title><p>Back soon.", mimetype="text/html")
    answer = Response(f"demo fault {fault.kind}", status=int(fault.kind), mimetype="text/plain")
    if fault.kind is FaultKind.THROTTLED:
        answer.headers["Retry-After"] = str(int(fault.seconds))
    return answer


def drop_connection() -> None:
    """Closes the client's connection under the request in hand (the live server gives the socket)."""
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
