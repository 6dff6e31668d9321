"""Learners who finish a post-test in the same minute: latency on gunicorn and PostgreSQL, two workers, this machine.

What is measured is what a learner waits for: the answer to *Submit answers* and the page of the result. The baseline in
the same run, at the same moments, is the tool's own health check, which does nothing. The load comes from this machine
too, so the numbers hold for a server that is also busy otherwise.

An answer with its result costs the web processes about 50 ms of CPU time and this program another 25, so that 300 in a
minute take a fifth of two cores. On a machine that others use, too, the wait is for them: with eight more processes at
work on two cores the slowest twentieth waited for 0.9 to 2.2 seconds. A verdict on the aim needs an idle machine.
"""

from __future__ import annotations

import argparse
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from benchmarks.databases import postgres
from lti_tool.db.engine import Sessions, make_engine, make_sessions, transaction
from lti_tool.db.migrate import upgrade
from lti_tool.domain.launch import CourseContext, Launch, MessageType, PersonName, Platform, ResourceLink, Role
from lti_tool.services.activity import import_activity
from lti_tool.services.arrival import Target, arrive
from lti_tool.services.participation import take_up
from lti_tool.services.platform import Connection, add_platform, provider_id_of
from lti_tool.services.session import find_visit, open_session
from tests.functional import learner_walk as walk
from tests.functional.browsing import Browser, http
from tests.functional.pages import Form, Page
from tests.functional.world import sample

SECRET = "a secret for a benchmark, and only for that"
ISSUER = "https://lms.example"
AIM_MS = 300.0
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Ready:
    """A learner with every answer given, about to submit."""

    browser: Browser
    page: Page
    form: Form
    fields: list[tuple[str, str]]


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def served(database_url: str, port: int) -> Iterator[str]:
    """The tool under gunicorn with its own configuration; gives its address."""
    base = f"http://127.0.0.1:{port}"
    settings = {"CME_BASE_URL": base, "CME_DATABASE_URL": database_url, "CME_SECRET_KEY": SECRET}
    environment = {**os.environ, **settings, "GUNICORN_BIND": f"127.0.0.1:{port}"}
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.conf.py", "lti_tool.wsgi:application"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"{base}/readyz")
        yield base
    finally:
        process.terminate()
        process.wait(timeout=40)


def wait_for(address: str) -> None:
    """Until something answers there, half a minute at most."""
    with http() as session:
        for _ in range(300):
            try:
                session.get(address, timeout=5)
            except OSError:
                time.sleep(0.1)
            else:
                return
    raise TimeoutError(f"nothing answers at {address}")


def furnish(sessions: Sessions, learners: int) -> list[tuple[str, str]]:
    """A provider, a platform, a sample activity, and sessions of learners: session id and token."""
    now, checked = datetime.now(UTC), sample(walk.KEY)
    assert checked.activity is not None
    urls = (f"{ISSUER}/auth", f"{ISSUER}/token", f"{ISSUER}/jwks")
    with transaction(sessions) as db:
        provider = provider_id_of(db, "Example School", now, is_created=True)
        import_activity(db, provider, checked.activity, checked.media, now)
        row = add_platform(db, Connection("Example School", ISSUER, "client", ("1",), *urls), str, now)
        platform = Platform(row.id, ISSUER, "client", *urls, deployment_ids=frozenset({"1"}))
    return [_signed_in(sessions, platform, number, now) for number in range(learners)]


def _signed_in(sessions: Sessions, platform: Platform, number: int, now: datetime) -> tuple[str, str]:
    launch = Launch(
        message_type=MessageType.RESOURCE_LINK,
        platform=platform,
        deployment_id="1",
        subject=f"learner-{number}",
        roles=frozenset({Role.LEARNER}),
        target_link_uri="https://cme.example/lti/launch",
        name=PersonName(f"Learner {number}"),
        context=CourseContext("course-1"),
        resource_link=ResourceLink("link-1"),
    )
    with transaction(sessions) as db:
        arrival = arrive(db, launch, Target(walk.KEY), now)
        opened = open_session(db, launch, arrival, (ISSUER,), now, timedelta(hours=8))
        take_up(db, find_visit(db, opened.session_id, opened.token, now), now)
    return opened.session_id, opened.token


