"""``world``: the tool, an LMS, people and a course, over HTTP. ``tests.functional.world.World`` tells how to use it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.functional.native import client, credentials
from tests.functional.world import World, make_world, no_crashes
from xblock_cme.client import _TOKENS, ToolClient


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
