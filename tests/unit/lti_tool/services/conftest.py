"""A ward on each database engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.lti_tool.domain.builders import NOW
from tests.unit.lti_tool.services.ward import Ward, opened


@pytest.fixture
def ward(migrated_database_url: str) -> Iterator[Ward]:
    with opened(migrated_database_url, NOW) as made:
        yield made
