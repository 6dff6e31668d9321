"""Memory of one web process: the tool under gunicorn against a bare pylti1p3 Flask tool under gunicorn, in one run.

What counts is the memory that is the process's own (USS), after start and after a few hundred pages.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.launch import Platform
from benchmarks.post_test import ROOT, SECRET, free_port, wait_for
from lti_tool.db.migrate import upgrade
from tests.functional.browsing import http


@contextmanager
def process(application: str, port: int, environment: dict[str, str]) -> Iterator[psutil.Process]:
    """The one worker of a gunicorn."""
    command = [sys.executable, "-m", "gunicorn", "--workers", "1", "--threads", "4", "--bind", f"127.0.0.1:{port}"]
    running = subprocess.Popen(
        [*command, application],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        (worker,) = psutil.Process(running.pid).children()
        yield worker
    finally:
        running.terminate()
        running.wait(timeout=40)


def megabytes(worker: psutil.Process) -> float:
    """Memory that would come back if the process ended."""
    return float(worker.memory_full_info().uss) / 1_048_576


def main(pages: int) -> None:
    """Print both and the ratio."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'cme.db'}"
        upgrade(url)
        settings = {"CME_BASE_URL": base, "CME_DATABASE_URL": url, "CME_SECRET_KEY": SECRET}
        with process("lti_tool.wsgi:application", port, settings) as worker, http() as session:
            wait_for(f"{base}/readyz")
            first = megabytes(worker)
            for _ in range(pages):
                session.get(f"{base}/verify", timeout=30)
                session.get(f"{base}/verify/none", timeout=30)
            ours = megabytes(worker)
    other = free_port()
    with process("benchmarks.bare_tool:application()", other, {"BARE_TOOL_KEY": Platform().private_pem}) as worker:
        bare = megabytes(worker)
    print(f"ours {first:.0f} MB after start, {ours:.0f} MB after {2 * pages} pages; bare pylti1p3 tool {bare:.0f} MB")
    print(f"ours takes {ours / bare:.1f} times the memory of bare (fonts and printer of certificates included)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    main(parser.parse_args().pages)
