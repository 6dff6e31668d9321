"""The shipped typefaces: which exist, what each can print, how wide its letters are.

Nothing here needs WeasyPrint, so a name can be refused before a renderer is started.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"
TEXT_FAMILIES = ("EB Garamond", "Noto Serif")
"""Attached to every page, in the order they are tried; other families join when a script needs them."""


@dataclass(frozen=True)
class Face:
    """One font file of the manifest."""

    file: str
    family: str
    is_italic: bool
    version: str
    sha256: str
    coverage: str
    subsets: tuple[str, ...]
    """Fixed subsets as ranges of glyph ids, smallest first; see ``font_manifest``."""

    @property
    def path(self) -> Path:
        """Where the file lies in the installed package."""
        return FOLDER / self.file

    @cached_property
    def _bounds(self) -> tuple[list[int], list[int]]:
        spans = [span.partition("-") for span in self.coverage.split()]
        return [int(first, 16) for first, _, _ in spans], [int(last or first, 16) for first, _, last in spans]

    def covers(self, character: str) -> bool:
        """Whether the face's character map has the character."""
        firsts, lasts = self._bounds
        point = ord(character)
        position = bisect_right(firsts, point) - 1
        return position >= 0 and point <= lasts[position]

    @cached_property
    def subset_glyphs(self) -> tuple[frozenset[int], ...]:
        """The glyph ids of each fixed subset."""
        return tuple(frozenset(_expanded(subset)) for subset in self.subsets)

    @cached_property
    def advances(self) -> dict[str, float]:
        """Width in em by character, for estimating how much room a text needs."""
        from fontTools.ttLib import TTFont

        with TTFont(self.path, lazy=True) as font:
            unit, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
            return {chr(point): metrics[glyph][0] / unit for point, glyph in font.getBestCmap().items()}


class Faces:
    """The whole shipped set."""

    def __init__(self, faces: Iterable[Face]) -> None:
        self.all = tuple(faces)
        self.upright = tuple(face for face in self.all if not face.is_italic)
        self._first: dict[str, str] = {}

    @classmethod
    def shipped(cls) -> Faces:
        """Read the packaged manifest. Raises ``OSError`` or ``ValueError`` if the package is damaged."""
        entries = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
        names = ("file", "family", "is_italic", "version", "sha256", "coverage")
        return cls(Face(**{name: entry[name] for name in names}, subsets=tuple(entry["subsets"])) for entry in entries)

    def family_for(self, character: str) -> str:
        """The family that prints the character, text families first; empty if none can."""
        family = self._first.get(character)
        if family is None:
            able = [face.family for face in self.upright if face.covers(character)]
            family = ([name for name in TEXT_FAMILIES if name in able] or able or [""])[0]
            if len(self._first) > 4096:
                self._first.clear()
            self._first[character] = family
        return family

    def attached(self, families: frozenset[str]) -> tuple[Face, ...]:
        """The faces a page needs whose characters come from ``families``."""
        wanted = families | {TEXT_FAMILIES[0]}
        return tuple(face for face in self.all if face.family in wanted)

    def damaged(self) -> tuple[str, ...]:
        """File names that are missing or differ from the manifest."""
        return tuple(face.file for face in self.all if not _is_intact(face))


def _expanded(ranges: str) -> Iterable[int]:
    for span in ranges.split():
        first, _, last = span.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def _is_intact(face: Face) -> bool:
    return face.path.is_file() and hashlib.sha256(face.path.read_bytes()).hexdigest() == face.sha256
