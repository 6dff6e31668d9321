"""What the tests of keeping, purging and erasing records share: worlds on both engines, and the days that matter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from lti_tool.db import models
from lti_tool.db.engine import transaction
from tests.unit.lti_tool.services.claiming import NOW, World, opened_world

TERM_ENDS = datetime(2030, 7, 31, tzinfo=UTC)
STILL_KEPT = datetime(2034, 1, 1, 23, 59, tzinfo=UTC)
"""The activity ends on 2026-12-31, and seven years are kept: until the end of 2033, everywhere."""
OVER = datetime(2034, 1, 2, tzinfo=UTC)


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    with opened_world(migrated_database_url) as made:
        yield made


@pytest.fixture
def here(migrated_sqlite_url: str) -> Iterator[World]:
    with opened_world(migrated_sqlite_url) as made:
        yield made


def with_term(world: World) -> None:
    """The provider's accreditation, with the end of its term."""
    with transaction(world.sessions) as db:
        db.add(
            models.Accreditation(
                provider_id=world.provider_id,
                body="ACCME",
                accreditor="accme",
                provider_number="1",
                status="accreditation",
                term_from=NOW.date(),
                term_to=TERM_ENDS.date(),
                revision=1,
                updated_at=NOW,
            )
        )
