"""What was played of a recording: unions, what time allows, and what a browser may say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.errors import BadInput
from lti_tool.domain.playback import (
    LONGEST,
    MOST_STRETCHES,
    NEAR,
    NOTHING_PLAYED,
    Playback,
    Stretch,
    as_seconds,
    in_seconds,
    merged,
    most_played,
    noted,
    read_playback,
    tidy,
    trimmed,
    united,
)

PAIRS = st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), max_size=12)


@pytest.mark.parametrize(
    ("ranges", "duration", "expected"),
    [
        ([], 100.0, "0"),
        ([[0, 100]], None, "0"),
        ([[0, 100]], 0.0, "0"),
        ([[0, 100]], -3.0, "0"),
        ([[0, 50], [0, 50]], 100.0, "0.5"),
        ([[0, 50], [40, 90]], 100.0, "0.9"),
        ([[60, 90], [0, 30]], 100.0, "0.6"),
        ([[0, 90], [10, 20]], 100.0, "0.9"),
        ([[-20, 50], [90, 500]], 100.0, "0.1"),
        ([[50, 10]], 100.0, "0"),
        ([[150, 200]], 100.0, "0"),
        ([[0, 33.3]], 100.0, "0.333"),
        ([[0, 2.0]], 2.0266, "1"),
        ([[0, 100 / 3]], 100.0, "0.333"),
    ],
)
def test_coverage_is_the_union_of_what_was_played(ranges: Any, duration: float | None, expected: str) -> None:
    assert in_seconds(duration, ranges).coverage == Decimal(expected)


@given(PAIRS)
def test_coverage_counts_every_second_once(pairs: list[tuple[int, int]]) -> None:
    played = {second for start, end in pairs for second in range(start, min(100, end))}
    found = in_seconds(100.0, pairs)
    assert found.coverage == Decimal(len(played)) / 100
    assert united(found, tidy(found)).coverage == tidy(found).coverage == in_seconds(100.0, pairs[::-1]).coverage


def test_stretches_are_joined() -> None:
    found = in_seconds(9, [(5, 6), (0, 1), (1.1, 2), (0.5, 0.7)])
    assert as_seconds(tidy(found)) == (9.0, [[0.0, 2.0], [5.0, 6.0]])
    assert merged([]) == () and NEAR < 1000


def test_of_too_many_pieces_the_shortest_are_given_up() -> None:
    pieces = tuple(Stretch(n * 1000, n * 1000 + 100 + n) for n in range(MOST_STRETCHES + 9))
    found = tidy(Playback(LONGEST, pieces))
    assert found.stretches == pieces[9:] and trimmed(found, 1).stretches == pieces[-1:]


@given(
    known=PAIRS,
    told=PAIRS,
    waited=st.integers(0, 90),
    earlier=st.integers(0, 90),
    duration=st.sampled_from([None, 0, -1, 60, 100, 1e9]),
)
def test_no_more_is_noted_than_time_allows(
    known: Any, told: Any, waited: int, earlier: int, duration: float | None
) -> None:
    before = tidy(in_seconds(100, known))
    after = noted(before, in_seconds(duration, told), before.played, waited, waited + earlier)
    assert after.played - before.played <= most_played(waited)
    assert after == before or after.played <= most_played(waited + earlier)
    assert united(after, before).played == after.played and after.coverage >= before.coverage
    again = noted(after, in_seconds(duration, told), before.played, waited, waited + earlier)
    assert again == after, "a report that comes twice changes nothing"


def test_a_report_that_comes_too_early_counts_later() -> None:
    told = in_seconds(100, [(0, 90)])
    assert noted(NOTHING_PLAYED, told, 0, 42, 42) == NOTHING_PLAYED
    assert noted(NOTHING_PLAYED, told, 0, 43, 42) == NOTHING_PLAYED, "nor with older openings beside it"
    assert noted(NOTHING_PLAYED, told, 0, 43, 43).coverage == Decimal("0.9")


@pytest.mark.parametrize(
    ("duration", "ranges"),
    [
        ("9", []),
        (True, []),
        (float("nan"), []),
        (float("inf"), []),
        (10**400, []),
        ([], []),
        (9, {}),
        (9, None),
        (9, [1]),
        (9, [[1]]),
        (9, [[1, 2, 3]]),
        (9, [[1, "2"]]),
        (9, [[1, None]]),
        (9, [[-(10**400), 2]]),
    ],
)
def test_what_no_player_would_say_is_refused(duration: Any, ranges: Any) -> None:
    with pytest.raises(BadInput) as wrong:
        read_playback(duration, ranges)
    assert wrong.value.code == "report_wrong"


def test_what_a_player_says() -> None:
    assert read_playback(None, []) == NOTHING_PLAYED
    assert read_playback(61.24, [[0, 1.26], [3, 4]]) == Playback(61200, (Stretch(0, 1300), Stretch(3000, 4000)))
