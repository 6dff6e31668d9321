"""How much time counts, and what a face cannot have been told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.activity import Content, ContentItem, ContentKind
from lti_tool.domain.errors import Refused
from lti_tool.domain.playback import in_seconds
from lti_tool.domain.record import Record, Study
from lti_tool.domain.study import (
    UNPLANNED_MINUTES,
    check_studied_by,
    check_time,
    countable_seconds,
    planned_seconds,
)
from tests.unit.lti_tool.domain.builders import NOW, activity

FILM = ContentItem("film", ContentKind.VIDEO, "Film", url="https://video.example/f", minimum_coverage=Decimal("0.5"))
ACTIVITY = activity(content=Content((FILM, ContentItem("page", ContentKind.PAGE, "Page", body="."))))
OPENED = NOW - timedelta(minutes=10)
MINUTE = in_seconds(60, [(0, 60)])


def test_what_is_planned_is_the_most() -> None:
    assert planned_seconds(FILM) == UNPLANNED_MINUTES * 60
    assert planned_seconds(replace(FILM, minutes=7)) == 420


@given(opened=st.integers(-9, 900), first=st.integers(0, 900), others=st.integers(0, 2000))
def test_no_second_counts_that_has_not_passed_or_counts_already(opened: int, first: int, others: int) -> None:
    earliest = NOW - timedelta(seconds=opened + first)
    found = countable_seconds(NOW - timedelta(seconds=opened), earliest, others, NOW)
    assert 0 <= found <= max(0, opened) and found + min(others, opened + first) <= max(0, opened + first)


def studied(**changes: Any) -> Record:
    study = Study("film", 60, MINUTE.coverage, OPENED, MINUTE)
    return Record(studies={"film": replace(study, **changes), "page": Study("page", 60, first_opened_at=OPENED)})


def test_what_can_have_been_is_taken() -> None:
    check_time(Record(), NOW)
    check_time(studied(), NOW)
    check_time(studied(seconds=540), NOW)
    check_studied_by(ACTIVITY, Record(), studied(), NOW)
    check_studied_by(ACTIVITY, Record(), studied(playback=None), NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"seconds": 541},
        {"coverage": Decimal("0.5"), "playback": None},
        {"coverage": Decimal("0.51"), "playback": in_seconds(60, [(0, 30)])},
        {"playback": in_seconds(9000, [(0, 1206)])},
        {"playback": in_seconds(60, [(-9000, 60)])},
        {"first_opened_at": None},
        {"first_opened_at": NOW + timedelta(minutes=1)},
    ],
)
def test_what_cannot_have_been_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        check_time(studied(**changes), NOW)
    assert refused.value.code == "facts_impossible" and refused.value.facts["what"]


def test_what_is_asked_was_played_by_the_time_it_was_needed() -> None:
    """Half a minute is asked; at twice the speed, with some seconds of grace, it takes twelve and a half."""
    check_studied_by(ACTIVITY, Record(), studied(), OPENED + timedelta(seconds=13))
    with pytest.raises(Refused):
        check_studied_by(ACTIVITY, Record(), studied(), OPENED + timedelta(seconds=12))
    with pytest.raises(Refused):
        check_studied_by(ACTIVITY, Record(), studied(), OPENED - timedelta(seconds=1))
    half = in_seconds(60, [(0, 30)])
    known = Record(studies={"film": Study("film", 30, half.coverage, OPENED, half)})
    check_studied_by(ACTIVITY, known, studied(), OPENED)
