"""The face of a recording: its player, how much of it was played, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lti_tool.domain.activity import ContentItem
from lti_tool.domain.playback import NOTHING_PLAYED, Playback, tidy
from xblock_cme.progress import Progress
from xblock_cme.question_face import Shelf
from xblock_cme.words import COVERAGE

SHORTEST_GAP = 1000
MOST_GAPS = 4
"""Parts that were not played are named from this length on, in milliseconds, and no more of them."""


def _clock(milliseconds: int) -> str:
    """As players write it: ``3:07``, ``1:02:07``."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def gaps(playback: Playback) -> Iterator[tuple[int, int]]:
    """Parts that were not played, in milliseconds."""
    reached = 0
    for one in tidy(playback).stretches:
        yield reached, one.start
        reached = one.end
    yield reached, playback.duration


def coverage_face(shelf: Shelf, here: Progress, item: ContentItem) -> dict[str, Any]:
    """How much of a recording was played, how much is asked for, and which parts are missing."""
    study, needed = here.record.studies.get(item.key), item.minimum_coverage
    playback = (study.playback if study is not None else None) or NOTHING_PLAYED
    coverage = study.coverage if study is not None else playback.coverage
    is_enough = needed is None or coverage >= needed
    facts = {"percent": int(coverage * 100), "needed": int((needed or 0) * 100)}
    words = COVERAGE["plain" if needed is None else "enough" if is_enough else "needed"]
    missing = [(start, end) for start, end in gaps(playback) if end - start >= SHORTEST_GAP]
    is_telling = bool(needed and missing and not is_enough and playback.played)
    parts = ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in missing[:MOST_GAPS])
    more = "…" if len(missing) > MOST_GAPS else ""
    return {
        **facts,
        "text": shelf.translate(words) % facts,
        "is_asked": needed is not None,
        "is_enough": is_enough,
        "missing": shelf.translate(COVERAGE["missing"]) % {"parts": parts + more} if is_telling else "",
        "strip": _strip(playback),
    }


def _strip(playback: Playback) -> list[dict[str, float]]:
    """Where the played stretches lie, in percent of the recording."""
    if not playback.duration:
        return []
    share = 100 / playback.duration
    return [
        {"x": round(one.start * share, 2), "width": round((one.end - one.start) * share, 2)}
        for one in tidy(playback).stretches
    ]


def recording_face(shelf: Shelf, here: Progress, item: ContentItem) -> dict[str, Any]:
    """What the player needs. Of captions elsewhere the address is given to the script: a ``track`` takes none."""
    reading = here.facts.reading
    is_outside = "://" in item.captions
    return {
        **coverage_face(shelf, here, item),
        "is_video": item.kind.value == "video",
        "view": reading.view if reading is not None and reading.item == item.key else "",
        "captions": "" if is_outside or not item.captions else shelf.media_url(item.captions),
        "captions_elsewhere": item.captions if is_outside else "",
        "language": here.activity.language,
    }
