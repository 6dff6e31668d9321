"""What the architecture tests look at: the repository's tracked files and their syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BESIDE_THE_PRODUCT = {"tests", "benchmarks", "migrations"}
PACKAGES = tuple(sorted({path.parent.name for path in ROOT.glob("*/__init__.py")} - BESIDE_THE_PRODUCT))


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return the files that git knows or would add, relative to the repository's root."""
    # A clone made by another user (a container's bind mount) is still ours to read.
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return tuple(sorted(Path(name) for name in set(listed.split("\0")) if name and (ROOT / name).is_file()))


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Return tracked Python files, only those below ``folders`` when given."""
    files = (path for path in tracked_files() if path.suffix == ".py")
    return tuple(path for path in files if not folders or path.parts[0] in folders)


@cache
def text_of(path: Path) -> str:
    """Return a tracked file's text, or nothing if it is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path), filename=str(path))


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported_by(path: Path) -> Iterator[str]:
    """Give the full name of every module that a file imports, at whatever depth."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
