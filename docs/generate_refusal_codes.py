"""Write ``docs/reference/refusal-codes.md``: every code that the code can raise, found by reading its syntax.

Run ``python docs/generate_refusal_codes.py`` after a change; a test compares. Remedies for administrators stand in
``docs/remedies.toml``.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from reference_page import document, table, write

from lti_tool.domain import errors
from lti_tool.web.errors import STATUS

ROOT = Path(__file__).parents[1]
REMEDIES = Path(__file__).parent / "remedies.toml"
CODE = re.compile(r"[a-z]+(_[a-z]+)+")
KINDS = {
    "LaunchRefused": "A launch that is refused",
    "ServiceUnavailable": "Something outside did not answer as it must",
    "Forbidden": "The person may not do this",
    "Refused": "A rule says no",
    "NotFound": "It does not exist, or not for this tenant",
    "Conflict": "Somebody was there first",
    "BadInput": "What was sent cannot be used",
    "CmeError": "The installation itself",
}
OPENING = """\
Every refusal that the product makes on purpose has a stable code. A learner sees plain words and a reference number;
the code stands below them under "For the help desk", in the log beside the reference, and in the answers of the
command line.

Anything else is a fault of ours: the page says "Something went wrong on our side", its code is `unexpected`, and the
log holds the trace under the reference. [Answer a help-desk call](../how-to/answer-a-help-desk-call.md) tells how to
go on from a code.

`<name>` stands for the claim or parameter that was at fault. Where the last column is empty, the page itself says
what to do."""

PAGES = """\
## Codes of the web server itself

| Code | Status | Meaning |
| --- | --- | --- |
| `page_unknown` | 404 | No such address |
| `method_wrong` | 405 | The address does not take this method: often a launch address opened by hand |
| `request_too_large` | 413 | More than `CME_MAX_REQUEST_BYTES` |
| `request_wrong` | 400 | Not a request that can be read |
| `unexpected` | 500 | A fault of the tool; the trace is in the log |

## Why a step is locked

`step_locked` comes with a list of reasons, each a sentence with a link to where it is cleared. Their codes are on
the page about [the pathway](pathway.md)."""


def _sources() -> Iterator[Path]:
    for path in sorted((ROOT / "lti_tool").rglob("*.py")):
        if "demo" not in path.relative_to(ROOT).parts[1:2]:
            yield path


def _words(node: ast.expr | None) -> str:
    """A literal text, with what is filled in at run time as ``<name>``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join("<name>" if isinstance(part, ast.FormattedValue) else _words(part) for part in node.values)
    return ""


def _codes(tree: ast.AST, node: ast.expr) -> Iterator[str]:
    """Every code that an expression can give: a literal, one of two, or what a function of the same module returns."""
    if isinstance(node, ast.IfExp):
        yield from (*_codes(tree, node.body), *_codes(tree, node.orelse))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        functions = (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == node.func.id)
        literals = (_words(part) for function in functions for part in ast.walk(function) if isinstance(part, ast.expr))
        yield from (text for text in literals if CODE.fullmatch(text))
    elif _words(node):
        yield _words(node)


def _calls(tree: ast.AST) -> Iterator[tuple[str, str, str]]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS and node.args):
            continue
        message = _words(node.args[1]) if len(node.args) > 1 else ""
        yield from ((node.func.id, code, message) for code in _codes(tree, node.args[0]))


def codes() -> dict[tuple[str, str], str]:
    """(kind, code) to the first English message that goes with it."""
    found: dict[tuple[str, str], str] = {}
    for path in _sources():
        for kind, code, message in _calls(ast.parse(path.read_text("utf-8"))):
            found[kind, code] = found.get((kind, code)) or message
    return found


def remedies() -> dict[str, str]:
    """Code to what an administrator can do."""
    return tomllib.loads(REMEDIES.read_text("utf-8"))


def _section(kind: str, found: dict[tuple[str, str], str], remedies: dict[str, str]) -> str:
    status = STATUS.get(getattr(errors, kind), 500)
    rows = [
        (f"`{code}`", message.replace("<name>", "…"), remedies.get(code, ""))
        for (one, code), message in sorted(found.items())
        if one == kind
    ]
    heading = f"## {KINDS[kind]} (status {status})"
    return f"{heading}\n\n{table(('Code', 'Meaning', 'What an administrator can do'), rows)}" if rows else heading


def page() -> str:
    """The whole page."""
    found, known = codes(), remedies()
    sections = [_section(kind, found, known) for kind in KINDS if any(one == kind for one, _ in found)]
    return document("# Refusal codes", OPENING, *sections, PAGES, generator="generate_refusal_codes.py")


if __name__ == "__main__":
    write("refusal-codes.md", page())
