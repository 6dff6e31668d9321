"""Every code that the edge can refuse with has words for the person who meets it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import lti_tool
from lti_tool.web.messages import EXPLANATIONS

ROOT = Path(lti_tool.__file__).parent
SHOWN = ("LaunchRefused", "ServiceUnavailable")
NAMING = {"_identifier", "_object", "_service_url", "_field"}
"""Functions whose refusals are named by an argument."""


def trees() -> Iterator[ast.Module]:
    for path in [*(ROOT / "lti").glob("*.py"), *(ROOT / "services").glob("*.py")]:
        yield ast.parse(path.read_text())


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def strings(node: ast.AST) -> set[str]:
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def claim_names(tree: ast.Module) -> set[str]:
    """The names that a message's parts are refused under."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node) in NAMING]
    return {word for call in calls for word in strings(call.args[-1]) if word.isidentifier()}


def codes() -> set[str]:
    found: set[str] = set()
    for tree in trees():
        names = claim_names(tree)
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node) in SHOWN):
            first = call.args[0]
            if isinstance(first, ast.JoinedStr):
                (ending,) = strings(first)
                found |= {name + ending for name in names}
            elif isinstance(first, (ast.Constant, ast.IfExp)):
                found |= strings(first)
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and function.name == "_library_code":
                found |= {value for value in strings(function) if value.isidentifier() and "_" in value}
    return found


def test_the_search_finds_what_is_known_to_be_there() -> None:
    assert codes() >= {
        "state_unknown",
        "id_token_missing",
        "subject_missing",
        "subject_too_long",
        "context_id_malformed",
        "message_type_unsupported",
        "resource_link_missing",
        "accept_types_unsupported",
        "keyset_unavailable",
        "scope_not_granted",
        "token_refused",
    }


IMPOSSIBLE = frozenset(
    # `f"{name}_missing"` and its like, for names that only the other kind of check uses.
    f"{name}_{ending}"
    for name, endings in {
        "state": "malformed too_long",
        "id_token": "malformed too_long",
        "custom": "missing too_long",
        "context": "missing too_long",
        "endpoint": "missing too_long",
        "namesroleservice": "missing too_long",
        "tool_platform": "missing too_long",
        "launch_presentation": "missing too_long",
        "deep_linking_settings": "too_long",
    }.items()
    for ending in endings.split()
)


@pytest.mark.parametrize("code", sorted(codes() - IMPOSSIBLE))
def test_each_code_has_words_of_its_own(code: str) -> None:
    what, remedy = EXPLANATIONS[code]
    assert str(what)
    assert str(remedy).endswith(".")
