"""A tool that a million learners have used, beside an empty one, in one run: PostgreSQL, one process, no network.

Every learner before has left what leads to a certificate: acknowledgement, study, test, evaluation, credit and the
certificate's row (without its printed values), over two hundred activities of one provider. Measured is what the next
learner waits for: login and launch, the page that says where they stand, and the claim with the certificate's page.
Exits with 1 if one of the three is more than 1.5 times as slow at the 95th percentile as on the empty database.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask
from sqlalchemy import select

from benchmarks.crowds import add_learners, add_records, unchecked
from benchmarks.databases import postgres
from benchmarks.launch import BASE, CLIENT, Platform, our_app, serving
from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.services.activity import import_activity
from lti_tool.web.dependencies import EXTENSION, Dependencies
from tests.functional.browsing import Browser
from tests.functional.claim_walk import Claimant
from tests.functional.in_process import InProcess
from tests.unit.lti_tool.services.claiming import do_everything, short_activity

AIM = 1.5
ACTIVITIES = 200
WARM = 5
KEY = "activity-0"


@dataclass
class Tool:
    """The tool on one database, and what it took."""

    app: Flask
    platform: Platform
    issuer: str
    activity: Any
    times: dict[str, list[float]] = field(default_factory=dict)

    @property
    def deps(self) -> Dependencies:
        return cast(Dependencies, self.app.extensions[EXTENSION])

    def timed(self, name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        found = work()
        self.times.setdefault(name, []).append(1000 * (time.perf_counter() - start))
        return found

    def p95(self, name: str) -> float:
        return statistics.quantiles(self.times[name], n=20)[-1]


def furnish(app: Flask, crowd: int, url: str, issuer: str) -> Any:
    """Activities that are open now, and the crowd that has been there; gives the first activity."""
    now = datetime.now(UTC)
    began, ends = (now - timedelta(days=400)).date(), (now + timedelta(days=300)).date()
    dates = {"designated_on": began, "reviewed_on": began, "released_on": began, "expires_on": ends}
    deps: Dependencies = app.extensions[EXTENSION]
    with transaction(deps.sessions) as db:
        provider_id = db.scalars(select(models.Provider.id)).one()
        made = [short_activity(key=f"activity-{number}", **dates) for number in range(ACTIVITIES)]
        ids = [import_activity(db, provider_id, each, {}, now - timedelta(days=300)).activity_id for each in made]
    with unchecked(url) as connection:
        add_learners(connection, provider_id, issuer, crowd, now - timedelta(days=100))
        add_records(connection, provider_id, ids, crowd, now - timedelta(days=99))
    return made[0]


def launched(tool: Tool, number: int) -> tuple[str, Any]:
    """Session id and cookies of somebody new, after login and launch."""
    client = tool.app.test_client()
    query = {"iss": tool.issuer, "client_id": CLIENT, "login_hint": "1", "target_link_uri": f"{BASE}/lti/launch"}
    start = time.perf_counter()
    asked = client.get(f"/lti/login?{urlencode(query)}", base_url=BASE)
    taken = time.perf_counter() - start
    sent = {name: values[0] for name, values in parse_qs(urlsplit(asked.headers["Location"]).query).items()}
    token = tool.platform.token(tool.issuer, sent["nonce"], number, KEY)
    start = time.perf_counter()
    answer = client.post("/lti/launch", data={"id_token": token, "state": sent["state"]}, base_url=BASE)
    tool.times.setdefault("launch", []).append(1000 * (taken + time.perf_counter() - start))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    address = urlsplit(answer.headers["Location"])
    session_id = address.path.split("/s/")[1].split("/")[0]
    cookies = [value.partition(";")[0] for value in answer.headers.getlist("Set-Cookie")]
    return session_id, (address, cookies)


def claimant(tool: Tool, session_id: str, arrival: Any) -> Claimant:
    """The same person with a browser, before the claim: everything else is done."""
    person = Browser(cast(Any, SimpleNamespace(base_url=BASE, lms=SimpleNamespace(issuer=tool.issuer))), "learner")
    person.session.mount(BASE, InProcess(tool.app))
    address, cookies = arrival
    for cookie in cookies:
        name, _, value = cookie.partition("=")
        person.session.cookies.set(name, value, domain="127.0.0.1", path="/")
    page = person.get(address.path + (f"?{address.query}" if address.query else ""))
    assert page.status == 200, page
    with transaction(tool.deps.sessions) as db:
        session = db.get_one(models.WebSession, session_id)
        query = select(models.Participation).where(models.Participation.learner_id == session.learner_id)
        do_everything(db, db.scalars(query).one(), tool.activity, datetime.now(UTC))
    return Claimant(cast(Any, None), person, session_id)


def one_learner(tool: Tool, number: int) -> None:
    """From the launch to the certificate's page."""
    found = claimant(tool, *launched(tool, number))
    page = tool.timed("standing", lambda: found.get(""))
    assert page.path.endswith("/claim/details"), page
    found.confirm()
    done = tool.timed("claim", lambda: found.claim("1.00"))
    assert done.path.endswith("/certificate"), done
    found.person.session.close()


def prepared(url: str, crowd: int, platform: Platform, issuer: str) -> Tool:
    """The tool on a database with this crowd, warm."""
    app = our_app(issuer, platform.key_set, url)
    began = time.perf_counter()
    activity = furnish(app, crowd, url, issuer)
    print(f"{crowd} learners made in {time.perf_counter() - began:.0f} s", flush=True)
    tool = Tool(app, platform, issuer, activity)
    for number in range(WARM):
        one_learner(tool, number)
    tool.times.clear()
    return tool


def measured(crowds: Sequence[int], rounds: int) -> list[Tool]:
    """The next learners' times on databases with these crowds, by turns."""
    platform = Platform()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        issuer = stack.enter_context(serving(platform.key_set, folder))
        tools = [prepared(stack.enter_context(postgres()), crowd, platform, issuer) for crowd in crowds]
        # What the filling left in this process is nothing that a web process would clean.
        gc.collect()
        gc.freeze()
        for number in range(rounds):
            for tool in tools:
                one_learner(tool, WARM + number)
        for tool in tools:
            tool.deps.sessions.kw["bind"].dispose()
    return tools


def main() -> int:
    """Print both side by side; 1 if the aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=100)
    how = parser.parse_args()
    empty, full = measured((0, how.learners), how.rounds)
    print(f"{'p95 in ms':<12}{'empty':>10}{how.learners:>12}{'ratio':>8}   (at most {AIM} wanted)")
    for name in full.times:
        print(f"{name:<12}{empty.p95(name):>10.1f}{full.p95(name):>12.1f}{full.p95(name) / empty.p95(name):>8.2f}")
    return int(max(full.p95(name) / empty.p95(name) for name in full.times) > AIM)


if __name__ == "__main__":
    sys.exit(main())
