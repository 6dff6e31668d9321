"""Parts that the generators of reference pages share: tables and files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

REFERENCE = Path(__file__).parent / "reference"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table. A bar inside a cell is escaped, a line break becomes a blank."""
    cells = [tuple(" ".join(cell.split()).replace("|", "\\|") for cell in row) for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *cells))


def document(*parts: str, generator: str) -> str:
    """Parts joined by blank lines, with the note that says where the page comes from."""
    note = f"This page is written by `docs/{generator}`; do not edit it by hand."
    return "\n\n".join((*parts, note)) + "\n"


def write(name: str, text: str) -> None:
    """Write one page of the reference."""
    (REFERENCE / name).write_text(text, encoding="utf-8")
