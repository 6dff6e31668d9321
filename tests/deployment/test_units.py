"""The shipped systemd units: without fault in systemd's own eyes, and little exposed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deployment.units import UNITS, environment_file, read_environment, unit, unit_path

NAMES = ("web", "worker")
MOST_EXPOSED = 15
"""In tenths of systemd's measure, from 0 to 100; the network alone, which both need, makes 9."""
SYSTEM = Path("/lib/systemd/system")


def as_installed(root: Path) -> None:
    """Below ``root`` what step 1 to 4 of docs/how-to/install.md put in place, and systemd's own units."""
    shutil.copytree(SYSTEM, root / "lib" / "systemd" / "system", symlinks=True)
    units = root / "etc" / "systemd" / "system"
    units.mkdir(parents=True)
    for path in UNITS.glob("*.service"):
        shutil.copy(path, units)
    for program in programs():
        place = root / program.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("#!/bin/sh\n", "utf-8")
        place.chmod(0o755)


def programs() -> set[str]:
    """Every path that the units run."""
    lines = [line for name in NAMES for key, found in unit(name).items() if key.startswith("Exec") for line in found]
    return {line.split()[0] for line in lines}


def verified(root: Path) -> str:
    """What systemd has to say about the units; nothing is the best."""
    command = ["systemd-analyze", "verify", f"--root={root}", *(unit_path(name).name for name in NAMES)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return found.stdout + found.stderr + ("" if found.returncode == 0 else f"code {found.returncode}")


def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    as_installed(tmp_path)
    assert verified(tmp_path) == ""


def test_it_would_find_one(tmp_path: Path) -> None:
    as_installed(tmp_path)
    path = tmp_path / "etc" / "systemd" / "system" / unit_path("web").name
    path.write_text(path.read_text("utf-8").replace("PrivateTmp=", "PrivateTemp="), "utf-8")
    assert "PrivateTemp" in verified(tmp_path)
    (tmp_path / "opt/cme-tool/venv/bin/gunicorn").unlink()
    assert "gunicorn is not executable" in verified(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_is_little_exposed(name: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(unit_path(name))]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "Overall exposure level" in found.stdout, found.stderr
    assert found.returncode == 0, found.stdout


def test_what_a_unit_runs_is_what_is_installed() -> None:
    bins = {Path(program).name for program in programs() if program.startswith("/opt/cme-tool/venv/bin/")}
    assert bins == {"cme-tool", "gunicorn"}
    assert unit("web")["EnvironmentFile"] == unit("worker")["EnvironmentFile"] == ["/etc/cme-tool/cme-tool.env"]


def test_the_environment_file_is_one_for_systemd_too() -> None:
    text = environment_file({"CME_SECRET_KEY": "s" * 32})
    for line in text.splitlines():
        assert not line or line.startswith("#") or re.fullmatch(r"[A-Z][A-Z0-9_]*=[^'\"\\]*", line), line
    assert read_environment(text)["CME_SECRET_KEY"] == "s" * 32
    with pytest.raises(ValueError, match="CME_SECRET"):
        environment_file({"CME_SECRET": "not a setting"})
