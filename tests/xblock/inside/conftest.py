"""The workbench's runtime in this process, with a database of its own; every test begins without learners."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
