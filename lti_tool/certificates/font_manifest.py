"""Writes ``fonts/manifest.json``: what is shipped, from where, and which characters each face can print.

Coverage is kept in the manifest because reading the character map of a large CJK face takes longer than
rendering a certificate; a test compares every entry with the font itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "fonts"

PACKAGES = {
    "EBGaramond": ("fonts-ebgaramond", "0.016+git20210310.42d4f9f2-1"),
    "NotoSerifCJK": ("fonts-noto-cjk", "1:20220127+repack1-1"),
    "Noto": ("fonts-noto-core", "20201225-1"),
}
"""Debian 12 source package and version by the beginning of the file name."""

FAMILIES = {"EB Garamond 12": "EB Garamond"}
"""Family names that differ from the name in the font."""


def ranges(codepoints: Iterable[int]) -> str:
    """``"20-7e a0 2022"``: sorted hexadecimal ranges, both ends included."""
    spans: list[list[int]] = []
    for point in sorted(codepoints):
        if spans and point == spans[-1][1] + 1:
            spans[-1][1] = point
        else:
            spans.append([point, point])
    return " ".join(f"{first:x}" if first == last else f"{first:x}-{last:x}" for first, last in spans)


CHANGES = {
    "NotoSerifCJKsc-Regular.otf": "the SC face of NotoSerifCJK-Regular.ttc with all its characters and regional forms; "
    "hinting, vertical metrics and vertical layout removed",
}
"""What was changed in a file after the package's original (OFL, condition 2)."""
_PUNCTUATION = (0xA0, 0xA9, 0xAE, 0xB7, 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x2122)
SUBSETS = ((*range(0x20, 0x7F), *_PUNCTUATION), (*range(0x20, 0x7F), *range(0xA0, 0x180), *_PUNCTUATION))
"""Characters of the two fixed subsets of a text face: plain English, then Western and Central European."""
_FEATURES = ["lnum", "liga", "smcp", "c2sc", "calt", "ccmp", "locl"]


def subset_glyphs(path: Path, characters: Iterable[int]) -> str:
    """The glyphs, as ranges of glyph ids, that ``characters`` can turn into on a certificate."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    with TTFont(path) as font:
        del font["FFTM"]
        order = {name: position for position, name in enumerate(font.getGlyphOrder())}
        subsetter = Subsetter(Options(layout_features=_FEATURES))
        subsetter.populate(unicodes=characters)
        subsetter.subset(font)
        return ranges(order[name] for name in font.getGlyphOrder())


def describe(path: Path) -> dict[str, Any]:
    """The manifest entry of one font file, read from the file."""
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        names, coverage = font["name"], ranges(font.getBestCmap())
    package, version = next(value for prefix, value in PACKAGES.items() if path.name.startswith(prefix))
    family = names.getDebugName(16) or names.getDebugName(1)
    return {
        "file": path.name,
        "family": FAMILIES.get(family, family),
        "is_italic": "Italic" in path.stem,
        "version": names.getDebugName(5).strip(),
        "package": package,
        "package_version": version,
        "licence": "OFL-1.1",
        "changes": CHANGES.get(path.name, "none"),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "subsets": [subset_glyphs(path, characters) for characters in SUBSETS] if package == "fonts-ebgaramond" else [],
        "coverage": coverage,
    }


def describe_all(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Entries of every shipped face, by file name."""
    return [describe(path) for path in sorted(folder.iterdir()) if path.suffix in {".otf", ".ttf"}]


if __name__ == "__main__":
    (FOLDER / "manifest.json").write_text(json.dumps(describe_all(), indent=1) + "\n", encoding="utf-8")
