"""``cme-tool db``."""

from __future__ import annotations

from pathlib import Path

import click

from lti_tool.cli.setup import read_settings
from lti_tool.db.backup import back_up
from lti_tool.db.engine import make_engine
from lti_tool.db.migrate import current_revision, differences, downgrade, head_revision, is_behind, upgrade


@click.group()
def db() -> None:
    """The database: bring it up to date, or look where it stands."""


@db.command("upgrade")
def upgrade_command() -> None:
    """Migrate the database to this release. Safe to repeat, and from several machines at once."""
    settings = read_settings()
    engine = make_engine(settings.database_url)
    before = current_revision(engine)
    upgrade(settings.database_url)
    after = current_revision(engine)
    click.echo(f"Already at migration {after}." if before == after else f"Migrated: {before or 'empty'} -> {after}.")


@db.command("downgrade")
@click.argument("revision")
@click.confirmation_option(prompt="Going back can lose data that only the newer release knows. Is there a backup?")
def downgrade_command(revision: str) -> None:
    """Migrate the database back to REVISION ("base" empties it)."""
    downgrade(read_settings().database_url, revision)
    click.echo(f"The database now stands at {revision}.")


@db.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup_command(file: Path) -> None:
    """Copy an SQLite database to FILE while it is in use, and check the copy. FILE must not be there yet."""
    size = back_up(read_settings().database_url, file)
    click.echo(f"{file}: {size} bytes, checked. Keep CME_SECRET_KEY apart from it.")


@db.command("check")
def check_command() -> None:
    """Say where the database stands and whether it agrees with this release."""
    engine = make_engine(read_settings().database_url)
    found = current_revision(engine)
    click.echo(f"database: {found or 'empty'}   release: {head_revision()}")
    if is_behind(found):
        raise click.ClickException("Run: cme-tool db upgrade")
    for difference in differences(engine):
        click.echo(f"differs: {difference}")