def up_to_submit(base: str, session_id: str, token: str) -> Ready:
    """Walk over HTTP to the last button of the post-test."""
    person = Browser(cast(Any, SimpleNamespace(base_url=base, lms=SimpleNamespace(issuer=ISSUER))), "learner")
    person.session.cookies.set(f"cme-{session_id[:16]}", token, domain="127.0.0.1", path="/")
    page = walk.acknowledge(person, person.get(f"/s/{session_id}/information"))
    walk.take(person, page, "pre-test")
    walk.study(person, page)
    sheet = walk.start(person, page, "post-test")
    form = sheet.form("Submit answers")
    questions = walk.given(walk.the_test(walk.KEY, "post-test"), form)
    return Ready(person, sheet, form, form.filled(walk.filled(questions), "Submit answers"))


def submitted(ready: Ready) -> float:
    """Seconds from pressing the button to the page of the result."""
    start = time.perf_counter()
    answer = ready.browser.submit(ready.page, ready.form, dict(_grouped(ready.fields)), "Submit answers")
    taken = time.perf_counter() - start
    assert answer.status == 200 and "You have passed" in answer.text, answer
    return taken


def _grouped(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in fields:
        if name.startswith("q."):
            found.setdefault(name, []).append(value)
    return found


def health(base: str) -> float:
    """Seconds of the baseline's one request."""
    with http() as session:
        start = time.perf_counter()
        assert session.get(f"{base}/healthz", timeout=30).ok
        return time.perf_counter() - start


def at(moment: float, work: Any, *arguments: Any) -> float:
    """Wait for the moment, then work; gives the seconds taken."""
    time.sleep(max(0.0, moment - time.perf_counter()))
    return float(work(*arguments))


def percentile(values: list[float], share: float) -> float:
    """Milliseconds below which this share lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] * 1000


def run(learners: int, seconds: float) -> bool:
    """Prepare, wait, submit at random moments of the span; print and say whether the aim is met."""
    with postgres() as url:
        upgrade(url)
        engine = make_engine(url)
        tokens = furnish(make_sessions(engine), learners)
        engine.dispose()
        with served(url, free_port()) as base:
            with ThreadPoolExecutor(4) as pool:
                ready = list(pool.map(lambda each: up_to_submit(base, *each), tokens))
            taken, idle = _in_one_span(base, ready, seconds)
    p95, base95 = percentile(taken, 0.95), percentile(idle, 0.95)
    print(f"{learners} learners finish a post-test within {seconds:.0f} s, on two web processes and PostgreSQL")
    for name, values in (("submit and result", taken), ("health check", idle)):
        middle, most = statistics.median(values) * 1000, max(values) * 1000
        print(f"{name:18} median {middle:4.0f} ms, p95 {percentile(values, 0.95):4.0f} ms, most {most:4.0f} ms")
    print(f"p95 is {p95 / base95:.1f} times that of the health check")
    print(f"aim: p95 under {AIM_MS:.0f} ms: {'met' if p95 < AIM_MS else 'missed'}")
    return p95 < AIM_MS


def _in_one_span(base: str, ready: list[Ready], seconds: float) -> tuple[list[float], list[float]]:
    chance, start = random.Random(1), time.perf_counter() + 1.0
    moments = [start + chance.uniform(0, seconds) for _ in ready]
    with ThreadPoolExecutor(2 * len(ready)) as pool:
        work = [pool.submit(at, moment, submitted, each) for moment, each in zip(moments, ready, strict=True)]
        probes = [pool.submit(at, moment, health, base) for moment in moments[::4]]
        return [one.result() for one in work], [one.result() for one in probes]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60.0)
    arguments = parser.parse_args()
    run(arguments.learners, arguments.seconds)
