"""Starts the peer platform once for each test process, in the peers' own environment."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.browser import Browser
from tests.peers.openedx import PeerPlatform
from tests.peers.relying_party import RelyingParty, running

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
START_SECONDS = 90
STOP_SECONDS = 10
LOG_LINES_ON_FAILURE = 60


def peers_python() -> Path:
    """The interpreter of the peers' environment: ``PEERS_VENV``, or ``.state/peers-venv`` in the repository."""
    python = Path(os.environ.get("PEERS_VENV") or ROOT / ".state" / "peers-venv") / "bin" / "python"
    if not python.exists():
        pytest.fail(
            f"The peer platform has no interpreter at {python}. Build its environment from"
            " requirements/peers.txt, or name another one in PEERS_VENV.",
            pytrace=False,
        )
    return python


def clean_environment() -> dict[str, str]:
    """Our environment without what would lead the platform to our own modules, or through a proxy to loopback."""
    foreign = ("PYTHON", "COV_", "COVERAGE", "DJANGO_", "CAMPUS_")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(foreign)}
    return kept | {"NO_PROXY": "*", "no_proxy": "*"}


def wait_until_ready(process: subprocess.Popen[str], log: Path) -> str:
    """The platform's root address from its first line; a failure with its log when none comes."""
    assert process.stdout is not None
    give_up = threading.Timer(START_SECONDS, process.kill)
    give_up.start()
    try:
        line = process.stdout.readline()
    finally:
        give_up.cancel()
    if not line.startswith("READY "):
        pytest.fail(f"The peer platform did not start within {START_SECONDS} s:\n{tail(log)}", pytrace=False)
    return line.removeprefix("READY ").strip()


def stop(process: subprocess.Popen[str]) -> None:
    """Close the platform's standard input, which ends it; kill it if it does not heed that."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES_ON_FAILURE:])


@pytest.fixture(scope="session")
def openedx_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that takes the platform's log."""
    return tmp_path_factory.mktemp("openedx") / "platform.log"


@pytest.fixture(scope="session")
def openedx(openedx_log: Path) -> Iterator[PeerPlatform]:
    """A running Open edX platform, shared by the tests of one process. Make a course for each test."""
    command = [str(peers_python()), str(HERE / "platform" / "serve.py"), str(openedx_log.parent)]
    with openedx_log.open("w") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=clean_environment()
        )
    try:
        platform = PeerPlatform(wait_until_ready(process, openedx_log))
        yield platform
        platform.close()
    finally:
        stop(process)


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A fresh browser for one person."""
    with Browser() as one:
        yield one


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Show the end of the platform's log beside a failed test."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    log = getattr(item, "funcargs", {}).get("openedx_log")
    if report.failed and log is not None and log.exists():
        report.sections.append(("peer platform log", tail(log)))


@pytest.fixture
def party() -> Iterator[RelyingParty]:
    with running() as one:
        yield one


@pytest.fixture
def course(openedx: PeerPlatform) -> str:
    return openedx.create_course()
