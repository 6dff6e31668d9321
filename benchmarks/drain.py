"""100,000 grades that wait: how fast they drain beside a plain loop of HTTP posts to the same LMS, in one run.

The LMS takes as long over each score as it is told (``--lms-ms``) and does nothing else. A sample is drained by one
worker as `cme-tool worker` has it, from a table of the whole depth, PostgreSQL with its durability on; the loop posts
the same bytes over one kept connection. Then what the queue asks its table is measured at this depth and with a
hundred: taking the next grade, also while the platform that owns the backlog rests, and what follows a good answer
while all the others wait for their next try. Exits with 1 if the worker is slower than 0.8 of the loop, or if the depth
makes a question more than 3 times as dear. Wants a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Process, Queue

import urllib3
from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.crowds import add_deliveries, add_learners, unchecked
from benchmarks.databases import postgres
from lti_tool.app import make_dependencies
from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.migrate import upgrade
from lti_tool.domain.grade import Score
from lti_tool.lti.gradebook import SCORE_TYPE, score_body
from lti_tool.lti.keys import generate_key
from lti_tool.services.delivery import Courier, deliver_due
from lti_tool.services.outbox import claim, hasten
from lti_tool.services.platform import Connection, add_platform, provider_id_of
from lti_tool.settings import Settings
from lti_tool.web.dependencies import Dependencies

AIM_PACE, AIM_DEPTH = 0.8, 3.0
FEW = 100
ROUNDS = 30


def _serve(lms_ms: float, ready: Queue[int]) -> None:
    class Lms(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            is_token = self.path == "/token"
            time.sleep(0 if is_token else lms_ms / 1000)
            scope = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
            found = (
                {"access_token": "t", "token_type": "Bearer", "expires_in": 3600, "scope": scope} if is_token else {}
            )
            body = json.dumps(found).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Lms)
    ready.put(server.server_port)
    server.serve_forever()


@contextmanager
def answering(lms_ms: float) -> Iterator[str]:
    """The address of an LMS in a process of its own."""
    ready: Queue[int] = Queue()
    process = Process(target=_serve, args=(lms_ms, ready), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ready.get(timeout=20)}"
    finally:
        process.terminate()
        process.join()


@dataclass(frozen=True)
class Queued:
    """A tool with grades waiting for one LMS, the second of two platforms."""

    deps: Dependencies
    url: str
    provider_id: str
    where: dict[str, str]
    """Placement, platform and line item of the backlog."""
    other: dict[str, str]
    """The same of a platform that has one grade."""
    now: datetime

    def refill(self, depth: int, next_at: datetime, outcome: str = "", status: int | None = None) -> None:
        """``depth`` grades of one platform from ``next_at`` on, and one of the other after all of them."""
        with unchecked(self.url) as connection:
            connection.execute("TRUNCATE delivery")
            add_deliveries(connection, depth, self.where, next_at, outcome=outcome, status=status)
            add_deliveries(connection, 1, self.other, self.now - timedelta(seconds=1))


def furnished(url: str, lms: str, depth: int) -> Queued:
    """Two platforms of one provider, a link in each, and as many learners as there will be grades."""
    upgrade(url)
    settings = Settings(
        base_url="http://127.0.0.1:9",
        database_url=url,
        secret_key="for a benchmark, and only for a benchmark",
        allowed_private_hosts="127.0.0.0/8",
    )
    deps, now = make_dependencies(settings), datetime.now(UTC)
    deps.keys.add(generate_key(now, is_first=True), {})
    with transaction(deps.sessions) as db:
        places = [_placed(db, name, lms, now) for name in ("busy", "quiet")]
        provider_id = provider_id_of(db, "Example School", now)
    with unchecked(url) as connection:
        add_learners(connection, provider_id, "https://busy.example", depth, now)
    return Queued(deps, url, provider_id, places[0], places[1], now)


def _placed(db: Session, name: str, lms: str, now: datetime) -> dict[str, str]:
    issuer = f"https://{name}.example"
    urls = (f"{lms}/auth", f"{lms}/token", f"{lms}/jwks")
    platform = add_platform(db, Connection("Example School", issuer, "client", ("1",), *urls), str, now)
    deployment = db.query(models.Deployment).filter_by(platform_id=platform.id).one()
    course = models.Course(deployment_id=deployment.id, context_id="course", created_at=now)
    db.add(course)
    db.flush()
    line_item = f"{lms}/items/{name}"
    made = models.Placement(course_id=course.id, resource_link_id="link", line_item=line_item, created_at=now)
    db.add(made)
    db.flush()
    return {"placement": made.id, "platform": platform.id, "line_item": line_item}


def plain_pace(lms: str, count: int) -> float:
    """Posts a second of a loop that does nothing else."""
    body = score_body(Score("s1", 100, 100, datetime.now(UTC))).encode()
    headers = {"Content-Type": SCORE_TYPE, "Authorization": "Bearer t"}
    with urllib3.PoolManager() as pool:
        start = time.perf_counter()
        for _ in range(count):
            assert pool.request("POST", f"{lms}/items/busy/scores", body=body, headers=headers).status == 200
        return count / (time.perf_counter() - start)


def worker_pace(queued: Queued, count: int, workers: int) -> float:
    """Grades a second by so many workers, each with a courier of its own as in a process of its own."""

    def work() -> None:
        courier = Courier(queued.deps.sessions, queued.deps.gradebook, queued.deps.clock, lambda: 0.5)
        assert deliver_due(courier, count // workers) == count // workers

    threads = [threading.Thread(target=work) for _ in range(workers)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    with transaction(queued.deps.sessions) as db:
        sent = db.query(models.Delivery).filter_by(state="delivered").count()
        assert sent == count, f"{sent} of {count} were delivered"
    return count / seconds


def milliseconds(queued: Queued, ask: Callable[[Session], object]) -> float:
    """Median of one question, in a transaction that is taken back."""
    times = []
    for _ in range(ROUNDS):
        with closing(queued.deps.sessions()) as db:
            db.execute(text("SELECT 1"))
            start = time.perf_counter()
            ask(db)
            times.append(1000 * (time.perf_counter() - start))
            db.rollback()
    return statistics.median(times)


def questions(queued: Queued, depth: int) -> dict[str, float]:
    """What the queue asks its table, at this depth."""
    now, busy = queued.now, queued.where["platform"]
    due, later = now - timedelta(days=1), now + timedelta(hours=1)
    queued.refill(depth, due)
    found = {
        "the next grade": milliseconds(queued, lambda db: claim(db, now)),
        "… while that platform rests": milliseconds(queued, lambda db: claim(db, now, frozenset({busy}))),
    }
    queued.refill(depth, later, "retry", 503)
    found["after a good answer"] = milliseconds(queued, lambda db: hasten(db, busy, now))
    return found


def main() -> int:
    """Print the paces and the questions; 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--depth", type=int, default=100_000, help="grades that wait")
    parser.add_argument("--sample", type=int, default=200, help="how many of them are drained; at most the depth")
    parser.add_argument("--lms-ms", type=float, default=100.0, help="what the LMS takes for a score")
    parser.add_argument("--workers", type=int, default=4, help="of the second drain")
    how = parser.parse_args()
    with postgres() as url, answering(how.lms_ms) as lms:
        queued = furnished(url, lms, how.depth)
        few, many = questions(queued, FEW), questions(queued, how.depth)
        queued.refill(how.depth, queued.now - timedelta(days=1))
        loop, one = plain_pace(lms, how.sample), worker_pace(queued, how.sample, 1)
        queued.refill(how.depth, queued.now - timedelta(days=1))
        several = worker_pace(queued, how.sample - how.sample % how.workers, how.workers)
        queued.deps.sessions.kw["bind"].dispose()
    print(f"plain loop              {loop:8.1f} posts a second; the LMS takes {how.lms_ms} ms for each")
    print(
        f"one worker              {one:8.1f} grades a second, {one / loop:.2f} of the loop (at least {AIM_PACE} wanted)"
    )
    print(f"of the tool's own work  {1000 / one - 1000 / loop:8.1f} ms for each")
    print(f"{how.workers} workers               {several:8.1f} grades a second, {several / loop:.2f} of the loop")
    print(f"{'ms':<34}{FEW:>10}{how.depth:>10}{'ratio':>8}   (at most {AIM_DEPTH} wanted)")
    for name, value in many.items():
        print(f"{name:<34}{few[name]:>10.2f}{value:>10.2f}{value / few[name]:>8.2f}")
    worst = max(value / few[name] for name, value in many.items())
    return int(one / loop < AIM_PACE or worst > AIM_DEPTH)


if __name__ == "__main__":
    sys.exit(main())
