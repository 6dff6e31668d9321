"""A short piece of the grades' long day; ``python -m tests.functional.soak`` runs more of it, on SQLite.

On PostgreSQL, with whole services: ``tests/deployment/test_soak.py``.
"""

from __future__ import annotations

from tests.functional.soak import soak

ACTS = ("earn", "fail", "jump", "deliver", "kill")


def test_nothing_is_lost_and_nothing_is_made_up(migrated_sqlite_url: str) -> None:
    made = soak(migrated_sqlite_url, 0, seed=1, least=24)
    assert made.best and min(made.done.get(act, 0) for act in ACTS) >= 1, made.done
