"""Runs the tests that need the block's own environment, and takes their outcome as its own."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.xblock.conftest import ROOT, clean_environment, xblock_python

INSIDE = Path("tests/xblock/inside")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("file", sorted(path.name for path in (ROOT / INSIDE).glob("test_*.py")))
def test_in_the_blocks_own_environment(file: str, samples: Path) -> None:
    command = [str(xblock_python()), "-m", "pytest", "-c", str(INSIDE / "pytest.ini"), "--rootdir", ".", "-q"]
    environment = clean_environment(CME_SAMPLES=str(samples))
    del environment["PYTHONWARNINGS"]
    done = subprocess.run([*command, str(INSIDE / file)], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    outcome = re.search(r"(\d+) passed", done.stdout)
    assert outcome is not None and int(outcome[1]) > 1, done.stdout[-2000:]
    assert "skipped" not in done.stdout and "xfailed" not in done.stdout


def test_every_group_of_tests_is_there() -> None:
    names = {path.stem for path in (ROOT / INSIDE).glob("test_*.py")}
    assert names >= {
        "test_step",
        "test_gating",
        "test_gate_block",
        "test_parity",
        "test_outbox",
        "test_studio",
        "test_tutor",
        "test_cases",
    }
