"""Runs the tests that need the block's own environment, and takes their outcome as its own."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.xblock.conftest import FURTHER, NEWEST, OLDEST, ROOT, clean_environment, xblock_python

INSIDE = Path("tests/xblock/inside")
ELSEWHERE = ["test_tutor.py"]
"""Nothing of it depends on the platform's libraries."""
FILES = sorted(path.name for path in (ROOT / INSIDE).glob("test_*.py"))
VERSIONS = {OLDEST: ((3, 11), "5.2.", "4.2."), NEWEST: ((3, 12), "6.", "5.2.")}
"""Python, XBlock and Django of an environment."""


def passed(venv: str, samples: Path, *tests: str, end: str = "0 of 1") -> int:
    """Run tests of this folder in an environment; how many have passed, none having failed or been skipped."""
    command = [str(xblock_python(venv)), "-m", "pytest", "-c", str(INSIDE / "pytest.ini"), "--rootdir", ".", "-q"]
    environment = clean_environment(CME_SAMPLES=str(samples), CME_END=end)
    del environment["PYTHONWARNINGS"]
    done = subprocess.run([*command, *tests], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout and "xfailed" not in done.stdout
    outcome = re.search(r"(\d+) passed", done.stdout)
    assert outcome is not None, done.stdout[-2000:]
    return int(outcome[1])


@pytest.mark.timeout(600)
@pytest.mark.parametrize("file", ELSEWHERE if NEWEST in FURTHER else FILES)
def test_in_the_blocks_own_environment(file: str, samples: Path) -> None:
    """Between the ends of the range, what is not run at both of them."""
    assert passed("xblock-venv", samples, str(INSIDE / file)) > 1


@pytest.mark.timeout(600)
@pytest.mark.parametrize("venv", FURTHER)
def test_on_the_oldest_and_the_newest_platform(venv: str, samples: Path) -> None:
    """What leans on the platform's libraries at both ends of the range, the rest at one of them."""
    left_out = [f"--ignore={INSIDE / name}" for name in ELSEWHERE]
    end = f"{FURTHER.index(venv)} of {len(FURTHER)}"
    assert passed(venv, samples, str(INSIDE), *left_out, end=end) > 200


@pytest.mark.parametrize("venv", FURTHER)
def test_the_ends_of_the_range_are_what_they_are_called(venv: str) -> None:
    program = (
        "import sys, django; from importlib.metadata import version;"
        "print(*sys.version_info[:2], version('xblock'), version('django'))"
    )
    line = [str(xblock_python(venv)), "-c", program]
    done = subprocess.run(line, env=clean_environment(), capture_output=True, text=True, check=True)
    major, minor, xblock, django = done.stdout.split()
    python, xblock_line, django_line = VERSIONS[venv]
    assert ((int(major), int(minor)) == python) or (venv == OLDEST and (int(major), int(minor)) >= python)
    assert xblock.startswith(xblock_line) and django.startswith(django_line)


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
        "test_retirement",
        "test_peers",
        "test_elsewhere",
        "test_preview",
        "test_deletion",
        "test_identifiers",
        "test_commitment",
        "test_planning",
        "test_further_claim",
        "test_report",
        "test_client",
        "test_certificate_file",
        "test_studio_files",
        "test_doors",
        "test_deliver",
        "test_recording",
        "test_serving",
    }
