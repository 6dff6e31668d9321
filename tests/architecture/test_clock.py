"""Time is passed, not read: below `web/` and `cli.py` nobody asks the clock (idea 5 of the house)."""

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import python_files, tree_of

TIMELESS_ROOMS = {"domain", "catalogue", "db", "certificates", "services", "lti"}
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "gmtime"),
    ("time", "localtime"),
}


@pytest.mark.parametrize("path", [p for p in python_files("lti_tool") if p.parts[1] in TIMELESS_ROOMS], ids=str)
def test_no_clock_is_read(path: Path) -> None:
    assert not clock_reads(tree_of(path))


def test_a_clock_read_would_be_found() -> None:
    for source in ("datetime.now(UTC)", "datetime.datetime.now()", "time.time()", "dt.date.today()", "f(datetime.now)"):
        assert clock_reads(ast.parse(source)), source
    assert clock_reads(ast.parse("from time import time"))
    assert not clock_reads(ast.parse("now = context.now; time.monotonic(); record.time"))


def clock_reads(tree: ast.AST) -> list[str]:
    """Return ``line: expression`` of everything that asks what time it is, called or handed on."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value
            owner_name = (
                owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            )
            if (owner_name, node.attr) in CLOCKS:
                found.append(f"{node.lineno}: {owner_name}.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            found += [f"{node.lineno}: from time import {a.name}" for a in node.names if ("time", a.name) in CLOCKS]
    return found
