"""Which pages are kept to cast others from: those whose shape has come twice, and no more than memory should hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lti_tool.certificates.mould import Copy, Mould

MOST = 24
"""Moulds in a process, about a megabyte each. A name of another length or another number of lines is another shape."""
_MOST_SEEN = 512
Key = tuple[Any, str, tuple[str, ...]]
"""The printer (a template's files with a look and fonts), the markup without its texts, the badges attached."""


class Moulds:
    """Kept pages by what they can be cast for, the one of last use last."""

    def __init__(self, most: int = MOST) -> None:
        self.casts = 0
        """How many pages were cast so far."""
        self._most = most
        self._kept: dict[Key, list[Mould]] = {}
        self._seen: dict[Key, bool] = {}

    def __len__(self) -> int:
        return sum(map(len, self._kept.values()))

    def cast(self, printer: Any, one: Copy) -> bytes | None:
        """The file from a kept page, or ``None`` if there is none of that shape."""
        key = _key(printer, one)
        if key not in self._kept:
            return None
        moulds = self._kept[key] = self._kept.pop(key)
        waiting = list(reversed(moulds))
        while waiting:
            mould = waiting.pop(0)
            pdf, waiting = _attempt(mould, one, waiting)
            if pdf is not None:
                self.casts += 1
                moulds.append(moulds.pop(moulds.index(mould)))
                return pdf
        return None

    def wants(self, printer: Any, one: Copy) -> bool:
        """Whether a page that had to be printed as a whole is worth keeping: its shape comes for the second time."""
        key = _key(printer, one)
        if key not in self._seen and self._most:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.pop(next(iter(self._seen)))
            self._seen[key] = True
            return False
        return self._seen.get(key, False)

    def keep(self, printer: Any, one: Copy, make: Callable[[], Mould], pdf: bytes) -> None:
        """Take a mould of a printed page, if what is cast from it is what was printed; else never of such pages."""
        key = _key(printer, one)
        if (mould := _proven(make, one, pdf)) is None:
            self._seen[key] = False
            return
        self._kept.setdefault(key, []).append(mould)
        while len(self) > self._most:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        key = next(iter(self._kept))
        self._kept[key].pop(0)
        if not self._kept[key]:
            del self._kept[key]


def _proven(make: Callable[[], Mould], one: Copy, pdf: bytes) -> Mould | None:
    """The mould, unless it gives another file than the whole print did."""
    from lti_tool.certificates.frame import Mismatch

    try:
        mould = make()
        return mould if mould.cast(one) == pdf else None
    except Mismatch:
        return None


def _attempt(mould: Mould, one: Copy, others: list[Mould]) -> tuple[bytes | None, list[Mould]]:
    """The file, and the moulds that may still be tried: those with the shape that a paragraph turned out to have."""
    from lti_tool.certificates.frame import Mismatch

    try:
        return mould.cast(one), []
    except Mismatch as mismatch:
        return None, [other for other in others if other.has_shape(mismatch.place, mismatch.shape)]


def _key(printer: Any, one: Copy) -> Key:
    return printer, one.markup.skeleton, tuple(sorted(one.badges))
