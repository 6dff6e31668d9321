"""The page about the pathway says what the code does."""

from __future__ import annotations

import importlib.util
import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

from lti_tool.domain import pathway
from lti_tool.domain.activity import Step
from lti_tool.domain.pathway import STEP_TABLE

DOCS = Path(__file__).parents[4] / "docs"


@pytest.fixture(name="generator")
def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_pathway", DOCS / "generate_pathway.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(generator: ModuleType) -> None:
    assert (DOCS / "reference" / "pathway.md").read_text("utf-8") == generator.page()


def test_every_step_and_code_has_words_and_none_is_left_over(generator: ModuleType) -> None:
    assert set(generator.DONE_WHEN) == set(STEP_TABLE) == set(Step)
    assert list(generator.MEANING) == generator.blocker_codes()


def test_every_code_that_is_used_is_listed(generator: ModuleType) -> None:
    source = Path(inspect.getsourcefile(pathway) or "").read_text("utf-8")
    used = set(re.findall(r'Blocker\("(\w+)"', source))
    assert used | {"needs_<step>"} == set(generator.blocker_codes())
