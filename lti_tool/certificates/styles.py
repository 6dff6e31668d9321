"""Computed styles kept from page to page.

A template's elements get the same styles on every page, and WeasyPrint works each of some two hundred
properties out anew. A style is taken over only when its parent's was and the declarations are equal, so a
page comes out the same with and without this memory.
"""

from __future__ import annotations

from typing import Any

from weasyprint.css.properties import INITIAL_VALUES

_MOST = 4000


class Remembered:
    """The values of one style and, below it, of the styles that inherit from it."""

    __slots__ = ("cascaded", "children", "specified", "values")

    def __init__(self, style: Any) -> None:
        for name in INITIAL_VALUES:
            style[name]
        self.cascaded = style.cascaded
        self.values = dict(style)
        self.specified = dict(style.specified)
        self.children: list[Remembered] = []


class StyleMemory:
    """All styles seen with one template and one set of fonts."""

    def __init__(self) -> None:
        self._roots: list[Remembered] = []
        self._count = 0

    def apply(self, styles: list[Any]) -> None:
        """Fill in the styles of one page, parents before children, and remember new ones."""
        if self._count > _MOST:
            self._roots, self._count = [], 0
        known: dict[int, Remembered] = {}
        for style in styles:
            if id(style) not in known:
                known[id(style)] = self._remembered(style, known)

    def _remembered(self, style: Any, known: dict[int, Remembered]) -> Remembered:
        parent = style.parent_style
        siblings = self._roots if parent is None else known[id(parent)].children
        found = next((entry for entry in siblings if entry.cascaded == style.cascaded), None)
        if found is not None:
            style.update(found.values)
            style.specified.update(found.specified)
            return found
        entry = Remembered(style)
        siblings.append(entry)
        self._count += 1
        return entry
