"""``cme-tool grades``."""

from __future__ import annotations

import click

from lti_tool.cli.setup import now, unit_of_work
from lti_tool.services.redrive import parked, redrive


@click.group()
def grades() -> None:
    """Grades that could not be delivered: list them, send them again."""


@grades.command("list")
def list_() -> None:
    """Every parked grade, by platform, with the last answer. People are named by row keys only."""
    with unit_of_work() as session:
        rows = parked(session)
    for row in rows:
        click.echo(f"{row.delivery_id}  {row.issuer}  {row.outcome or '-'} {row.status or ''}  {row.answer}")
    click.echo(f"{len(rows)} parked.")


@grades.command("redrive")
@click.option("--issuer", help="Only grades of this platform.")
@click.option("--outcome", help="Only grades parked for this reason, as `grades list` shows it.")
def redrive_(issuer: str | None, outcome: str | None) -> None:
    """Send parked grades again, for another full period. Do so once the cause is removed."""
    with unit_of_work() as session:
        number = redrive(session, now(), issuer=issuer, outcome=outcome)
    click.echo(f"{number} grades wait to be sent again.")
