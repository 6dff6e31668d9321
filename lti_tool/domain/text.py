"""Text with the two marks that accreditors' phrases need: plain and *italic*.

The AMA requires its phrase to stand in italics with the trademark sign (AMA PRA booklet, "AMA PRA
Category 1 Credit(s)™"). Sentences are therefore kept as runs, never as HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ITALIC = re.compile(r"\*([^*]+)\*")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style."""

    text: str
    is_italic: bool = False


@dataclass(frozen=True, slots=True)
class RichText:
    """A sentence or paragraph as runs."""

    runs: tuple[Run, ...]

    @property
    def plain(self) -> str:
        """The same words without styles, for plain-text channels."""
        return "".join(run.text for run in self.runs)

    @classmethod
    def of(cls, text: str) -> RichText:
        """Plain words, every character literal."""
        return cls((Run(text),) if text else ())

    @classmethod
    def parse(cls, marked: str, **values: str) -> RichText:
        """Fill ``{slots}`` of a catalogue text and turn ``*…*`` of the *text* (never of a value) into italics.

        Raises ``KeyError`` if a slot has no value: a sentence is never printed with a hole.
        """
        runs: list[Run] = []
        position = 0
        for match in _ITALIC.finditer(marked):
            runs.append(Run(marked[position : match.start()].format_map(values)))
            runs.append(Run(match.group(1).format_map(values), is_italic=True))
            position = match.end()
        runs.append(Run(marked[position:].format_map(values)))
        return cls(tuple(run for run in runs if run.text))
