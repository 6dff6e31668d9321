"""Several threads that do the same thing at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable


def together(count: int, act: Callable[[], object]) -> list[object]:
    """What ``count`` threads get that act at the same moment; an exception counts as a result."""
    ready, found = threading.Barrier(count), list[object]()

    def run() -> None:
        ready.wait(timeout=60)
        try:
            found.append(act())
        except Exception as error:
            found.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
