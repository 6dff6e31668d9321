"""``cme-tool worker``."""

from __future__ import annotations

import signal
import threading

import click

from lti_tool.app import delivery_worker, make_dependencies
from lti_tool.cli.setup import open_database, read_settings
from lti_tool.logs import set_up_logs


@click.command()
def worker() -> None:
    """Deliver grades to the learning platforms until stopped. Any number may run, on any number of machines."""
    settings = read_settings()
    open_database(settings)
    set_up_logs()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    click.echo("The worker delivers grades. Ctrl-C stops it.", err=True)
    delivery_worker(make_dependencies(settings), stop)()
