"""The shipped systemd units as programs: their commands run as they stand, from a folder in place of /opt/cme-tool."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.functional.browsing import http

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "config" / "systemd"
HOME = "/opt/cme-tool"
START_SECONDS = 60
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"
"""What systemd gives a service; nothing of this test's environment comes along."""


def unit_path(name: str) -> Path:
    return UNITS / f"cme-tool-{name}.service"


def unit(name: str) -> dict[str, list[str]]:
    """The lines of a unit, by key; ``name`` is ``web`` or ``worker``."""
    found: dict[str, list[str]] = {}
    for line in unit_path(name).read_text("utf-8").splitlines():
        key, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def environment_file(changes: Mapping[str, str]) -> str:
    """The shipped example with these values filled in, as step 3 of docs/how-to/install.md says.

    Raises ValueError for a setting that the example does not show.
    """
    text = (ROOT / "config" / "cme-tool.env.example").read_text("utf-8")
    for name, value in changes.items():
        text, count = re.subn(rf"^(# )?{name}=.*$", f"{name}={value}", text, count=1, flags=re.MULTILINE)
        if not count:
            raise ValueError(f"the example has no {name}")
    return text


def read_environment(text: str) -> dict[str, str]:
    """As systemd's EnvironmentFile= reads it: lines NAME=value, none of ours quoted."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


@dataclass
class Process:
    """A started service; ``log`` is what journald would get."""

    popen: subprocess.Popen[bytes]
    log: Path

    @property
    def printed(self) -> str:
        return self.log.read_text("utf-8")

    def kill(self) -> None:
        """End it and all it has started at once, by SIGKILL, as if the machine had gone."""
        os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait(timeout=10)

    def stop(self, seconds: float = 40) -> int:
        """As ``systemctl stop`` does; gives the exit code."""
        self.popen.terminate()
        return self.popen.wait(timeout=seconds)


@dataclass
class Installed:
    """``folder`` stands for /opt/cme-tool; the environment of the tests is its ``venv``."""

    folder: Path
    environment: dict[str, str]
    started: list[Process] = field(default_factory=list)

    def arguments(self, line: str) -> list[str]:
        return shlex.split(line.replace(f"{HOME}/", f"{self.folder}/"))

    def start(self, name: str, **changes: str) -> Process:
        """Start a service by its unit: what comes before it, then the service. ``changes``: of its settings."""
        lines, variables = unit(name), {"PATH": SYSTEM_PATH, **self.environment, **changes}
        for before in lines.get("ExecStartPre", []):
            subprocess.run(
                self.arguments(before), cwd=self.folder, env=variables, check=True, capture_output=True, timeout=100
            )
        (line,) = lines["ExecStart"]
        return self.run(self.arguments(line), variables)

    def command(self, *arguments: str, **changes: str) -> Process:
        """Start a cme-tool command with the services' settings."""
        variables = {"PATH": SYSTEM_PATH, **self.environment, **changes}
        return self.run([str(self.folder / "venv" / "bin" / "cme-tool"), *arguments], variables)

    def run(self, arguments: list[str], variables: Mapping[str, str]) -> Process:
        log = self.folder / f"log-{len(self.started)}"
        with log.open("wb") as printed:
            popen = subprocess.Popen(
                arguments,
                cwd=self.folder,
                env=dict(variables),
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started.append(Process(popen, log))
        return self.started[-1]

    def close(self) -> None:
        for process in self.started:
            if process.popen.poll() is None:
                process.kill()


@contextmanager
def installed(settings: Mapping[str, str]) -> Iterator[Installed]:
    """The tool as step 1 and 3 of docs/how-to/install.md leave it; whatever still runs at the end is killed."""
    folder = Path(tempfile.mkdtemp(prefix="cme-opt-"))
    (folder / "venv").symlink_to(sys.prefix)
    shutil.copytree(ROOT / "config", folder / "config")
    made = Installed(folder, read_environment(environment_file(settings)))
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(folder)


def wait_for(address: str, process: Process, verify: str | bool = True) -> None:
    """Until it answers there with success. Raises AssertionError with what it printed if it never does."""
    until = time.monotonic() + START_SECONDS
    with http() as session:
        while time.monotonic() < until and process.popen.poll() is None:
            try:
                if session.get(address, timeout=5, verify=verify).ok:
                    return
            except OSError:
                time.sleep(0.1)
    raise AssertionError(f"nothing answers at {address}: {process.printed}")
