"""Deleting, and how many rows of which table went."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from sqlalchemy import Delete, Table
from sqlalchemy.orm import Session

Counts: TypeAlias = dict[str, int]
"""Rows by table; tables without any are left out."""


def counted(session: Session, statements: Iterable[Delete]) -> Counts:
    """Run deletions in order. Objects that the session holds are not looked at: expire them where that matters."""
    found: Counts = {}
    for statement in statements:
        number = int(session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
        assert isinstance(statement.table, Table)  # noqa: S101 - narrows the type
        found = added(found, {statement.table.name: number} if number else {})
    return found


def added(one: Counts, other: Counts) -> Counts:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}
