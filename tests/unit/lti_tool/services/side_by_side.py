"""Several things at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable


def in_parallel(*jobs: Callable[[], object]) -> None:
    """Run all at once in threads, and wait for them; the first error is raised."""
    barrier = threading.Barrier(len(jobs))
    errors: list[Exception] = []

    def run(job: Callable[[], object]) -> None:
        barrier.wait()
        try:
            job()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
