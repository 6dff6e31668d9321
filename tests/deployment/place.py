"""A place where the tool is deployed: its services by their units, nginx before them, an LMS whose course it serves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast

import pytest
import requests
from sqlalchemy.orm import Session

from lti_tool.db.engine import Sessions, make_engine, make_sessions, transaction
from lti_tool.demo.config import LmsConfig, ToolAddresses
from lti_tool.demo.course import Placement
from lti_tool.demo.platform import DemoLms, utc_now
from lti_tool.demo.record import Clock
from lti_tool.demo.server import running_lms
from lti_tool.domain.activity import Activity
from lti_tool.services.activity import import_activity
from lti_tool.services.platform import Connection, add_platform, provider_id_of
from tests.deployment.nginx import HOST, Nginx, serving
from tests.deployment.units import Installed, Process, installed, wait_for
from tests.functional.browsing import Browser, http
from tests.functional.gradebooks import family_of
from tests.functional.world import PROVIDER, World, content_item, pem
from tests.loopback import free_ports
from tests.unit.lti_tool.services.claiming import short_activity

SECRET = "a secret for a deployment that lasts a minute"


def current_activity(key: str, now: datetime) -> Activity:
    """Something short to learn that is open now: these services know no time but the machine's."""
    began, ends = (now - timedelta(days=30)).date(), (now + timedelta(days=300)).date()
    dates = {"designated_on": began, "reviewed_on": began, "released_on": began, "expires_on": ends}
    made = short_activity(key=key, title=f"Activity {key}", **dates)
    assert made.post_test is not None
    return replace(made, post_test=replace(made.post_test, attempts=None))


@dataclass
class Place:
    """What a visitor of the deployed tool needs; stands in for ``World`` where a ``Browser`` asks."""

    lms: DemoLms
    nginx: Nginx
    base_url: str
    tool: Installed
    sessions: Sessions
    ports: list[int]
    """Where nginx looks for the web services."""
    activities: dict[str, Activity] = field(default_factory=dict)
    placements: dict[str, Placement] = field(default_factory=dict)
    provider: str = PROVIDER
    provider_id: str = ""
    _browsers: list[Browser] = field(default_factory=list)

    def enter(self, person: str, session: requests.Session | None = None) -> Browser:
        """A new browser, trusting the proxy's certificate, in which this person is signed in to the LMS."""
        browser = Browser(cast(World, self), person, session or http())
        browser.session.verify = self.nginx.authority
        self._browsers.append(browser)
        browser.sign_in()
        return browser

    @contextmanager
    def db(self) -> Iterator[Session]:
        with transaction(self.sessions) as session:
            yield session

    def furnish(self, *keys: str) -> None:
        """Connect the LMS, bring activities of these keys in, and place them in its course."""
        addresses, family = self.lms.addresses, family_of(self.lms.config.family)
        urls = (addresses.authorize, addresses.token, addresses.jwks)
        connection = Connection(
            self.provider, self.lms.issuer, self.lms.config.client_id, ("1",), *urls, self.lms.token_audience, family
        )
        with self.db() as db:
            add_platform(db, connection, str, self.lms.now())
            self.provider_id = provider_id_of(db, self.provider, self.lms.now())
        for key in keys:
            self.publish(key)

    def publish(self, key: str) -> None:
        """Bring one more activity in and place it in the course."""
        made = current_activity(key, self.lms.now())
        with self.db() as db:
            import_activity(db, self.provider_id, made, {}, self.lms.now())
        self.activities[key] = made
        self.placements[key] = self.lms.add_placement(content_item(key))

    def close(self) -> None:
        for browser in self._browsers:
            browser.session.close()
        self.sessions.kw["bind"].dispose()


@contextmanager
def deployed(
    database_url: str,
    *keys: str,
    upstreams: int = 1,
    path: str = "",
    family: str = "generic",
    clock: Clock = utc_now,
    **settings: str,
) -> Iterator[Place]:
    """nginx and an LMS, with activities ``keys``; the services are the caller's to start, on ``Place.ports``.

    ``path``: below this path of the host. ``settings``: further lines of the environment file.
    """
    plain, tls, *ports = free_ports(2 + upstreams)
    base = f"https://{HOST}:{tls}{path}"
    values = {
        "CME_BASE_URL": base,
        "CME_DATABASE_URL": database_url,
        "CME_SECRET_KEY": SECRET,
        "CME_ALLOWED_PRIVATE_HOSTS": "127.0.0.0/8",
        "GUNICORN_BIND": f"127.0.0.1:{ports[0]}",
        **settings,
    }
    config = LmsConfig(ToolAddresses.at(base), family=family, signing_pems=(pem(0), pem(1)))
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        running = stack.enter_context(running_lms(config, clock=clock))
        nginx = stack.enter_context(serving(ports, (plain, tls), is_below_path=bool(path)))
        # The LMS fetches the tool's keys through the proxy too.
        patch.setenv("SSL_CERT_FILE", nginx.authority)
        tool = stack.enter_context(installed(values))
        place = Place(running, nginx, base, tool, make_sessions(make_engine(database_url)), ports)
        stack.callback(place.close)
        if keys:
            place.furnish(*keys)
        yield place


def start_web(place: Place, number: int = 0, **settings: str) -> Process:
    """The web service by its unit, ready to answer on the port of this number."""
    port = place.ports[number]
    process = place.tool.start("web", GUNICORN_BIND=f"127.0.0.1:{port}", **settings)
    wait_for(f"http://127.0.0.1:{port}/readyz", process)
    return process
