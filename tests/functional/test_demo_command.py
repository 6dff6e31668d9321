"""``cme-tool demo`` as a person starts it: a process of its own, one address printed, Ctrl-C ends it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

START_SECONDS = 60
STOP_SECONDS = 20
OPEN = re.compile(r"Open\s+(http://127\.0\.0\.1:\d+)/")


class Started:
    """The running command and what it has printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []

    def wait_for_address(self) -> str:
        """The one address, once the demo has printed it; an assertion fault with the output when it never does."""
        timer = threading.Timer(START_SECONDS, self.process.kill)
        timer.start()
        try:
            assert self.process.stdout is not None
            for line in self.process.stdout:
                self.lines.append(line)
                if found := OPEN.search(line):
                    return found.group(1)
        finally:
            timer.cancel()
        raise AssertionError("".join(self.lines))

    def interrupt(self) -> tuple[int, str]:
        """Ctrl-C; gives the exit code and everything that was printed."""
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=STOP_SECONDS)
        return self.process.returncode, "".join(self.lines) + rest


def two_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def command(state: Path, port: int, lms_port: int) -> list[str]:
    run = "from lti_tool.cli import main; main()"
    where = ["--state", str(state), "--port", str(port), "--lms-port", str(lms_port)]
    return [sys.executable, "-c", run, "demo", *where]


@contextmanager
def demo(state: Path, port: int, lms_port: int) -> Iterator[Started]:
    process = subprocess.Popen(
        command(state, port, lms_port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        cwd=Path(__file__).parents[2],
    )
    try:
        yield Started(process)
    finally:
        process.kill()
        process.communicate()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_it_prints_one_address_and_ctrl_c_ends_all_of_it(tmp_path: Path) -> None:
    port, lms_port = two_ports()
    with demo(tmp_path, port, lms_port) as started:
        address = started.wait_for_address()
        assert address == f"http://127.0.0.1:{lms_port}"
        assert "Who would you like to be?" in requests.get(f"{address}/", timeout=10).text
        assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=10).status_code == 200
        code, printed = started.interrupt()
    assert code == 0, printed
    assert len(re.findall("https?://", printed)) == 1
    assert "Traceback" not in printed
    assert is_free(port) and is_free(lms_port)


def test_what_was_done_survives_a_second_start(tmp_path: Path) -> None:
    port, lms_port = two_ports()
    with demo(tmp_path, port, lms_port) as started, requests.Session() as person:
        address = started.wait_for_address()
        person.post(f"{address}/session", data={"person": "instructor"}, timeout=10)
        before = person.get(f"{address}/course", timeout=10).text
        removed = re.findall(r"/course/placements/(\d+)/remove", before)
        person.post(f"{address}/course/placements/{removed[-1]}/remove", timeout=10)
        assert started.interrupt()[0] == 0
    with demo(tmp_path, port, lms_port) as started, requests.Session() as person:
        address = started.wait_for_address()
        person.post(f"{address}/session", data={"person": "instructor"}, timeout=10)
        after = person.get(f"{address}/course", timeout=10).text
        assert re.findall(r"/course/placements/(\d+)/remove", after) == removed[:-1]
        assert started.interrupt()[0] == 0


@pytest.mark.parametrize("taken", ["DEMO_PORT", "LMS_PORT"])
def test_a_taken_port_is_named_with_the_remedy(tmp_path: Path, taken: str) -> None:
    port, lms_port = two_ports()
    number = port if taken == "DEMO_PORT" else lms_port
    with socket.create_server(("127.0.0.1", number)), demo(tmp_path, port, lms_port) as started:
        printed, _ = started.process.communicate(timeout=START_SECONDS)
        assert started.process.returncode == 1
    assert f"Port {number} is taken" in printed and f"make demo {taken}={number + 10}" in printed
    assert "Traceback" not in printed
