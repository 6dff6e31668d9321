"""An SQLite database that is in use, with a row in every table, goes through every migration and back.

SQLite changes most of a table by making it anew; whatever refers to it must neither stop that nor be lost by it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from lti_tool.db.migrate import configuration, downgrade, upgrade
from lti_tool.domain.errors import CmeError

REVISIONS = [script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()][::-1]
VALUES = {"BOOLEAN": 0, "INTEGER": 1, "SMALLINT": 1, "BIGINT": 1, "DATE": "2026-11-24", "BLOB": b"k", "JSON": "{}"}
"""By the type of a column. Every key is the same text, so that every reference leads to the row that is there."""
MOMENT = datetime(2026, 11, 24, 9, tzinfo=UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
KEY = "k"


@contextmanager
def opened(url: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None)) as connection:
        yield connection


def value_of(kind: str) -> object:
    plain = kind.partition("(")[0]
    if plain in ("DATETIME", "TIMESTAMP"):
        return MOMENT
    return 0.5 if plain in ("FLOAT", "NUMERIC", "DECIMAL") else VALUES.get(plain, KEY)


def counts(url: str) -> dict[str, int]:
    """Rows of each table."""
    with opened(url) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'")
        names = [name for (name,) in found]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def triggers(url: str) -> set[tuple[str, str]]:
    with opened(url) as connection:
        return set(connection.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"))


def fill(url: str) -> None:
    """One row into each table that has none."""
    empty = [name for name, number in counts(url).items() if not number]
    with opened(url) as connection:
        for name in empty:
            columns = [(row[1], row[2]) for row in connection.execute(f'PRAGMA table_info("{name}")')]
            named, marks = ", ".join(f'"{one}"' for one, _ in columns), ", ".join("?" for _ in columns)
            connection.execute(
                f'INSERT INTO "{name}" ({named}) VALUES ({marks})', [value_of(kind) for _, kind in columns]
            )
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_every_row_survives_every_step_up_and_down(sqlite_url: str) -> None:
    kept: dict[str, set[tuple[str, str]]] = {}
    for revision in REVISIONS:
        upgrade(sqlite_url, revision)
        assert [name for name, number in counts(sqlite_url).items() if number > 1] == []
        fill(sqlite_url)
        kept[revision] = triggers(sqlite_url)
    assert set(counts(sqlite_url).values()) == {1} and len(counts(sqlite_url)) > 80
    for newer, older in pairwise(REVISIONS[::-1]):
        downgrade(sqlite_url, older)
        lost = [name for name, number in counts(sqlite_url).items() if number != 1]
        assert lost == [], f"{newer} to {older}"
        assert triggers(sqlite_url) == kept[older], f"{newer} to {older}"
    upgrade(sqlite_url)
    with opened(sqlite_url) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_reference_that_leads_nowhere_stops_a_migration_before_it_changed_anything(sqlite_url: str) -> None:
    upgrade(sqlite_url, "0008")
    fill(sqlite_url)
    with opened(sqlite_url) as connection:
        connection.execute("DELETE FROM provider")
    with pytest.raises(CmeError, match=r"refer to what is not there: .*deployment") as refused:
        upgrade(sqlite_url)
    assert refused.value.code == "references_broken"
    with opened(sqlite_url) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0008",)


def test_what_stands_at_the_newest_migration_is_not_looked_through_at_every_start(sqlite_url: str) -> None:
    upgrade(sqlite_url)
    fill(sqlite_url)
    with opened(sqlite_url) as connection:
        connection.execute("DELETE FROM provider")
    upgrade(sqlite_url)
