"""A ward on each database engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.lti_tool.domain.builders import NOW
from tests.unit.lti_tool.services.claiming import World, opened_world
from tests.unit.lti_tool.services.rounds import SERIES
from tests.unit.lti_tool.services.ward import Ward, opened


@pytest.fixture
def ward(migrated_database_url: str) -> Iterator[Ward]:
    with opened(migrated_database_url, NOW) as made:
        yield made


@pytest.fixture
def rounds(migrated_sqlite_url: str) -> Iterator[World]:
    """Grand rounds of three sessions."""
    with opened_world(migrated_sqlite_url, **SERIES) as made:
        yield made


@pytest.fixture
def either_rounds(migrated_database_url: str) -> Iterator[World]:
    """On each engine: where it is the database that decides."""
    with opened_world(migrated_database_url, **SERIES) as made:
        yield made
