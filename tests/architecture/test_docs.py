"""The documentation says what the code does, and points to what exists."""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.architecture.tree import ROOT

DOCS = ROOT / "docs"
GENERATED = {
    "settings.md": "generate_settings",
    "command-line.md": "generate_command_line",
    "http.md": "generate_http",
    "refusal-codes.md": "generate_refusal_codes",
    "question-table.md": "generate_question_table",
    "readiness.md": "generate_readiness",
    "api.md": "generate_api",
    "retention.md": "generate_retention",
}
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
TEST_ID = re.compile(r"`(tests/[\w./-]+\.py)(?:::(\w+))?`")
FILE_NAME = re.compile(r"`((?:lti_tool|docs|config|scripts|requirements|migrations)/[\w./-]+\.\w+)`")
SETTING = re.compile(r"\bCME_[A-Z_]+[A-Z]\b")
NOT_SETTINGS = {
    "CME_SECRETS_DIR",
    "CME_NO_APT",
    "CME_HOST",
    "CME_LTI_CONFIG_ID",
    "CME_RUN_TOOL",
    "CME_TOOL",
    "CME_TOOL_URL",
}
"""Variables that are not fields of the settings: where secrets lie, one of the set-up script, and those of Tutor and
Open edX for the block."""


@pytest.fixture(name="generators")
def _generators(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(DOCS))
    yield
    for name in (*GENERATED.values(), "reference_page"):
        sys.modules.pop(name, None)


def loaded(name: str) -> ModuleType:
    return importlib.import_module(name)


@pytest.mark.usefixtures("generators")
@pytest.mark.parametrize("page", GENERATED)
def test_a_generated_page_is_up_to_date(page: str) -> None:
    generator = GENERATED[page]
    written = (DOCS / "reference" / page).read_text("utf-8")
    assert written == loaded(generator).page(), f"run: python docs/{generator}.py"


@pytest.mark.usefixtures("generators")
def test_the_openapi_document_is_up_to_date() -> None:
    written = (DOCS / "reference" / "openapi.json").read_text("utf-8")
    assert written == loaded("generate_api").openapi_json(), "run: python docs/generate_api.py"


@pytest.mark.usefixtures("generators")
def test_every_remedy_belongs_to_a_code() -> None:
    module = loaded("generate_refusal_codes")
    assert set(module.remedies()) <= {code for _, code in module.codes()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(without_code(page)) if "://" not in target]
    files = [target.partition("#")[0] for target in targets if not target.startswith(("#", "mailto:"))]
    assert not [file for file in files if not (page.parent / file).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_tests_that_are_named_exist(page: Path) -> None:
    named = TEST_ID.findall(page.read_text("utf-8"))
    assert not [f"{file}::{test}" for file, test in named if not has_test(ROOT / file, test)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_exist(page: Path) -> None:
    assert not [file for file in FILE_NAME.findall(page.read_text("utf-8")) if not (ROOT / file).exists()]


@pytest.mark.parametrize(
    "path",
    [*PAGES, *sorted(path for path in (ROOT / "config").rglob("*") if path.is_file())],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_settings_that_are_named_exist(path: Path) -> None:
    from lti_tool.settings import Settings

    known = {f"CME_{name.upper()}" for name in Settings.model_fields} | NOT_SETTINGS
    assert set(SETTING.findall(path.read_text("utf-8"))) <= known


@pytest.mark.parametrize("folder", ["decisions", "explanation", "how-to", "reference"])
def test_every_page_is_in_the_index(folder: str) -> None:
    index = (DOCS / "README.md").read_text("utf-8")
    assert not [page.name for page in (DOCS / folder).glob("*.md") if f"({folder}/{page.name})" not in index]


def without_code(page: Path) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)


def has_test(path: Path, name: str) -> bool:
    return path.exists() and (not name or re.search(rf"\bdef {name}\(", path.read_text("utf-8")) is not None)
