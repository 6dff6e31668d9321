"""What the code uses is declared, what is declared is used, and both lock files say exactly which."""

import importlib.metadata
import re
import sys
from functools import cache

import pytest

from tests.architecture.tree import PACKAGES, ROOT, imported_by, python_files, text_of, tracked_files

NAME = re.compile(r"^([A-Za-z0-9._-]+)")
# Needed without being imported: a server and a driver that are named in commands and addresses.
STARTED_NOT_IMPORTED = {"gunicorn", "psycopg"}
LOCKS = ["tool", "test", "peers", "workbench", "workbench-oldest", "workbench-newest"]


def declared(extra: str) -> set[str]:
    """Return the distributions of ``requirements/<extra>.in`` by normalised name."""
    lines = (ROOT / "requirements" / f"{extra}.in").read_text(encoding="utf-8").splitlines()
    return {normal(found.group(1)) for line in lines if not line.startswith("-") and (found := NAME.match(line))}


def locked(name: str) -> set[str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return {normal(line.partition("==")[0]) for line in text.splitlines() if "==" in line}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()


@cache
def distributions() -> dict[str, list[str]]:
    return {
        module: [normal(each) for each in names]
        for module, names in importlib.metadata.packages_distributions().items()
    }


def used_by(*folders: str) -> set[str]:
    """Return the distributions that the Python files below ``folders`` import."""
    modules = {name.partition(".")[0] for path in python_files(*folders) for name in imported_by(path)}
    own = {*PACKAGES, "tests", "benchmarks", "migrations"}
    outside = modules - own - set(sys.stdlib_module_names)
    return {name for module in outside for name in distributions().get(module, [module])[:1]}


def test_what_the_tool_uses_is_declared() -> None:
    undeclared = used_by("lti_tool", "migrations") - declared("tool")
    assert undeclared == set()


def test_what_is_declared_is_used() -> None:
    idle = declared("tool") - used_by("lti_tool", "migrations") - STARTED_NOT_IMPORTED
    assert idle == set()


# The block's libraries are not installed beside the tool, so their modules are named here.
BLOCKS_MODULES = {
    "django": "django",
    "jwt": "pyjwt",
    "requests": "requests",
    "web_fragments": "web-fragments",
    "webob": "webob",
    "xblock": "xblock",
}
# Needed by XBlock itself, which does not say so.
BROUGHT_FOR_XBLOCK = {"setuptools"}


def test_what_the_block_uses_is_declared_and_no_more() -> None:
    modules = {name.partition(".")[0] for path in python_files("xblock_cme") for name in imported_by(path)}
    outside = modules - set(PACKAGES) - set(sys.stdlib_module_names)
    assert outside == set(BLOCKS_MODULES)
    assert {BLOCKS_MODULES[name] for name in outside} == declared("xblock") - BROUGHT_FOR_XBLOCK


@pytest.mark.parametrize("name", LOCKS)
def test_lock_holds_what_is_declared(name: str) -> None:
    assert declared(name) <= locked(name)


def test_test_lock_holds_the_tool_as_it_ships() -> None:
    versions = {name: set(re.findall(r"^\S+==\S+", text_of_lock(name), re.MULTILINE)) for name in ("tool", "test")}
    assert versions["tool"] <= versions["test"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_version_has_hashes(name: str) -> None:
    entries = re.split(r"\n(?=\S)", text_of_lock(name).strip())
    assert not [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry]


def pinned(name: str) -> dict[str, str]:
    lines = [line.split(" ")[0] for line in text_of_lock(name).splitlines() if re.match(r"[\w.-]+(\[\w+\])?==", line)]
    return {normal(line.partition("==")[0]): line.partition("==")[2] for line in lines}


@pytest.mark.parametrize(
    ("lock", "platform"), [("workbench-oldest", "openedx-teak"), ("workbench-newest", "openedx-2026")]
)
def test_the_block_is_installed_beside_what_open_edx_pins(lock: str, platform: str) -> None:
    pins, versions = pinned(platform), pinned(lock)
    assert declared("xblock") - BROUGHT_FOR_XBLOCK <= pins.keys() | {"xblock"}
    assert {name: versions[name] for name in pins} == pins


def test_peers_stay_apart() -> None:
    assert not {"lti-consumer-xblock", "xblock", "xblock-sdk", "django", "tutor"} & (locked("tool") | locked("test"))


def test_each_dependency_has_its_reason() -> None:
    files = [path for path in tracked_files() if path.parts[0] == "requirements" and path.suffix == ".in"]
    bare = [
        f"{path}: {line}"
        for path in files
        for line in text_of(path).splitlines()
        if NAME.match(line) and not line.startswith("-") and "  # " not in line and " # " not in line
    ]
    assert not bare


def text_of_lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
