"""What follows from each answer of an LMS."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lti_tool.domain.grade import Delivery, ScoreOutcome
from lti_tool.services.retry import (
    LONGEST_PAUSE,
    REST,
    UNHEARD,
    Fate,
    PlatformRest,
    State,
    Tries,
    fate_of,
    may_have_arrived,
    pause,
)
from tests.unit.lti_tool.domain.builders import NOW

FIRST = Tries(1, is_doubtful=False, is_last=False, jitter=0.5)
DOUBTFUL = Tries(2, is_doubtful=True, is_last=False, jitter=0.5)
LAST = Tries(90, is_doubtful=False, is_last=True, jitter=0.5)


def fate(delivery: Delivery, status: int | None, tries: Tries = FIRST) -> tuple[State, bool, bool]:
    made = fate_of(ScoreOutcome(delivery, status, "words"), tries)
    return made.state, made.is_doubtful, made.needs_new_timestamp


@pytest.mark.parametrize("delivery", [Delivery.NOT_GRADABLE, Delivery.GONE, Delivery.REJECTED])
def test_what_cannot_succeed_is_parked_at_once_with_the_words(delivery: Delivery) -> None:
    made = fate_of(ScoreOutcome(delivery, 400, "words"), FIRST)
    assert made == Fate(State.PARKED, delivery.value, 400, "words")


def test_a_stale_score_has_arrived_if_it_may_have_been_sent_before() -> None:
    assert fate(Delivery.STALE, 409, DOUBTFUL) == (State.DELIVERED, False, False)


def test_a_stale_score_that_was_never_sent_before_gets_a_new_timestamp() -> None:
    assert fate(Delivery.STALE, 409) == (State.WAITING, False, True)


def test_doubt_stays_until_an_answer_dispels_it() -> None:
    assert fate(Delivery.RETRY, None) == (State.WAITING, True, False)
    assert fate(Delivery.RETRY, 429) == (State.WAITING, False, False)
    assert fate(Delivery.RETRY, 429, DOUBTFUL) == (State.WAITING, True, False)


def test_a_refused_new_token_is_tried_again() -> None:
    assert fate(Delivery.REJECTED, 401) == (State.WAITING, False, False)


@pytest.mark.parametrize("delivery", [Delivery.RETRY, Delivery.STALE])
def test_when_the_time_is_over_it_is_parked(delivery: Delivery) -> None:
    assert fate(delivery, 429, LAST)[0] is State.PARKED


@pytest.mark.parametrize(("status", "expected"), [(None, True), (500, True), (408, True), (200, True), (429, False)])
def test_which_answers_leave_doubt(status: int | None, expected: bool) -> None:
    assert may_have_arrived(ScoreOutcome(Delivery.RETRY, status)) is expected


def test_pauses_double_up_to_six_hours_and_honour_the_lms() -> None:
    seconds = [pause(number, None, 1.0).total_seconds() for number in (1, 2, 3, 13, 10_000)]
    assert seconds == [10, 20, 40, LONGEST_PAUSE.total_seconds(), LONGEST_PAUSE.total_seconds()]
    assert pause(5, None, 0.0) == timedelta(seconds=1)
    assert pause(1, 900, 0.3) == timedelta(minutes=15)


def test_words_are_cut_to_what_the_table_holds() -> None:
    assert len(fate_of(ScoreOutcome(Delivery.REJECTED, 400, "x" * 900), FIRST).answer) == 500


def test_a_platform_rests_after_several_unheard_tries_and_one_answer_ends_it() -> None:
    rest, unheard = PlatformRest(), ScoreOutcome(Delivery.RETRY)
    for _ in range(UNHEARD):
        assert rest.resting(NOW) == frozenset()
        rest.note("p", unheard, NOW)
    assert rest.resting(NOW) == {"p"}
    assert rest.resting(NOW + REST) == frozenset()
    rest.note("p", ScoreOutcome(Delivery.RETRY, 503), NOW)
    assert rest.resting(NOW) == frozenset()
