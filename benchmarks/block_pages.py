"""A learner's pages in the block, in the workbench: run by ``benchmarks.block`` in the block's own environment.

Prints one JSON object: milliseconds of ``student_view`` for a post-test of ten questions (median and 95th percentile;
the baseline is a page that shows nothing), and the largest state of a learner in bytes.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.xblock.site.setup import set_up

NAME = "hypertension-2026"
ROUNDS = 200


def milliseconds(call: Callable[[], Any]) -> tuple[float, float]:
    """Median and 95th percentile."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def at_the_post_test(learner: Any, items: list[str]) -> None:
    learner.acknowledge()
    learner.take("pre-test", {})
    learner.study(items)
    learner.act("start", "post-test")


def main() -> None:
    set_up()
    from workbench.models import XBlockState
    from workbench.runtime import WorkbenchRuntime

    from lti_tool.domain.assessment import TestKind
    from tests.xblock.inside.answers import copy_of
    from tests.xblock.inside.learner import Learner

    activity = copy_of(NAME).activity
    items = [item.key for item in activity.content.items]
    ada, empty = Learner(NAME, "ada"), Learner("empty", "ada")
    at_the_post_test(ada, items)
    block = WorkbenchRuntime("ada").get_block(ada.usage)
    assert "Question 1 of 10" in block.student_view().content
    bare = WorkbenchRuntime("ada").get_block(empty.usage)
    often = Learner(NAME, "often")
    at_the_post_test(often, items)
    for _ in range(30):
        if not often.facts().record.open_attempt(TestKind.POST):
            break
        often.act("submit_anyway", "post-test", **often.sheet({}))
        often.act("start", "post-test")
    states = XBlockState.objects.filter(user_id="often").values_list("state", flat=True)
    found = {
        "page": milliseconds(block.student_view),
        "baseline": milliseconds(bare.student_view),
        "state": max(len(state.encode()) for state in states),
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
