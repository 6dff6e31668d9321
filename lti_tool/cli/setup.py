"""What most commands begin with: settings, the clock, a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from pydantic import ValidationError

from lti_tool.db.engine import Sessions, make_engine, make_sessions, transaction
from lti_tool.db.migrate import current_revision, head_revision, is_behind
from lti_tool.services.transaction import Database, DatabaseError
from lti_tool.settings import Settings


def now() -> datetime:
    return datetime.now(UTC)


def read_settings() -> Settings:
    """The settings, or a clear end that names each missing or wrong variable."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"  CME_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}" for fault in error.errors()]
        raise click.ClickException("These settings are missing or wrong:\n" + "\n".join(lines)) from error


def reason(error: DatabaseError) -> str:
    """The driver's own words, one line; statements and their values stay out."""
    return str(error.__cause__ or error).splitlines()[0]


def migration_remedy(found: str | None) -> str:
    """What to do about a database that stands at ``found``; empty if it lacks nothing that this release needs."""
    return "run: cme-tool db upgrade" if is_behind(found) else ""


def open_database(settings: Settings) -> Sessions:
    """Sessions on a database that lacks no migration of this release."""
    engine = make_engine(settings.database_url)
    found = current_revision(engine)
    if remedy := migration_remedy(found):
        raise click.ClickException(
            f"The database stands at migration {found or 'none'}, this release needs {head_revision()}; {remedy}"
        )
    return make_sessions(engine)


@contextmanager
def unit_of_work() -> Iterator[Database]:
    """One transaction on the configured database."""
    with transaction(open_database(read_settings())) as session:
        yield session
