"""``cme-tool retention``."""

from __future__ import annotations

import signal
import threading

import click

from lti_tool.cli.setup import now, open_database, read_settings
from lti_tool.services.platform import providers
from lti_tool.services.purge import due_now, purge_provider
from lti_tool.services.transaction import Database, transaction


@click.group()
def retention() -> None:
    """Records whose time is over: look what is due, and purge it."""


def _chosen(session: Database, provider: str | None) -> list[tuple[str, str]]:
    found = [(key, name) for key, name in providers(session) if provider in (None, name)]
    if not found:
        raise click.ClickException(f"There is no provider {provider!r}." if provider else "There is no provider yet.")
    return found


@retention.command("run")
@click.option("--provider", help="Only this provider's records.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
def run(provider: str | None, dry_run: bool) -> None:
    """Purge what is over, in batches, each with an entry in the audit trail. The worker does the same every six hours.

    Nothing goes before the longest rule that applies, nor while a legal hold covers it. A run that was stopped or
    killed is gone on with by the next.
    """
    sessions, moment, stop = open_database(read_settings()), now(), threading.Event()
    with transaction(sessions) as session:
        chosen = _chosen(session, provider)
    for key, name in chosen:
        click.echo(name)
        if dry_run:
            with transaction(sessions) as session:
                found = due_now(session, key, moment)
            for one in found:
                oldest = f", oldest kept until {one.oldest}" if one.oldest else ""
                click.echo(f"  {one.record_class.value}: {one.count} due{oldest}; {one.held} held")
        else:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: stop.set())
            done = purge_provider(sessions, key, moment, stop.is_set)
            click.echo("".join(f"  {kind.value}: {count} purged\n" for kind, count in done.records.items()), nl=False)
            if not done.records:
                click.echo("  nothing was due")
