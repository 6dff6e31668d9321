"""Long, mixed load on two web services, two workers and one PostgreSQL, with everything failing in turn.

A few seconds of it are part of the tests; ``make soak MINUTES=60`` runs it for as long as one likes, in rounds of a few
minutes, each with a database, LMSs and a seed of its own. What must hold is looked at from outside (``evidence``).
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lti_tool.db.migrate import upgrade
from tests.deployment.siege import Siege, besieged
from tests.postgres import PostgresForTests, prepare_folder, remove_folder

ROUND_SECONDS = 240.0


@contextmanager
def own_siege(seed: int) -> Iterator[Siege]:
    """On a server of its own, durable as in production: it will be crashed."""
    folder = prepare_folder()
    try:
        server = PostgresForTests.start(folder, settings=())
        with tempfile.TemporaryDirectory() as files, server.database("siege") as url:
            upgrade(url)
            with besieged(server, url, Path(files), seed) as siege:
                yield siege
        server.close()
    finally:
        remove_folder(folder)


def one_round(seconds: float, seed: int) -> str:
    """What was done and found, in words."""
    with own_siege(seed) as siege:
        found = siege.run(seconds)
    failures = Counter(each.status for each in siege.seen if each.is_failure)
    refusals = sum(journey.refusals for journey in siege.journeys)
    parts = {"struck": siege.done, "found": found, "journeys": len(siege.journeys), "requests": len(siege.seen)}
    return f"seed {seed}: {parts}, of these failed {dict(failures)}, pages of no use {refusals}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    how = parser.parse_args()
    until, seed = time.monotonic() + 60 * how.minutes, how.seed
    while (left := until - time.monotonic()) > 0:
        sys.stdout.write(f"{one_round(min(ROUND_SECONDS, left), seed)}\n")
        sys.stdout.flush()
        seed += 1


if __name__ == "__main__":
    main()
