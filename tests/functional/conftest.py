"""``world``: the tool, an LMS, people and a course, over HTTP. ``tests.functional.world.World`` tells how to use it.

The use-cases below the pages are tested on both engines. Here both are for what hangs on locks, races, kills and
counts; of the other tests each runs on one of the two, by its name: half of them on SQLite, half on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import pytest

from tests.conftest import ENGINES
from tests.functional.native import client, credentials
from tests.functional.world import World, make_world, no_crashes
from xblock_cme.client import _TOKENS, ToolClient

ON_BOTH = frozenset(
    {
        "test_backup",
        "test_claim",
        "test_claim_several",
        "test_crash_claim",
        "test_crash_delivery",
        "test_credit_catch_up",
        "test_delivery",
        "test_launch",
        "test_launch_races",
        "test_native_mixed",
        "test_office_races",
        "test_own_data",
        "test_staff_results",
        "test_staff_roster",
    }
)


def runs_here(item: pytest.Item) -> bool:
    """Whether this test is to run on the engine that it was collected for."""
    how = vars(item).get("callspec")
    chosen = how.params.get("migrated_database_url") if how is not None else None
    if chosen is None or item.path.parent != Path(__file__).parent or item.path.stem in ON_BOTH:
        return True
    name = item.nodeid.replace(chosen, "")
    return ENGINES.index(chosen) == crc32(name.encode()) % len(ENGINES)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left = [item for item in items if not runs_here(item)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if runs_here(item)]


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    """Everything connected and furnished, on each engine; see ``World``."""
    with make_world(migrated_database_url) as made, no_crashes(made):
        yield made


@pytest.fixture
def sqlite_world(migrated_sqlite_url: str) -> Iterator[World]:
    """The same on SQLite alone, for tests that never come near SQL's differences."""
    with make_world(migrated_sqlite_url) as made, no_crashes(made):
        yield made


@pytest.fixture
def https_world(migrated_sqlite_url: str) -> Iterator[World]:
    """The tool at an https address, as in production; requests to it stay within the process."""
    with make_world(migrated_sqlite_url, base_url="https://cme.example.org") as made, no_crashes(made):
        yield made


@pytest.fixture
def tool(world: World) -> Iterator[ToolClient]:
    """A platform's server with a registered key. The clock is that of the machine: the client reads it itself."""
    world.clock.set(datetime.now(UTC))
    _TOKENS.clear()
    found = client(credentials(world))
    yield found
    found.http.close()
