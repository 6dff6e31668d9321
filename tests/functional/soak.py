"""The grades' long day: they are earned while the LMS fails in each of its ways, workers are killed and clocks jump.

A few seconds of it are part of the tests; ``python -m tests.functional.soak`` runs it for as long as one likes. What
must hold is looked at from outside: in the LMS's gradebook and in the list of what it received.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from lti_tool.db.engine import transaction
from lti_tool.demo.people import PEOPLE, CourseRole, Person
from lti_tool.lti.gradebook import Gradebook
from lti_tool.services.outbox import LEASE
from lti_tool.services.reconcile import Auditor, reconcile_due
from lti_tool.services.redrive import redrive
from tests.functional.doomed_worker import POINTS
from tests.functional.gradebooks import NURSE, PHYSICIAN, School, opened_school, tool_key

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("401", "409", "429", "500", "html", "dropped", "dropped-after")
SERVICES = ("token", "scores", "results", "any")
QUESTIONS = 3
ATTEMPTS = 6


@dataclass
class Soak:
    """One run. ``seed`` repeats its choices; the timing of processes is the machine's."""

    school: School
    database: str
    seed: int
    best: dict[str, int] = field(default_factory=dict)
    """Right answers of the best attempt, by person."""
    attempts: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    """How often each thing happened."""

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        for person in self._people():
            subject = self.school.lms.subject(person)
            if person.key not in (PHYSICIAN, NURSE):
                self.school.ward.learner(person.key, "school", subject=subject)
            self.attempts[person.key] = 0

    @staticmethod
    def _people() -> list[Person]:
        return [person for person in PEOPLE if person.role is CourseRole.LEARNER]

    def run(self, seconds: float, least: int) -> None:
        """For so long, and at least so many acts: a busy machine proves no less."""
        until = time.monotonic() + seconds
        acts = (
            self.earn,
            self.earn,
            self.earn,
            self.fail,
            self.jump,
            self.deliver,
            self.deliver,
            self.compare,
            self.kill,
        )
        while time.monotonic() < until or sum(self.done.values()) < least:
            act = self.dice.choice(acts)
            self.done[act.__name__] = self.done.get(act.__name__, 0) + 1
            act()
            self.check_meanwhile()
        self.settle()

    # -- what happens ------------------------------------------------------------------------------------------------

    def earn(self) -> None:
        """Somebody submits a test."""
        open_to = [person for person, number in self.attempts.items() if number < ATTEMPTS]
        if not open_to:
            return
        person, right = self.dice.choice(open_to), self.dice.randint(0, QUESTIONS)
        self.school.ward.now = self.school.clock.now
        self.school.ward.post_test(person, right, "test")
        self.attempts[person] += 1
        self.best[person] = max(right, self.best.get(person, 0))

    def fail(self) -> None:
        """The LMS begins to fail, or recovers."""
        if self.dice.random() < 0.3:
            self.school.lms.clear_faults()
            return
        kind, service = self.dice.choice(KINDS), self.dice.choice(SERVICES)
        self.school.lms.fail_next(kind, self.dice.randint(1, 3), service=service, seconds=1)

    def jump(self) -> None:
        """Time passes, mostly forwards."""
        back = self.dice.random() < 0.2
        self.school.clock.pass_by(seconds=-self.dice.randint(1, 600) if back else self.dice.randint(1, 20_000))

    def deliver(self) -> None:
        self.school.deliver()

    def compare(self) -> None:
        """The daily comparison of gradebooks."""
        book = cast(Gradebook, self.school.courier.gradebook)
        reconcile_due(Auditor(self.school.ward.sessions, book, self.school.clock))

    def kill(self) -> None:
        """A worker of its own process dies at some moment of its work, if it finds any."""
        key, lms = tool_key(), self.school.lms.issuer.removeprefix("http://")
        command = [sys.executable, "-m", "tests.functional.doomed_worker", self.database, lms]
        command += [self.dice.choice(POINTS[2:]), self.school.clock().isoformat(), key.kid, key.private_pem]
        subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=False)

    # -- what must hold ----------------------------------------------------------------------------------------------

    def check_meanwhile(self) -> None:
        """Nobody's grade is ever better than what they earned."""
        for person, right in self.best.items():
            shown = self.school.points(person)
            assert shown is None or shown <= round(100 * right / QUESTIONS, 2), (self.seed, person, shown, right)

    def settle(self) -> None:
        """The LMS recovers and is left alone: then every grade is there, and none beside them."""
        self.school.lms.clear_faults()
        self.school.clock.pass_by(seconds=LEASE.total_seconds() + 1)
        for _ in range(3):
            self.school.deliver_until_done()
            with transaction(self.school.ward.sessions) as db:
                redrive(db, self.school.clock.now)
        self.school.deliver_until_done()
        shown = {person: self.school.points(person) for person in self.attempts}
        owed = {person: round(100 * right / QUESTIONS, 2) for person, right in self.best.items()}
        assert shown == dict.fromkeys(self.attempts) | owed, (self.seed, shown, owed)
        states = {row.state for row in self.school.everything()}
        assert states <= {"delivered", "superseded"}, (self.seed, states)


def soak(database: str, seconds: float, seed: int, family: str = "moodle", *, least: int = 0) -> Soak:
    """Run once on an empty, migrated database. Raises ``AssertionError`` with the seed for what did not hold."""
    with opened_school(database, family) as school:
        made = Soak(school, database, seed)
        made.run(seconds, least)
        return made


def main() -> None:
    from lti_tool.db.migrate import upgrade

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    chosen = parser.parse_args()
    until, seed = time.monotonic() + 60 * chosen.minutes, chosen.seed
    while time.monotonic() < until:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/soak.db"
            upgrade(url)
            family = ("moodle", "canvas", "blackboard")[seed % 3]
            made = soak(url, min(60.0, until - time.monotonic()), seed, family)
        sys.stdout.write(f"seed {seed} {family}: {made.done}\n")
        sys.stdout.flush()
        seed += 1


if __name__ == "__main__":
    main()
