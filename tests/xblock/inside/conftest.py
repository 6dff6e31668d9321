"""The workbench's runtime in this process, with a database of its own; every test begins without learners."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from tests.xblock.inside.learner import Learner
from tests.xblock.site.setup import set_up


def pytest_configure(config: pytest.Config) -> None:
    """``CME_SAMPLES`` holds the copies that the main environment has written."""
    folder = Path(tempfile.mkdtemp(prefix="cme-site-"))
    shutil.copytree(os.environ["CME_SAMPLES"], folder / "samples")
    os.environ["CME_SITE"] = str(folder)
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    set_up()


ON_BOTH = frozenset(
    {
        "test_step",
        "test_gate_block",
        "test_gating",
        "test_doors",
        "test_studio",
        "test_studio_files",
        "test_planning",
        "test_preview",
        "test_deletion",
        "test_retirement",
        "test_outbox",
        "test_deliver",
        "test_serving",
        "test_recording",
    }
)
"""What leans on the platform's libraries. Of the rest, which leans on the rules, each test runs at one end."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """``CME_END`` is the end that this run is for, as ``0 of 2``; without it everything runs."""
    end, _, ends = os.environ.get("CME_END", "0 of 1").partition(" of ")
    runs = {item: item.path.stem in ON_BOTH or crc32(item.nodeid.encode()) % int(ends) == int(end) for item in items}
    left = [item for item in items if not runs[item]]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if runs[item]]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    from django.apps import apps
    from django.core.cache import cache
    from django.db import connections
    from workbench.models import XBlockState

    from tests.xblock.site.runtime import EVENTS

    yield
    cache.clear()
    EVENTS.clear()
    XBlockState.objects.filter(user_id__isnull=False).delete()
    for table in apps.get_app_config("xblock_cme").get_models():
        table.objects.all().delete()
    for connection in connections.all():
        connection.close()


@pytest.fixture
def ada() -> Learner:
    """A learner in the whole activity on high blood pressure."""
    return Learner("hypertension-2026", "ada")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A store of courses, and Studio's receivers at work."""
    from tests.xblock.inside.gated_course import studio

    with studio(monkeypatch) as made:
        yield made


@pytest.fixture
def gated(world: Any) -> dict[str, Any]:
    """A published unit with a gate in it."""
    from tests.xblock.inside.gated_course import gated_unit

    return gated_unit(world)
