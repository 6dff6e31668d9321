"""What the tool asked of this LMS, and what it was told."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Lock

KEPT = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """One request from the tool. ``reason`` is empty when it was granted; ``body`` is kept for JSON only."""

    at: str
    service: str
    method: str
    path: str
    status: int
    reason: str = ""
    user_agent: str = ""
    body: str = ""


class Journal:
    """The last entries, newest last. Safe for several threads."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._lock = Lock()

    def add(self, entry: Entry) -> None:
        with self._lock:
            self._entries.append(entry)

    def entries(self, service: str = "") -> tuple[Entry, ...]:
        with self._lock:
            return tuple(entry for entry in self._entries if not service or entry.service == service)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
