"""A short piece of the long, mixed day; ``make soak`` runs more of it."""

from __future__ import annotations

from tests.functional.soak import soak

ACTS = ("earn", "fail", "jump", "deliver", "kill")


def test_nothing_is_lost_and_nothing_is_made_up(migrated_database_url: str) -> None:
    made = soak(migrated_database_url, 0, seed=1, least=24)
    assert made.best and min(made.done.get(act, 0) for act in ACTS) >= 1, made.done
