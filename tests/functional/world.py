"""A whole small world: the tool and the demo LMS on live loopback servers, one database, one clock. See ``World``."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.serving import BaseWSGIServer, make_server

from lti_tool.app import create_app, guarded_session, make_dependencies
from lti_tool.db.engine import transaction
from lti_tool.demo.config import LmsConfig, ToolAddresses
from lti_tool.demo.course import Placement
from lti_tool.demo.jose import new_pem
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.server import QuietHandler, running_lms
from lti_tool.demo.tampering import TAMPERINGS, Tampering
from lti_tool.domain.activity import Step
from lti_tool.domain.launch import LmsFamily
from lti_tool.domain.login import ToolKey
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.keys import generate_key
from lti_tool.services.activity import import_activity
from lti_tool.services.activity_file import CheckedFile, read_activity_file
from lti_tool.services.platform import Connection, add_platform, provider_id_of
from lti_tool.settings import Settings
from lti_tool.web.dependencies import Dependencies
from tests.functional.browsing import Browser
from tests.functional.in_process import InProcess
from tests.functional.pages import Page

START = datetime(2026, 11, 24, 9, 0, 0, tzinfo=UTC)
"""Within the time window of every sample activity."""
SECRET = "a secret for tests, and only for tests"
PROVIDER = "Northfield Academy of Medicine"
SAMPLES = ("hypertension-2026", "journal-sglt2-ckd", "cases-ecg-rhythms")


class WorldClock:
    """The time of tool and LMS: begins at ``START``, runs on by itself, and moves when told."""

    def __init__(self) -> None:
        self._base, self._began, self._frozen = START, time.monotonic(), False

    def __call__(self) -> datetime:
        ran = 0.0 if self._frozen else time.monotonic() - self._began
        return self._base + timedelta(seconds=ran)

    def advance(self, **how_long: float) -> datetime:
        """Move on by ``minutes=…``, ``days=…`` (as ``timedelta`` takes them); gives the new time."""
        self._base += timedelta(**how_long)
        return self()

    def set(self, moment: datetime) -> None:
        """Be at ``moment`` (aware) now."""
        self._base, self._began = moment, time.monotonic()

    def freeze(self) -> datetime:
        """Stand still from now on, for tests of exact moments."""
        self.set(self())
        self._frozen = True
        return self._base


@lru_cache(maxsize=4)
def pem(number: int) -> str:
    """One of a few RSA keys, made once per process: they are dear."""
    return new_pem()


@lru_cache(maxsize=1)
def tool_key() -> ToolKey:
    return generate_key(START - timedelta(days=30), is_first=True)


@lru_cache(maxsize=8)
def sample(key: str) -> CheckedFile:
    """A sample activity, read and checked once per process."""
    found = read_activity_file(Path(str(resources.files("lti_tool.demo") / "activities" / f"{key}.yaml")))
    assert found.activity is not None, found.faults
    return found


def content_item(key: str, step: Step | None = None) -> dict[str, Any]:
    """A placement as Deep Linking would make it."""
    parameters = {"cme_activity": key} | ({"cme_step": step.value} if step else {})
    tag = step.value if step else "activity"
    return {
        "type": "ltiResourceLink",
        "title": f"{key} {tag}",
        "custom": parameters,
        "lineItem": {"scoreMaximum": 100, "label": f"{key} {tag}", "resourceId": f"{key}/{tag}", "tag": tag},
    }


@dataclass(repr=False)
class World:
    """The tool and an LMS that are connected, ready to be visited. Fixture ``world``; runs on SQLite and PostgreSQL.

    What is there: provider ``PROVIDER`` with the three sample activities (``SAMPLES``), the demo LMS (people:
    ``lti_tool.demo.people``, such as ``physician-md``, ``pharmacist``, ``no-name``, ``instructor``), and in its course
    a placement of each whole activity and of each single step of hypertension-2026.

    Visiting, by real HTTP::

        person = world.enter("physician-md")  # signed in to the LMS in a browser of their own
        page = person.open(world.placement("hypertension-2026"))
        page = person.submit(page, "Acknowledge", {"acknowledged": "yes"})  # form by position, id, action, button
        page = person.get(f"/s/{page.session_id}/content")
        assert page.status == 200 and "Blood" in page.text  # also .heading .links .forms .ids .html .response

    Further: ``person.click(page, "Next")``, ``person.post(path, fields)`` (no token is added), ``person.add_content()``
    (Deep Linking), ``world.launch_as(who, placement, claims={…})`` (bad launches), ``world.clock.advance(hours=9)``
    (tool and LMS share the clock), ``with world.db() as db:`` (SQLAlchemy session; commits at the end: make no requests
    inside), ``world.lms`` (gradebook, faults, tampering: ``DemoLms``), ``world.deps`` and ``world.app``.

    A test fails at its end if the tool crashed anywhere (an answer 500 that nobody asserted). ``expects_crash = True``
    turns that off.
    """

    settings: Settings
    deps: Dependencies
    app: Flask
    lms: DemoLms
    clock: WorldClock
    session: GuardedSession
    base_url: str
    provider_id: str = ""
    platform_id: str = ""
    activity_ids: dict[str, str] = field(default_factory=dict)
    """By key, such as ``hypertension-2026``."""
    crashes: list[str] = field(default_factory=list)
    expects_crash: bool = False
    _placements: dict[tuple[str, Step | None], Placement] = field(default_factory=dict)
    _browsers: list[Browser] = field(default_factory=list)

    def enter(self, person: str, *, keeps_cookies: bool = True) -> Browser:
        """A new browser in which ``person`` (a key of the demo's people) is signed in to the LMS."""
        browser = Browser(self, person, keeps_cookies=keeps_cookies)
        if not self.base_url.startswith("http://127.0.0.1"):
            browser.session.mount(self.base_url, InProcess(self.app))
        self._browsers.append(browser)
        browser.sign_in()
        return browser

    def placement(self, key: str = "hypertension-2026", step: Step | None = None) -> Placement:
        """Where the activity, or one step of it, stands in the LMS's course; placed now if it was not."""
        if (key, step) not in self._placements:
            self._placements[key, step] = self.lms.add_placement(content_item(key, step))
        return self._placements[key, step]

    def launch_as(
        self, person: Browser | str, placement: Placement, tampering: str | Tampering = "", **tamper: Any
    ) -> Page:
        """One launch that is spoiled: a name from ``TAMPERINGS``, or members of ``Tampering`` (claims, without, …)."""
        browser = self.enter(person) if isinstance(person, str) else person
        spoiled = TAMPERINGS[tampering] if isinstance(tampering, str) and tampering else tampering
        self.lms.tamper_next(spoiled if isinstance(spoiled, Tampering) else Tampering(**tamper))
        return browser.open(placement)

    @contextmanager
    def db(self) -> Iterator[Session]:
        """A transaction on the tool's database. Keep it short: on SQLite the tool waits meanwhile."""
        with transaction(self.deps.sessions) as session:
            yield session

    def add_platform(
        self,
        lms: DemoLms,
        provider: str = PROVIDER,
        deployments: tuple[str, ...] = ("1",),
        family: LmsFamily = LmsFamily.GENERIC,
    ) -> str:
        """Connect a further LMS, perhaps for another provider; gives the platform's row key."""
        addresses = lms.addresses
        connection = Connection(
            provider=provider,
            issuer=lms.issuer,
            client_id=lms.config.client_id,
            deployment_ids=deployments,
            authorization_url=addresses.authorize,
            token_url=addresses.token,
            keyset_url=addresses.jwks,
            family=family,
        )
        with self.db() as db:
            return add_platform(db, connection, self.session.check, self.clock()).id

    def import_sample(self, key: str) -> str:
        """Bring a sample activity in for ``PROVIDER``; gives its row key."""
        found = sample(key)
        assert found.activity is not None
        with self.db() as db:
            return import_activity(db, self.provider_id, found.activity, found.media, self.clock()).activity_id

    def close(self) -> None:
        for browser in self._browsers:
            browser.session.close()


def _settings(database_url: str, base_url: str, members: Mapping[str, Any]) -> Settings:
    # Networks, not ports: an LMS that a test starts later must be reachable too.
    values = {
        "base_url": base_url,
        "database_url": database_url,
        "secret_key": SECRET,
        "allowed_private_hosts": "127.0.0.0/8",
    }
    return Settings.model_validate(values | dict(members))


@contextmanager
def served(app: Flask | None = None) -> Iterator[BaseWSGIServer]:
    """A threaded server on a port that the OS chooses; set ``server.app`` before the first request."""
    server = make_server("127.0.0.1", 0, app or Flask(__name__), threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Crashes(logging.Handler):
    """Collects what the error page hides."""

    def __init__(self, found: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.found = found
        self.setFormatter(logging.Formatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(self.format(record))


@contextmanager
def make_world(
    database_url: str, *, base_url: str = "", lms: Mapping[str, Any] | None = None, **members: Any
) -> Iterator[World]:
    """A world on a migrated database. ``base_url`` overrides the live address; ``members`` are further settings."""
    with ExitStack() as stack:
        server = stack.enter_context(served())
        live = base_url or f"http://127.0.0.1:{server.server_port}"
        clock = WorldClock()
        config = LmsConfig(ToolAddresses.at(live), signing_pems=(pem(0), pem(1)), **(lms or {}))
        running = stack.enter_context(running_lms(config, clock=clock))
        settings = _settings(database_url, live, members)
        guarded = stack.enter_context(closing(guarded_session(settings)))
        deps = make_dependencies(settings, session=guarded, clock=clock)
        stack.callback(deps.sessions.kw["bind"].dispose)
        if not deps.keys.all():
            deps.keys.add(tool_key(), {})
        app = server.app = create_app(settings, deps)
        world = World(settings, deps, app, running, clock, guarded, live)
        stack.callback(world.close)
        _furnish(world)
        yield world


def _furnish(world: World) -> None:
    world.platform_id = world.add_platform(world.lms, deployments=world.lms.config.deployment_ids)
    with world.db() as db:
        world.provider_id = provider_id_of(db, PROVIDER, world.clock())
    world.activity_ids = {key: world.import_sample(key) for key in SAMPLES}
    for key in SAMPLES:
        world.placement(key)
    activity = sample("hypertension-2026").activity
    assert activity is not None
    for step in activity.steps:
        world.placement("hypertension-2026", step)


@contextmanager
def no_crashes(world: World) -> Iterator[World]:
    """Fails at the end if the tool crashed on the way."""
    handler = _Crashes(world.crashes)
    log = logging.getLogger("cme_tool.web")
    log.addHandler(handler)
    try:
        yield world
    finally:
        log.removeHandler(handler)
    assert world.expects_crash or not world.crashes, "\n".join(world.crashes)
