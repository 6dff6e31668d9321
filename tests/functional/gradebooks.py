"""A ward whose course lies in a demo LMS, and a courier that reaches it over real HTTP."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.demo.addresses import link_id
from lti_tool.demo.config import LmsConfig, ToolAddresses
from lti_tool.demo.course import LineItem, Placement, Result
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.server import running_lms
from lti_tool.domain.activity import Step
from lti_tool.domain.launch import LmsFamily
from lti_tool.domain.login import ToolKey
from lti_tool.lti.addresses import AddressRules
from lti_tool.lti.breaker import CircuitBreaker
from lti_tool.lti.gradebook import Gradebook
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.keys import generate_key, jwks_document
from lti_tool.services.delivery import Courier, deliver_due
from tests.unit.lti_tool.domain.builders import NOW
from tests.unit.lti_tool.lti.memory_ports import MemoryTokens, MemoryToolKeys
from tests.unit.lti_tool.services.ward import Ward, opened

PHYSICIAN, NURSE, TEACHER = "physician-md", "nurse", "instructor"


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@lru_cache(maxsize=1)
def tool_key() -> ToolKey:
    return generate_key(NOW - timedelta(days=1), is_first=True)


@contextmanager
def published_keys() -> Iterator[str]:
    """The tool's key set on loopback; gives its address."""
    document = json.dumps(jwks_document([tool_key()], NOW)).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/jwks"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class School:
    """A demo LMS of some family, the tool's rows about it, and a courier. ``clock`` is everybody's."""

    lms: DemoLms
    ward: Ward
    clock: Clock
    courier: Courier
    links: dict[str, Placement] = field(default_factory=dict)

    def place(self, name: str, *, step: Step | None = None, maximum: int = 100, told: bool = True) -> None:
        """Put a link into the course; ``told``: launches name its line item, where the LMS makes one."""
        item = {"type": "ltiResourceLink", "title": name, "lineItem": {"scoreMaximum": maximum, "label": name}}
        made = self.lms.add_placement(item)
        self.links[name] = made
        own = self.lms.line_items(made)
        self.ward.place(
            name,
            "school",
            step,
            resource_link_id=link_id(made, self.lms.behaviour.ids),
            line_item=self.lms.addresses.line_item(own[0].id) if own and told else None,
            line_items=self.lms.addresses.line_items,
            scopes=" ".join(self.lms.behaviour.scopes),
        )

    def column(self, link: str = "test") -> LineItem:
        """The one line item of a link. Raises ValueError if there are none or several."""
        (item,) = self.lms.line_items(self.links[link])
        return item

    def grade(self, person: str = PHYSICIAN, link: str = "test") -> Result | None:
        return self.lms.grade(person, self.column(link))

    def points(self, person: str = PHYSICIAN, link: str = "test") -> float | None:
        found = self.grade(person, link)
        return found.score if found else None

    def deliver(self) -> int:
        return deliver_due(self.courier)

    def deliver_until_done(self) -> None:
        """Let time pass until nothing waits any more, as a worker left alone would."""
        for _ in range(500):
            self.deliver()
            waiting = [row.next_at for row in self.everything() if row.state == "waiting"]
            if not waiting:
                return
            self.clock.now = max(self.clock.now, min(waiting))
        raise AssertionError("deliveries never came to an end")

    def everything(self) -> list[models.Delivery]:
        with transaction(self.ward.sessions) as db:
            return list(db.scalars(select(models.Delivery).order_by(models.Delivery.stamp)))


def new_courier(ward: Ward, session: GuardedSession, clock: Clock) -> Courier:
    """A worker of its own: its own tokens, its own rests."""
    jitter = itertools.cycle((0.99, 0.5, 0.0))
    book = Gradebook(session, MemoryTokens(), MemoryToolKeys([tool_key()]))
    return Courier(ward.sessions, book, clock, lambda: next(jitter))


def family_of(name: str) -> LmsFamily:
    return LmsFamily(name.partition("-")[0])


@contextmanager
def opened_school(url: str, family: str = "generic", *, read_seconds: float = 5) -> Iterator[School]:
    """One course with the link ``test`` (the whole activity) and two learners who have come from it."""
    clock = Clock()
    with published_keys() as jwks:
        tool = ToolAddresses("http://127.0.0.1/login", "http://127.0.0.1/launch", "http://127.0.0.1/dl", jwks)
        with running_lms(LmsConfig(tool, family=family), clock=clock) as lms, opened(url, NOW) as ward:
            rules = AddressRules.parse([lms.issuer.removeprefix("http://")])
            session = GuardedSession(rules, read_seconds=read_seconds, breaker=CircuitBreaker(failures=1000))
            with closing(session):
                yield _furnished(School(lms, ward, clock, new_courier(ward, session, clock)), family)


def _furnished(school: School, family: str) -> School:
    lms, ward = school.lms, school.ward
    registration = {
        "issuer": lms.issuer,
        "client_id": lms.config.client_id,
        "token_url": lms.addresses.token,
        "token_audience": lms.token_audience,
        "family": family_of(family).value,
    }
    ward.course("school", platform=registration)
    for person in (PHYSICIAN, NURSE):
        ward.learner(person, "school", subject=lms.subject(lms.person(person)))
    school.place("test")
    return school
