"""Every code that the edge can refuse with has words for the person who meets it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import lti_tool
from lti_tool.web.messages import EXPLANATIONS

ROOT = Path(lti_tool.__file__).parent
SHOWN = ("LaunchRefused", "ServiceUnavailable")
NAMING = {"identifier", "object_of", "service_url", "_field"}
"""Functions whose refusals are named by an argument."""


@cache
def trees() -> tuple[ast.Module, ...]:
    paths = [*(ROOT / "lti").glob("*.py"), *(ROOT / "services").glob("*.py")]
    return tuple(ast.parse(path.read_text()) for path in paths)


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def strings(node: ast.AST) -> set[str]:
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def shown(node: ast.AST) -> list[ast.expr]:
    """First arguments of the refusals in it."""
    return [each.args[0] for each in ast.walk(node) if isinstance(each, ast.Call) and name_of(each) in SHOWN]


def named_codes(function: ast.FunctionDef) -> set[str]:
    """What this function refuses with, under every name that a caller gives it."""
    calls = (node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Call))
    names = {word for call in calls if name_of(call) == function.name for word in strings(call.args[-1])}
    endings = [first for first in shown(function) if isinstance(first, ast.JoinedStr)]
    return {name + ending for first in endings for ending in strings(first) for name in names if name.isidentifier()}


def codes() -> set[str]:
    found: set[str] = set()
    for tree in trees():
        for first in shown(tree):
            if isinstance(first, (ast.Constant, ast.IfExp)):
                found |= strings(first)
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            if function.name in NAMING:
                found |= named_codes(function)
            elif function.name == "_library_code":
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


@pytest.mark.parametrize("code", sorted(codes()))
def test_each_code_has_words_of_its_own(code: str) -> None:
    what, remedy = EXPLANATIONS[code]
    assert str(what)
    assert str(remedy).endswith(".")
