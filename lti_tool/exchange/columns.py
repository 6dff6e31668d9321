"""The columns of question tables (CSV, XLSX) as one list: reader, writer and reference page come from it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lti_tool.domain.question import MAX_ENTRIES


@dataclass(frozen=True, slots=True)
class Column:
    """``is_numbered``: ``choice_1``, ``choice_2`` and so on, as many as are needed."""

    name: str
    about: str
    kinds: str = "all"
    is_numbered: bool = False


COLUMNS = (
    Column("key", "Short name, unique in the bank; empty: the question gets one. A known key makes a new version"),
    Column("kind", "`single`, `multiple`, `true_false`, `matching`, `ordering` or `numeric`; needed"),
    Column("vignette", "The case above the question, Markdown"),
    Column("image", "Name of a PNG or JPEG in the same zip file"),
    Column("image_alt", "What can be seen, without the answer; needed with `image`"),
    Column("image_caption", "Shown under the image"),
    Column("stem", "The question itself, Markdown in one paragraph; needed"),
    Column(
        "choice",
        "Choices; prompts of a matching question; things in their right order",
        "single, multiple, matching, ordering",
        True,
    ),
    Column("match", "What the prompt of the same number goes with; without a prompt: a spare one", "matching", True),
    Column(
        "correct",
        "Number of the right choice, several with commas; `true` or `false`; the right number",
        "single, multiple, true_false, numeric",
    ),
    Column("tolerance", "How far off is still right; empty: 0", "numeric"),
    Column("unit", "Shown behind the answer", "numeric"),
    Column("partial_credit", "`yes`: each right choice earns a share, each wrong one loses it; empty: no", "multiple"),
    Column("rationale", "Why the key is right, Markdown"),
    Column(
        "feedback",
        "Words about the choice of the same number, Markdown; for `true_false`, 1 is true and 2 is false",
        "single, multiple, true_false",
        True,
    ),
    Column("references", "Full citations, one in each line of the cell"),
    Column("objective", "What learners will be able to do"),
    Column("level", "`knowledge`, `competence`, `performance` or `patient outcomes`"),
    Column("tags", "One in each line of the cell, or with semicolons between them"),
)
_NUMBERED = {column.name for column in COLUMNS if column.is_numbered}
_SINGLE = {column.name for column in COLUMNS if not column.is_numbered}
_NAME = re.compile(r"([a-z_]+?)_([0-9]{1,2})")
EXAMPLES = tuple(f"{column.name}_1" if column.is_numbered else column.name for column in COLUMNS)


def is_column(name: str) -> bool:
    """``stem``, ``choice_12``."""
    match = _NAME.fullmatch(name)
    return name in _SINGLE or bool(match and match[1] in _NUMBERED and 1 <= int(match[2]) <= MAX_ENTRIES)


def header(widest: dict[str, int]) -> list[str]:
    """Names of all columns, of the numbered ones as many as ``widest`` says."""
    names: list[str] = []
    for column in COLUMNS:
        count = widest.get(column.name, 0)
        names += [f"{column.name}_{number}" for number in range(1, count + 1)] if column.is_numbered else [column.name]
    return names
