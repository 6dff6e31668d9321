"""Outcome levels among tags: formats with tags but no levels write ``level:competence``."""

from __future__ import annotations

from collections.abc import Iterable

from lti_tool.domain.activity import Level
from lti_tool.domain.question import BankQuestion
from lti_tool.exchange.reading import unique

PREFIX = "level:"
_LEVELS = {level.value: level for level in Level}


def told_tags(words: Iterable[str]) -> tuple[tuple[str, ...], Level | None]:
    """Tags, and the level among them."""
    level, tags = None, []
    for word in words:
        name = " ".join(word.split())
        known = _LEVELS.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
        level = known or level
        tags += [] if known else [name]
    return unique(tags), level


def tags_of(bank: BankQuestion) -> tuple[str, ...]:
    """Tags with the level as one of them."""
    return (*bank.tags, *([PREFIX + bank.level.value] if bank.level else []))
