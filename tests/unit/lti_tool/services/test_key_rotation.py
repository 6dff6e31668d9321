"""Keys that change by themselves: once, with an overlap, whoever asks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from lti_tool.db.sealing import Sealer
from lti_tool.domain.login import ToolKey
from lti_tool.lti.keys import ACTIVATION_DELAY, published, retirement_of_older
from lti_tool.services.key_rotation import rotate_if_due
from lti_tool.services.launch_state import KeyRing
from lti_tool.services.schedule import Every
from tests.unit.lti_tool.services.arrivals import opened

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
EVERY = timedelta(days=180)


def key(now: datetime, *, is_first: bool = False) -> ToolKey:
    """A key that costs nothing to make: rotation never looks inside."""
    starts = now if is_first else now + ACTIVATION_DELAY
    return ToolKey(f"k{now:%Y%m%d%H%M%S%f}", "private", "public", now, starts)


def test_it_is_made_when_due_and_overlaps(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        ring = KeyRing(sessions, Sealer("s" * 40))
        assert rotate_if_due(ring, key, retirement_of_older, EVERY, NOW) == 0
        ring.ensure(key, NOW)
        assert rotate_if_due(ring, key, retirement_of_older, EVERY, NOW + EVERY - timedelta(seconds=1)) == 0
        due = NOW + EVERY
        assert rotate_if_due(ring, key, retirement_of_older, EVERY, due) == 1
        assert rotate_if_due(ring, key, retirement_of_older, EVERY, due + timedelta(hours=1)) == 0
        old, new = sorted(ring.all(), key=lambda one: one.created_at)
        assert ring.signing(due).kid == old.kid and ring.signing(due + ACTIVATION_DELAY).kid == new.kid
        assert {one.kid for one in published(ring.all(), due + timedelta(days=7))} == {old.kid, new.kid}
        assert [one.kid for one in published(ring.all(), due + timedelta(days=9))] == [new.kid]


def test_of_many_workers_one_makes_it(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        ring = KeyRing(sessions, Sealer("s" * 40))
        ring.ensure(key, NOW)
        moments = [NOW + EVERY + timedelta(microseconds=number) for number in range(4)]
        with ThreadPoolExecutor(4) as workers:
            made = list(workers.map(lambda at: rotate_if_due(ring, key, retirement_of_older, EVERY, at), moments))
        assert (sum(made), len(ring.all())) == (1, 2)


def test_a_chore_waits_for_its_time() -> None:
    times = [NOW, NOW + timedelta(minutes=59), NOW + timedelta(hours=1), NOW - timedelta(days=1), NOW]
    clock = iter(times)
    chore = Every(timedelta(hours=1), lambda: 1, lambda: next(clock))
    assert [chore() for _ in times] == [1, 0, 1, 1, 1]
