"""Insert a row unless it is there: the same answer for two processes that try at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.db.base import Base

Row = TypeVar("Row", bound=Base)


def insert_or_skip(session: Session, table: type[Base], values: Mapping[str, Any]) -> Insert:
    """``INSERT … ON CONFLICT DO NOTHING`` in the engine's own dialect."""
    dialect = session.get_bind().dialect.name
    if dialect == "postgresql":
        return postgresql.insert(table).values(**values).on_conflict_do_nothing()
    return sqlite.insert(table).values(**values).on_conflict_do_nothing()


def insert_or_replace(session: Session, table: type[Base], key: Mapping[str, Any], rest: Mapping[str, Any]) -> None:
    """One row for this primary key, with ``rest``, whoever writes at the same time; other columns stay."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table.__table__).values(**key, **rest)
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(rest)))


def insert_once(session: Session, table: type[Row], key: Mapping[str, Any], rest: Mapping[str, Any]) -> Row:
    """The row with this unique key, inserted with ``rest`` if nobody has done so yet."""
    found = session.scalars(select(table).filter_by(**key)).first()
    return found if found is not None else insert_missing(session, table, key, rest)


def insert_missing(session: Session, table: type[Row], key: Mapping[str, Any], rest: Mapping[str, Any]) -> Row:
    """The same for a row that has just been looked for in vain."""
    made = session.scalars(insert_or_skip(session, table, {**key, **rest}).returning(table)).first()
    return made if made is not None else session.scalars(select(table).filter_by(**key)).one()
