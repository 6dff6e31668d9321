"""A provider's own wording of a body's statement, from a day on. Source: rules 2.5 (texts change, and are dated)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Override:
    """``series`` and ``key`` name a text of the catalogue; ``text`` has its slots and marks."""

    series: str
    key: str
    text: str
    effective_from: date


@dataclass(frozen=True, slots=True)
class Overrides:
    """All that one provider has laid down. An activity uses what is in force on the day it was designated."""

    entries: tuple[Override, ...] = ()

    def text(self, series: str, key: str, on: date) -> str:
        """The newest wording in force on the day, ``""`` where the catalogue's stands."""
        found = [one for one in self.entries if (one.series, one.key) == (series, key) and one.effective_from <= on]
        return max(found, key=lambda one: one.effective_from).text if found else ""


NO_OVERRIDES = Overrides()
