"""The release before goes on running while the next one migrates: what it reads and writes must stay as it is.

Expand now, contract a release later: a migration adds; what nothing uses any more is dropped by a later release.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.tree import ROOT

BEFORE_THE_FIRST_RELEASE = {"0007_the_credit_ledger.py"}
"""Awards became the ledger; no tool was running yet."""
FILES = sorted((ROOT / "migrations" / "versions").glob("*.py"))
TAKES_AWAY = ("drop_table", "drop_column", "drop_constraint", "rename_table", "alter_column")


def upgrade_calls(source: str) -> Iterator[ast.Call]:
    """Calls of everything but the way back."""
    for part in ast.parse(source).body:
        if not (isinstance(part, ast.FunctionDef) and part.name == "downgrade"):
            yield from (node for node in ast.walk(part) if isinstance(node, ast.Call))


def faults(source: str) -> list[str]:
    """What running code of the release before would stumble over."""
    found = []
    for call in upgrade_calls(source):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        given = {
            key.arg: key.value for inner in ast.walk(call) if isinstance(inner, ast.Call) for key in inner.keywords
        }
        nullable = given.get("nullable")
        is_needed = isinstance(nullable, ast.Constant) and nullable.value is False
        if name in TAKES_AWAY:
            found.append(f"{name} in line {call.lineno}")
        elif name == "add_column" and is_needed and "server_default" not in given:
            found.append(f"a column that old code does not fill in line {call.lineno}")
    return found


@pytest.mark.parametrize("name", [file.name for file in FILES if file.name not in BEFORE_THE_FIRST_RELEASE])
def test_a_migration_takes_nothing_from_running_code(name: str) -> None:
    assert faults((ROOT / "migrations" / "versions" / name).read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "op.drop_column('learner', 'degree')",
        "op.rename_table('learner', 'person')",
        "batch.alter_column('degree', nullable=False)",
        "batch.add_column(sa.Column('degree', sa.String(), nullable=False))",
    ],
)
def test_one_that_does_would_be_found(line: str) -> None:
    assert len(faults(f"def upgrade():\n    {line}\ndef downgrade():\n    {line}\n")) == 1


def test_what_only_adds_is_no_fault() -> None:
    added = "batch.add_column(sa.Column('degree', sa.String(), nullable=False, server_default=''))"
    assert faults(f"def upgrade():\n    {added}\ndef downgrade():\n    op.drop_column('learner', 'degree')\n") == []
    assert {file.name for file in FILES} > BEFORE_THE_FIRST_RELEASE
