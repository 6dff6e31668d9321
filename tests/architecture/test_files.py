"""Size, names and cleanliness of what is in the repository."""

import re
from pathlib import Path

from tests.architecture.tree import ROOT, functions_of, python_files, text_of, tracked_files

LONGEST_FILE = 300
LONGEST_FUNCTION = 60
CODE = {".py", ".js", ".sh"}
# Tables of data, not code: long because the world is. (Templates and their style sheets are not counted either.)
DATA = re.compile(r"(^|/)(catalogue|data|fonts|vendor|samples|versions)/")
VAGUE_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers", "misc", "common"}

# Written in pieces, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
NOT_RUN = re.compile(r"pytest\.(skip|xfail|importorskip)\b|mark\.(skip|skipif|xfail)\b|unittest\.skip")
REGISTRIES = r"pypi\.org|pythonhosted|npmjs\.|--(extra-)?index" r"-url[ =]\S|--find" r"-links[ =]\S"
WORKPLACES = r"(?<![\w./])/(work|root)/[\w.]"
OUTSIDE = re.compile(f"{REGISTRIES}|{WORKPLACES}")


def test_files_are_short() -> None:
    code = [path for path in tracked_files() if path.suffix in CODE and not DATA.search(path.as_posix())]
    lengths = {str(path): len(text_of(path).splitlines()) for path in code}
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FILE}


def test_functions_are_short() -> None:
    lengths = {
        f"{path}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in python_files()
        for node in functions_of(path)
        if not DATA.search(path.as_posix())
    }
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION}


def test_names_say_something() -> None:
    vague = [path for path in tracked_files() if VAGUE_NAMES & {*path.parts[:-1], path.stem.removeprefix("test_")}]
    assert not vague


def test_nothing_is_left_unfinished() -> None:
    code = [path for path in tracked_files() if path.suffix in CODE | {".css", ".html", ".yaml", ".toml"}]
    assert not matches(UNFINISHED, code)


def test_no_test_is_switched_off() -> None:
    own = Path(__file__).relative_to(ROOT)
    assert not matches(NOT_RUN, [path for path in python_files("tests", "benchmarks") if path != own])


def test_no_private_place_is_named() -> None:
    own = Path(__file__).relative_to(ROOT)
    assert not matches(OUTSIDE, [path for path in tracked_files() if path != own and not is_vendored(path)])


def matches(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Return ``file:line: text`` of every hit."""
    return [
        f"{path}:{number}: {line.strip()[:120]}"
        for path in paths
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if pattern.search(line)
    ]


def is_vendored(path: Path) -> bool:
    return "vendor" in path.parts or path.name == "LICENSE"
