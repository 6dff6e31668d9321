"""``cme-tool db``."""

from __future__ import annotations

import click

from lti_tool.cli.setup import read_settings
from lti_tool.db.engine import make_engine
from lti_tool.db.migrate import current_revision, differences, downgrade, head_revision, upgrade


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


@db.command("check")
def check_command() -> None:
    """Say where the database stands and whether it agrees with this release."""
    engine = make_engine(read_settings().database_url)
    found = current_revision(engine)
    click.echo(f"database: {found or 'empty'}   release: {head_revision()}")
    if found != head_revision():
        raise click.ClickException("Run: cme-tool db upgrade")
    for difference in differences(engine):
        click.echo(f"differs: {difference}")
