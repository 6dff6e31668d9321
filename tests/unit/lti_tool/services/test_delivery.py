"""Leases, fencing and races: against a strict gradebook in memory, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from lti_tool.db.engine import transaction
from lti_tool.domain.grade import Delivery, LineItem, ScoreOutcome
from lti_tool.services.delivery import Courier, deliver_due
from lti_tool.services.line_item import WRITE_SCOPE
from lti_tool.services.outbox import LEASE, claim, recover, settle
from lti_tool.services.retry import Fate, State
from tests.unit.lti_tool.services.side_by_side import in_parallel
from tests.unit.lti_tool.services.strict_gradebook import (
    BUSY,
    REFUSED,
    THROTTLED,
    UNHEARD,
    Clock,
    Killed,
    StrictGradebook,
    courier_of,
)
from tests.unit.lti_tool.services.ward import ALL_SCOPES, LMS, Ward

PLACE = (f"{LMS}/link/lineitem", "lee")
DELIVERED = Fate(State.DELIVERED, "delivered", 200)


@pytest.fixture
def book() -> StrictGradebook:
    return StrictGradebook()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def courier(ward: Ward, book: StrictGradebook, clock: Clock) -> Courier:
    return courier_of(ward, book, clock)


def test_it_sends_the_subject_the_points_and_the_frozen_timestamp(
    ward: Ward, book: StrictGradebook, courier: Courier
) -> None:
    ward.post_test(right=2)
    assert deliver_due(courier) == 1
    score = book.grades[PLACE]
    assert (score.user_id, score.given, score.maximum, score.timestamp) == ("lee", 66.67, 100, ward.now)
    assert ward.states() == [("delivered", 66.67)]
    assert deliver_due(courier) == 0


def test_nothing_is_sent_within_a_transaction(ward: Ward, book: StrictGradebook, courier: Courier) -> None:
    ward.learner("kim")
    ward.post_test()
    book.meanwhile = partial(ward.post_test, "kim", 1)
    deliver_due(courier)
    assert ward.states("kim") == [("delivered", 33.33)]


def test_a_repeat_is_the_same_to_the_letter(ward: Ward, book: StrictGradebook, courier: Courier, clock: Clock) -> None:
    ward.post_test()
    book.before = [BUSY, UNHEARD]
    for _ in range(3):
        deliver_due(courier)
        clock.pass_by(minutes=5)
    assert len({repr(post) for post in book.posts}) == 1
    assert len(book.posts) == 3


def test_the_holder_of_an_old_lease_changes_nothing(ward: Ward, clock: Clock) -> None:
    ward.post_test()
    with transaction(ward.sessions) as db:
        first = claim(db, clock())
    clock.pass_by(seconds=LEASE.total_seconds())
    with transaction(ward.sessions) as db:
        recover(db, clock())
        second = claim(db, clock())
    assert first is not None
    assert second is not None
    assert (first.tries, second.tries, second.is_doubtful) == (1, 2, True)
    with transaction(ward.sessions) as db:
        assert not settle(db, first, Fate(State.PARKED, "rejected"), clock())
        assert settle(db, second, DELIVERED, clock())
        assert not settle(db, second, DELIVERED, clock())
    assert ward.states() == [("delivered", 100)]


def test_two_workers_never_hold_two_grades_of_one_learner(ward: Ward, clock: Clock) -> None:
    ward.post_test(right=1)
    with transaction(ward.sessions) as db:
        assert claim(db, clock()) is not None
    ward.post_test(right=3)
    with transaction(ward.sessions) as db:
        assert claim(db, clock()) is None
    assert ward.states() == [("sending", 33.33), ("waiting", 100)]


def test_a_newer_score_makes_an_unsent_one_superfluous(ward: Ward, book: StrictGradebook, courier: Courier) -> None:
    ward.post_test(right=1)
    book.before = [BUSY]
    original = book.post_score

    def post_while_learning(*arguments: object) -> ScoreOutcome:
        if len(book.posts) == 0:
            ward.post_test(right=3)
        return original(*arguments)  # type: ignore[arg-type]

    book.post_score = post_while_learning  # type: ignore[method-assign, assignment]
    deliver_due(courier)
    assert ward.states() == [("superseded", 33.33), ("delivered", 100)]
    assert book.grades[PLACE].given == 100


@pytest.mark.parametrize("has_stored", [False, True])
def test_after_a_death_the_lease_runs_out_and_the_grade_arrives(
    has_stored: bool, ward: Ward, book: StrictGradebook, courier: Courier, clock: Clock
) -> None:
    ward.post_test()
    (book.after if has_stored else book.before).append(Killed)
    with pytest.raises(Killed):
        deliver_due(courier)
    assert deliver_due(courier) == 0
    clock.pass_by(seconds=LEASE.total_seconds())
    deliver_due(courier)
    assert ward.states() == [("delivered", 100)]
    assert book.grades[PLACE].given == 100


def test_a_later_foreign_timestamp_is_overtaken(
    ward: Ward, book: StrictGradebook, courier: Courier, clock: Clock
) -> None:
    ward.post_test(right=3)
    score = ward.deliveries()[0]
    deliver_due(courier)
    book.grades[PLACE] = replace(book.grades[PLACE], timestamp=score.stamp + timedelta(minutes=1), given=5)
    with transaction(ward.sessions) as db:
        row = db.merge(ward.deliveries()[0])
        row.state = "waiting"
    for _ in range(12):
        deliver_due(courier)
        clock.pass_by(seconds=30)
    assert ward.states() == [("delivered", 100)]
    assert book.grades[PLACE].given == 100


def test_the_lms_s_wish_to_wait_is_kept(ward: Ward, book: StrictGradebook, courier: Courier, clock: Clock) -> None:
    ward.post_test()
    book.before = [THROTTLED]
    deliver_due(courier)
    (row,) = ward.deliveries()
    assert row.next_at == clock() + timedelta(seconds=120)
    assert (row.outcome, row.status, row.answer, row.tries) == ("retry", 429, "slow down", 1)


def test_a_line_item_is_made_once_by_many_workers(ward: Ward, book: StrictGradebook, clock: Clock) -> None:
    ward.change(line_item=None)
    for name in ("lee", "kim", "ann", "bob"):
        if name not in ward.keys:
            ward.learner(name)
        ward.post_test(name)
    couriers = [courier_of(ward, book, clock) for _ in range(3)]
    for _ in range(6):
        in_parallel(*(partial(deliver_due, each) for each in couriers))
    assert len(book.items) == 1
    assert sorted(user for _, user in book.grades) == ["ann", "bob", "kim", "lee"]
    assert len(book.posts) == 4


def test_a_line_item_of_another_link_is_never_taken(ward: Ward, book: StrictGradebook, courier: Courier) -> None:
    ward.change(line_item=None)
    book.items = [LineItem(f"{LMS}/foreign", "x", 100, "hypertension", "", "another-link")]
    ward.post_test()
    deliver_due(courier)
    assert (f"{LMS}/foreign", "lee") not in book.grades
    assert len(book.items) == 2


def test_an_uncoupled_line_item_of_our_name_is_found(ward: Ward, book: StrictGradebook, courier: Courier) -> None:
    ward.change(line_item=None)
    book.items = [LineItem(f"{LMS}/ours", "x", 100, "hypertension")]
    ward.post_test()
    deliver_due(courier)
    assert (f"{LMS}/ours", "lee") in book.grades


def test_without_the_right_to_make_one_the_grade_is_parked(ward: Ward, book: StrictGradebook, courier: Courier) -> None:
    without = " ".join(scope for scope in ALL_SCOPES.split() if scope != WRITE_SCOPE)
    ward.change(line_item=None, scopes=without)
    ward.post_test()
    deliver_due(courier)
    assert [(row.state, row.outcome) for row in ward.deliveries()] == [("parked", "no_line_item")]
    ward.change(line_item=f"{LMS}/link/lineitem")
    ward.arrive()
    deliver_due(courier)
    assert ward.states() == [("delivered", 100)]


def test_an_lms_that_eats_up_the_lease_gets_nothing_more(
    ward: Ward, book: StrictGradebook, courier: Courier, clock: Clock
) -> None:
    ward.change(line_item=None)
    ward.post_test()
    original = book.list_line_items

    def slowly(*arguments: object, **filters: object) -> object:
        clock.pass_by(minutes=2)
        return original(*arguments, **filters)  # type: ignore[arg-type]

    book.list_line_items = slowly  # type: ignore[method-assign, assignment]
    deliver_due(courier)
    assert (book.items, book.posts) == ([], [])
    assert [(row.state, row.answer) for row in ward.deliveries()] == [("waiting", "the LMS was too slow for one try")]


def test_a_fault_of_our_own_is_logged_and_retried(
    ward: Ward, book: StrictGradebook, courier: Courier, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    book.meanwhile = broken
    ward.post_test()
    deliver_due(courier)
    assert [(row.state, row.outcome) for row in ward.deliveries()] == [("waiting", "retry")]
    assert "ZeroDivisionError" in caplog.text
    assert "lee" not in caplog.text


def test_a_launch_gives_a_parked_grade_another_chance(
    ward: Ward, book: StrictGradebook, courier: Courier, clock: Clock
) -> None:
    ward.post_test()
    book.before = [REFUSED]
    deliver_due(courier)
    assert ward.states() == [("parked", 100)]
    clock.pass_by(days=3)
    ward.now = clock()
    ward.arrive()
    deliver_due(courier)
    assert ward.states() == [("delivered", 100)]


def test_a_better_score_replaces_a_parked_one(ward: Ward, book: StrictGradebook, courier: Courier) -> None:
    ward.post_test(right=1)
    book.before = [ScoreOutcome(Delivery.REJECTED, 400, "no")]
    deliver_due(courier)
    ward.post_test(right=2)
    assert ward.states() == [("superseded", 33.33), ("waiting", 66.67)]


def test_learning_and_delivering_at_once_never_fails_the_learner(
    ward: Ward, book: StrictGradebook, clock: Clock
) -> None:
    def learn() -> None:
        for right in (0, 1, 2, 3):
            ward.post_test(right=right)

    def deliver() -> None:
        courier = courier_of(ward, book, clock)
        for _ in range(12):
            deliver_due(courier)

    book.before = [BUSY, UNHEARD, BUSY]
    in_parallel(learn, deliver, deliver)
    for _ in range(12):
        clock.pass_by(minutes=10)
        deliver_due(courier_of(ward, book, clock))
    assert ward.states()[-1] == ("delivered", 100)
    assert book.grades[PLACE].given == 100


def test_an_lms_that_is_back_gets_what_waited_for_it_at_once(
    ward: Ward, book: StrictGradebook, courier: Courier, clock: Clock
) -> None:
    ward.learner("kim")
    ward.post_test()
    ward.post_test("kim")
    book.is_down = True
    for _ in range(10):
        clock.pass_by(hours=1)
        deliver_due(courier)
    while max(row.next_at for row in ward.deliveries()) <= clock():
        # Where the platform as a whole was given a rest, the next try is later.
        clock.pass_by(minutes=30)
        deliver_due(courier)
    book.is_down = False
    clock.pass_by(minutes=1)
    ward.learner("ann")
    ward.post_test("ann")
    assert deliver_due(courier) == 3
    assert {user for _, user in book.grades} == {"lee", "kim", "ann"}
