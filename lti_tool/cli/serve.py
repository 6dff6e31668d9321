"""``cme-tool serve``."""

from __future__ import annotations

import os
import sys

import click

from lti_tool.cli.setup import open_database, read_settings


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port to listen on.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Threads in each process.")
def serve(bind: str, workers: int, threads: int) -> None:
    """Serve the tool with gunicorn. Grades are delivered by `cme-tool worker`, which runs beside it."""
    open_database(read_settings())
    arguments = ["-m", "gunicorn", "lti_tool.wsgi:application", "--bind", bind, "--workers", str(workers)]
    arguments += ["--threads", str(threads), "--worker-class", "gthread", "--access-logfile", "-"]
    # Longer than a proxy keeps an idle connection: it must not send a form into one that is just closing.
    arguments += ["--keep-alive", "75"]
    # The path without its query: a handoff code must not end up in a log.
    arguments += ["--access-logformat", '%(h)s "%(m)s %(U)s" %(s)s %(b)s %(L)s', "--no-control-socket"]
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - our own arguments, no shell
