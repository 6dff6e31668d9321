"""Whatever the order of facts, deaths and answers: the last value ends up in the gradebook or is visibly parked."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from lti_tool.domain.grade import Delivery, ScoreOutcome
from lti_tool.services.delivery import deliver_due
from lti_tool.services.outbox import LEASE
from tests.unit.lti_tool.domain.builders import NOW
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
from tests.unit.lti_tool.services.ward import LMS, opened

PLACE = (f"{LMS}/link/lineitem", "lee")
PERCENT = {0: 0, 1: 33.33, 2: 66.67, 3: 100}
EXAMPLES = settings(
    max_examples=20, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)


class History(RuleBasedStateMachine):
    """A learner, a worker that may die, and an LMS that may say anything."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "history.db"
        shutil.copyfile(self.template, path)
        self.clock, self.book = Clock(NOW), StrictGradebook()
        self.opening = opened(f"sqlite:///{path}", NOW)
        self.ward = self.opening.__enter__()
        self.best: int | None = None

    @rule(right=st.integers(0, 3))
    def learn(self, right: int) -> None:
        self.ward.now = self.clock()
        self.ward.post_test(right=right)
        self.best = max(right, self.best or 0)

    @rule(right=st.integers(0, 3))
    def learn_while_it_is_sent(self, right: int) -> None:
        def learn() -> None:
            self.book.meanwhile = lambda: None
            self.learn(right)

        self.book.meanwhile = learn

    @rule(minutes=st.sampled_from([0.005, 0.5, 5, 600]))
    def let_time_pass(self, minutes: float) -> None:
        self.clock.pass_by(minutes=minutes)

    @rule(answer=st.sampled_from([BUSY, UNHEARD, THROTTLED, REFUSED]))
    def answer_instead(self, answer: ScoreOutcome) -> None:
        self.book.before.append(answer)

    @rule()
    def die_before_sending(self) -> None:
        self.book.before.append(Killed)

    @rule(answer=st.sampled_from([UNHEARD, BUSY, Killed]))
    def work_unheard(self, answer: ScoreOutcome | type[Killed]) -> None:
        self.book.after.append(answer)

    @rule()
    def deliver(self) -> None:
        with suppress(Killed):
            deliver_due(courier_of(self.ward, self.book, self.clock))

    @rule()
    def launch_again(self) -> None:
        self.ward.now = self.clock()
        self.ward.arrive()

    @invariant()
    def timestamps_rise_and_values_never_fall(self) -> None:
        sent = [score for _, score in self.book.posts]
        for earlier, later in pairwise(sent):
            assert earlier.timestamp <= later.timestamp
            assert earlier.given <= later.given
            assert earlier == later or earlier.timestamp < later.timestamp

    def teardown(self) -> None:
        try:
            self.come_to_rest()
            self.check_the_end()
        finally:
            self.opening.__exit__(None, None, None)
            self.folder.cleanup()

    def come_to_rest(self) -> None:
        self.book.before.clear()
        self.book.after.clear()
        self.book.meanwhile = lambda: None
        for _ in range(6):
            self.clock.pass_by(seconds=max(LEASE, timedelta(hours=7)).total_seconds())
            deliver_due(courier_of(self.ward, self.book, self.clock))

    def check_the_end(self) -> None:
        rows = self.ward.deliveries()
        if self.best is None:
            assert not rows
            assert not self.book.posts
            return
        assert {row.state for row in rows[:-1]} <= {"superseded", "delivered"}
        newest = rows[-1]
        assert newest.given == PERCENT[self.best]
        if newest.state == "delivered":
            assert self.book.grades[PLACE].given == PERCENT[self.best]
        else:
            assert (newest.state, newest.outcome) == ("parked", Delivery.NOT_GRADABLE.value)
            assert newest.answer


def test_every_history_ends_well(migrated_sqlite_file: Path) -> None:
    machine = type("MigratedHistory", (History,), {"template": migrated_sqlite_file})
    run_state_machine_as_test(machine, settings=EXAMPLES)
