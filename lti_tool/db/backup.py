"""A copy of an SQLite database while it is in use, checked before it is kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from lti_tool.domain.errors import BadInput, CmeError, Conflict


def back_up(url: str, target: Path) -> int:
    """Copy the database at ``url`` to ``target``; gives its size in bytes. Writers go on meanwhile.

    Raises ``BadInput("backup_not_sqlite")``, ``Conflict("backup_exists")`` rather than overwrite, and
    ``CmeError("backup_damaged")`` if the copy fails SQLite's own check; then nothing is left behind.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise BadInput("backup_not_sqlite", "this backs up SQLite; for PostgreSQL use pg_dump --enable-row-security")
    if target.exists():
        raise Conflict("backup_exists", f"{target} is there already")
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        with closing(sqlite3.connect(parsed.database)) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise CmeError("backup_damaged", f"the copy is damaged: {found}")
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size
