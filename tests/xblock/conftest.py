"""The workbench in its own environment, beside a real tool; one of each per test process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.functional.native import credentials
from tests.functional.world import World, make_world, no_crashes
from tests.xblock.samples import write_samples

ROOT = Path(__file__).parents[2]
START_SECONDS = 90
STOP_SECONDS = 10


STATE = ROOT / ".state"
OLDEST, NEWEST = "xblock-oldest-venv", "xblock-newest-venv"
HAS_NEWEST = not (STATE / "stamps" / "without-python-3.12").exists()
"""False only where the set-up has found no Python 3.12, and has said so."""
FURTHER = [OLDEST, NEWEST] if HAS_NEWEST else [OLDEST]
"""The ends of the range of platforms; between them lies ``xblock-venv``, with the journeys and the tool beside it."""


def xblock_python(venv: str = "xblock-venv") -> Path:
    """The interpreter of an environment that holds the block."""
    python = STATE / venv / "bin" / "python"
    if not python.exists():
        pytest.fail(f"no interpreter at {python}; scripts/bootstrap.sh test makes it", pytrace=False)
    return python


def clean_environment(**more: str) -> dict[str, str]:
    """Our environment without what would lead the site to other modules, or through a proxy to loopback."""
    foreign = ("PYTHON", "COV_", "COVERAGE", "DJANGO_", "CME_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(foreign)}
    return {
        **kept,
        "NO_PROXY": "*",
        "no_proxy": "*",
        "PYTHONWARNINGS": "ignore",
        **more,
    }


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample activities as copies."""
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return folder


@dataclass(frozen=True, slots=True)
class Site:
    """A running workbench. ``environment`` is that of its process, for commands beside it."""

    url: str
    folder: Path
    environment: dict[str, str]

    def command(self, *arguments: str) -> str:
        """What ``manage.py`` would say."""
        line = [str(xblock_python()), "-m", "tests.xblock.site.manage", *arguments]
        done = subprocess.run(line, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def running_site(folder: Path, samples: Path, **variables: str) -> Iterator[Site]:
    """The workbench on a free port, until the end of the context."""
    (folder / "samples").symlink_to(samples)
    environment = clean_environment(CME_SITE=str(folder), **variables)
    command = [str(xblock_python()), "-m", "tests.xblock.site.serve"]
    with (folder / "site.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        )
    assert process.stdin is not None and process.stdout is not None
    late = threading.Timer(START_SECONDS, process.kill)
    late.start()
    try:
        line = process.stdout.readline()
        late.cancel()
        assert line.startswith("READY "), (folder / "site.log").read_text()[-4000:]
        yield Site(line.removeprefix("READY ").strip(), folder, environment)
    finally:
        late.cancel()
        process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@dataclass(frozen=True, slots=True)
class Together:
    """The tool and two workbenches: one as the LMS, one as Studio."""

    world: World
    lms: Site
    studio: Site


@contextmanager
def running_together(database_url: str, folder: Path, samples: Path, **variables: str) -> Iterator[Together]:
    with ExitStack() as stack:
        world = stack.enter_context(make_world(database_url))
        stack.enter_context(no_crashes(world))
        world.clock.set(datetime.now(UTC))
        found = credentials(world)
        tool = {
            "tool_url": found.tool_url,
            "client_id": found.client_id,
            "key_id": found.key_id,
            "private_key": found.private_key,
            "lti_config_id": "the-tool",
        }
        sites = []
        for variant in ("lms", "cms"):
            place = folder / variant
            place.mkdir()
            settings = {"CME_VARIANT": variant, "CME_TOOL": json.dumps(tool), **variables}
            sites.append(stack.enter_context(running_site(place, samples, **settings)))
        yield Together(world, *sites)


@pytest.fixture(scope="module")
def together(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Iterator[Together]:
    """One for the tests of a file: each has learners of its own."""
    folder = tmp_path_factory.mktemp("together")
    shutil.copyfile(migrated_sqlite_file, folder / "tool.db")
    with running_together(f"sqlite:///{folder / 'tool.db'}", folder, samples) as made:
        yield made
