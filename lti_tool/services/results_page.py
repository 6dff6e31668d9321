"""Searching, sorting and paging of results."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lti_tool.domain.activity import Step
from lti_tool.services.results import PAGE_SIZE, LearnerRow, ResultsPage, SortKey

_PLACES = {step: place for place, step in enumerate(Step)}
_KEYS: dict[SortKey, Callable[[LearnerRow], Any]] = {
    SortKey.NAME: lambda row: (not row.name, row.name.casefold(), row.short_id),
    SortKey.STATE: lambda row: (row.is_complete, _PLACES[row.step], row.name.casefold(), row.short_id),
}


def _is_found(row: LearnerRow, words: list[str]) -> bool:
    text = " ".join((row.name, row.short_id, *(one.number for one in row.certificates))).casefold()
    return all(word in text for word in words)


def arranged(
    rows: Iterable[LearnerRow], search: str = "", sort: SortKey = SortKey.NAME, *, is_descending: bool = False
) -> tuple[LearnerRow, ...]:
    """Rows whose name, short id or certificate numbers hold every word of ``search``, in order."""
    words = search.casefold().split()
    found = [row for row in rows if _is_found(row, words)]
    return tuple(sorted(found, key=_KEYS[sort], reverse=is_descending))


def paged(rows: tuple[LearnerRow, ...], number: int) -> ResultsPage:
    """Page ``number``, or the nearest that there is."""
    pages = max(1, -(-len(rows) // PAGE_SIZE))
    number = min(max(1, number), pages)
    return ResultsPage(rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], len(rows), number, pages)
