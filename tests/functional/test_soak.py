"""A few seconds of the long, mixed day; ``make soak`` runs more of it."""

from __future__ import annotations

import pytest

from tests.functional.soak import soak


@pytest.mark.parametrize(("family", "seed"), [("moodle", 1), ("canvas", 2)])
def test_nothing_is_lost_and_nothing_is_made_up(family: str, seed: int, migrated_database_url: str) -> None:
    made = soak(migrated_database_url, 4, seed, family)
    assert made.best, made.done
    assert made.done.get("earn", 0) >= 2
