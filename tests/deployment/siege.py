"""Learners of two providers go on while services, database, LMSs and clocks fail."""

from __future__ import annotations

import itertools
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from lti_tool.db import models
from lti_tool.demo.people import LEARNERS
from lti_tool.demo.server import running_lms
from lti_tool.services.outbox import LEASE
from lti_tool.services.redrive import redrive
from tests.deployment import evidence
from tests.deployment.load import Failed, Seen
from tests.deployment.place import Place, deployed
from tests.deployment.restless import Ledger, Restless
from tests.deployment.shifted import VARIABLE, ShiftedClock
from tests.deployment.units import ROOT, Process, wait_for
from tests.postgres import PostgresForTests

KINDS = ("slow", "401", "409", "429", "500", "html", "dropped", "dropped-after")
SERVICES = ("any", "jwks", "token", "lineitems", "scores", "results")
OTHER = "Southfield Hospital"
WEBS, WORKERS, AT_ONCE = 2, 2, 4
SETTLE_SECONDS = 150


@dataclass
class Siege:
    """One run. ``seed`` repeats its choices; the timing of processes is the machine's."""

    places: Sequence[Place]
    """One per provider, each with an LMS of its own; they share the tool."""
    server: PostgresForTests
    clock: ShiftedClock
    seed: int
    ledger: Ledger = field(default_factory=Ledger)
    journeys: list[Restless] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    """How often each thing was done."""
    services: dict[str, Process] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_over: bool = False

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self._names = itertools.count()

    # -- the services ------------------------------------------------------------------------------------------------

    def start(self, name: str) -> None:
        """The service of this name, ``web-0`` or ``worker-1``; one that runs is killed first."""
        if name in self.services and self.services[name].popen.poll() is None:
            self.services[name].kill()
        kind, _, number = name.partition("-")
        tool = self.places[0].tool
        variables = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), VARIABLE: str(self.clock.file)}
        variables |= tool.environment
        if kind == "web":
            variables["GUNICORN_BIND"] = f"127.0.0.1:{self.places[0].ports[int(number)]}"
            command = ["-m", "gunicorn", "--config", str(tool.folder / "config" / "gunicorn.conf.py")]
            command.append("tests.deployment.shifted:web()")
        else:
            command = ["-m", "tests.deployment.shifted"]
        self.services[name] = tool.run([sys.executable, *command], variables)

    def start_all(self, kinds: Sequence[str] = ("web", "worker")) -> None:
        """Every service of these kinds anew; gives back when those of the web answer."""
        for kind in kinds:
            for number in range({"web": WEBS, "worker": WORKERS}[kind]):
                self.start(f"{kind}-{number}")
        for number, port in enumerate(self.places[0].ports):
            wait_for(f"http://127.0.0.1:{port}/readyz", self.services[f"web-{number}"])

    def revive(self) -> None:
        """What has ended is started again, as systemd does: a web service cannot begin without its database."""
        for name, process in list(self.services.items()):
            if process.popen.poll() is not None:
                self.start(name)

    # -- the learners ------------------------------------------------------------------------------------------------

    def learn(self) -> None:
        """One journey after another, until the siege is over."""
        while not self.is_over:
            self._next().go_on()

    def _next(self) -> Restless:
        with self.lock:
            number = next(self._names)
            place = self.places[number % len(self.places)]
            turn, who = divmod(number // len(self.places), len(LEARNERS))
            key = f"activity-{turn}"
            while key not in place.placements:
                self._publish(place, key)
            dice = random.Random(f"{self.seed} {number}")
            made = Restless(place, LEARNERS[who].key, key, self.seen, ledger=self.ledger, dice=dice)
            self.journeys.append(made)
            return made

    @staticmethod
    def _publish(place: Place, key: str) -> None:
        try:
            place.publish(key)
        except DBAPIError:
            time.sleep(0.2)

    # -- what strikes ------------------------------------------------------------------------------------------------

    def fail(self) -> None:
        """An LMS begins to fail in one of its ways, or recovers."""
        lms = self.dice.choice(self.places).lms
        if self.dice.random() < 0.3:
            lms.clear_faults()
        else:
            kind, service = self.dice.choice(KINDS), self.dice.choice(SERVICES)
            lms.fail_next(kind, self.dice.randint(1, 3), service=service, seconds=1)

    def jump(self) -> None:
        """All clocks jump, mostly forwards; or an LMS's own goes wrong by less than what is forgiven."""
        if self.dice.random() < 0.3:
            self.dice.choice(self.places).lms.skew(self.dice.randint(-40, 40))
        else:
            back = self.dice.random() < 0.2
            self.clock.jump(-self.dice.randint(1, 600) if back else self.dice.randint(1, 20_000))

    def kill_web(self) -> None:
        self.start(f"web-{self.dice.randrange(WEBS)}")

    def kill_worker(self) -> None:
        self.start(f"worker-{self.dice.randrange(WORKERS)}")

    def crash_database(self) -> None:
        self.server.crash()

    def intrude(self) -> None:
        """Somebody tries the address of a session of the other provider."""
        sessions = {journey.place.provider: journey.session_id for journey in self.journeys if journey.session_id}
        if len(sessions) < len(self.places):
            return
        own, other = self.dice.sample(list(self.places), 2)
        intruder = Restless(own, LEARNERS[0].key, next(iter(own.placements)), self.seen)
        try:
            browser = intruder.begin()
            browser.open(own.placements[intruder.key])
            page = browser.get(f"/s/{sessions[other.provider]}/certificate")
        except Failed:
            return
        assert 400 <= page.status < 500 and "Download" not in page.text, (self.seed, page)

    # -- the whole ---------------------------------------------------------------------------------------------------

    def run(self, seconds: float) -> dict[str, int]:
        """For so long, and everything at least once; then calm, and the evidence."""
        acts: list[Callable[[], None]] = [
            self.fail,
            self.kill_web,
            self.kill_worker,
            self.jump,
            self.intrude,
            self.crash_database,
        ]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            learners = [pool.submit(self.learn) for _ in range(AT_ONCE)]
            try:
                self._strike(acts, seconds)
            finally:
                self.is_over = True
                for journey in self.journeys:
                    journey.is_stopped = True
        for learner in learners:
            learner.result()
        self.settle()
        return evidence.check(self.places, self.ledger)

    def _strike(self, acts: list[Callable[[], None]], seconds: float) -> None:
        until, left = time.monotonic() + seconds, list(acts)
        self.dice.shuffle(left)
        while left or time.monotonic() < until:
            # At first everything once and quickly; after that people get somewhere between two blows.
            time.sleep(self.dice.uniform(0.3, 0.9) if left else self.dice.uniform(0.5, 4.0))
            act = left.pop() if left else self.dice.choice([self.fail, self.fail, self.jump, *acts])
            self.done[act.__name__] = self.done.get(act.__name__, 0) + 1
            act()
            self.revive()

    def settle(self) -> None:
        """Nothing fails any more: whoever has begun arrives, and every grade with them."""
        for place in self.places:
            place.lms.clear_faults()
            place.lms.skew(0)
        self.revive()
        # One that has just met with many failures rests; a new one does not.
        self.start_all(["worker"])
        for journey in self.journeys:
            journey.is_stopped = False
            journey.until = time.monotonic() + SETTLE_SECONDS
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(Restless.go_on, self.journeys))
        late = [(journey.key, journey.person, journey.acts[-5:]) for journey in self.journeys if not journey.is_done]
        assert not late, (self.seed, late)
        self._let_grades_arrive()

    def _let_grades_arrive(self) -> None:
        """Time passes until nothing waits any more; what was parked is sent again."""
        self.clock.jump(LEASE.total_seconds() + 1)
        end = time.monotonic() + SETTLE_SECONDS
        while True:
            with self.places[0].db() as db:
                left = evidence.unfinished(db)
                if not left:
                    return
                if left.keys() == {"parked"}:
                    redrive(db, self.clock())
                due = db.query(models.Delivery.next_at).filter_by(state="waiting").order_by("next_at").first()
            assert time.monotonic() < end, (self.seed, left)
            if due is not None and due[0] > self.clock():
                self.clock.jump(max(60.0, (due[0] - self.clock()).total_seconds()))
            time.sleep(0.2)


@contextmanager
def besieged(server: PostgresForTests, database_url: str, folder: Path, seed: int) -> Iterator[Siege]:
    """Two providers with an LMS each, on a migrated database of this server, which nobody else may use."""
    clock = ShiftedClock(folder / "clock")
    clock.jump(0)
    families = ("moodle", "canvas", "blackboard")
    settings = {"GUNICORN_WORKERS": "1", "CME_WORKER_POLL_SECONDS": "0.1"}
    with ExitStack() as stack:
        place = stack.enter_context(
            deployed(database_url, "activity-0", upstreams=WEBS, family=families[seed % 3], clock=clock, **settings)
        )
        config = replace(place.lms.config, base_url="", family=families[(seed + 1) % 3])
        lms = stack.enter_context(running_lms(config, clock=clock))
        other = replace(place, lms=lms, provider=OTHER, activities={}, placements={})
        other.furnish("activity-0")
        siege = Siege((place, other), server, clock, seed)
        siege.start_all()
        yield siege
