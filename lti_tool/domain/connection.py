"""How the connection to an LMS is doing: what a test of it finds, and what it is tested with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Checked(StrEnum):
    """What a test looks at, in order: each needs those before it."""

    KEYSET = "keyset"
    TOKEN = "token"  # noqa: S105 - the name of a check
    GRADEBOOK = "gradebook"
    ROSTER = "roster"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result. ``code`` is ``ok``, ``untested`` (nothing to test it with yet), or the code of the refusal."""

    checked: Checked
    code: str
    status: int | None = None
    """HTTP status of the LMS's answer, if it was one."""
    words: str = ""
    """The LMS's own words, or how many were found."""

    @property
    def is_fault(self) -> bool:
        return self.code not in ("ok", "untested")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Services of one course, as its last launch named them: what a test asks."""

    line_items: str | None = None
    scopes: frozenset[str] = frozenset()
    roster: str | None = None
