"""What the Open edX block costs: a page on the platform, the state that it loads for every page, and a claim.

Pages are measured in a real XBlock runtime in an environment of its own, claims from the block's client to the tool
over HTTP on this machine. Baselines of the same run: a block without an activity, and the tool's health check.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.databases import postgres
from lti_tool.db.migrate import upgrade
from lti_tool.domain.native import write_message
from tests.functional.board_credit import ABIM, BRN, GIVEN, offer_board_credit
from tests.functional.native import NativeLearner, client, credentials
from tests.functional.world import make_world
from tests.unit.lti_tool.domain.builders import AMA
from tests.xblock.conftest import ROOT, clean_environment, xblock_python
from tests.xblock.samples import BOARD_CREDIT, write_samples

PAGE_MS, STATE_BYTES, CLAIM_MS = 30.0, 20_000, 300.0
NAME = "hypertension-2026"
BOTH = {AMA: "1.00", ABIM: "0.50", BRN: "", "acpe": ""}
"""A physician's credit and a board's, which needs numbers."""


def pages() -> dict[str, Any]:
    """What ``block_pages`` has found."""
    with tempfile.TemporaryDirectory(prefix="cme-block-") as folder:
        (Path(folder) / "samples").mkdir()
        write_samples(Path(folder) / "samples")
        line = [str(xblock_python()), "-m", "benchmarks.block_pages"]
        environment = clean_environment(CME_SITE=folder)
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def timed(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


def claims(number: int, name: str = NAME, **given: Any) -> tuple[list[float], list[float]]:
    """Milliseconds of each learner's claim, and of health checks at the same moments. ``given``: what it names."""
    with postgres() as url:
        upgrade(url)
        with make_world(url) as world:
            world.clock.set(datetime.now(UTC))
            offer_board_credit(world)
            tool = client(credentials(world))
            copy = tool.copy(name, 1)
            took, baseline = [], []
            for each in range(number):
                who = NativeLearner(copy, datetime.now(UTC) - timedelta(days=1))
                who.walk()
                message = write_message(who.claim(subject=f"learner-{each}", at=datetime.now(UTC), **given))
                baseline.append(timed(lambda: tool.http.get(f"{world.base_url}/healthz", timeout=30)))
                took.append(timed(lambda sent=message, key=f"key-{each}": _claimed(tool, sent, key)))  # type: ignore[misc]
            tool.http.close()
    return took[1:], baseline[1:]


def _claimed(tool: Any, message: Any, key: str) -> None:
    answer = tool.claim(message, key)
    if not answer.is_awarded:
        raise SystemExit(f"a claim was refused: {answer.reasons}")


def late(took: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(took, n=20)[-1]


def line(name: str, value: float, aim: float, unit: str, baseline: float | None = None) -> bool:
    """Print one figure; whether it misses its aim."""
    ratio = "" if not baseline else f"{value / baseline:>9.1f} × baseline"
    sys.stdout.write(f"{name:<48}{value:>9.1f} {unit} (aim {aim:g}){ratio}\n")
    return value > aim


def main() -> int:
    """Print the figures; 1 if one misses its aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=60)
    how = parser.parse_args()
    found = pages()
    took, health = claims(how.claims + 1)
    board, board_health = claims(how.claims + 1, BOARD_CREDIT, amounts=BOTH, identifiers=GIVEN)
    missed = [
        line("page of ten questions, median", found["page"][0], PAGE_MS, "ms", found["baseline"][0]),
        line("page of ten questions, 95th percentile", found["page"][1], PAGE_MS, "ms", found["baseline"][1]),
        line("largest state of a learner", found["state"], STATE_BYTES, "bytes"),
        line("claim, median", statistics.median(took), CLAIM_MS, "ms", statistics.median(health)),
        line("claim, 95th percentile", late(took), CLAIM_MS, "ms", late(health)),
        line("claim of two with identifiers, median", statistics.median(board), CLAIM_MS, "ms"),
        line("claim of two with identifiers, 95th percentile", late(board), CLAIM_MS, "ms", late(board_health)),
    ]
    return int(any(missed))


if __name__ == "__main__":
    sys.exit(main())
