"""The tool's own LTI edge, joined as in the application but with its state in memory, serving its real keyset."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lti_tool.domain.launch import Launch, LmsFamily, Platform
from lti_tool.lti.addresses import AddressRules
from lti_tool.lti.gradebook import Gradebook
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.keys import generate_key, jwks_document
from lti_tool.lti.keyset import KeysetReader
from lti_tool.lti.launch import LaunchEndpoint
from lti_tool.lti.login import LoginEndpoint
from lti_tool.lti.roster import Roster
from lti_tool.lti.settings import EdgeSettings
from tests.peers.browser import Browser
from tests.peers.openedx import Block, PeerPlatform, Person, ToolAddresses
from tests.unit.lti_tool.lti.memory_ports import (
    MemoryKeysets,
    MemoryLaunchStore,
    MemoryRegistrations,
    MemoryTokens,
    MemoryToolKeys,
)


def now() -> datetime:
    """The real time: the platform signs and judges by its own clock."""
    return datetime.now(UTC)


@dataclass
class EdgeTool:
    """Login, launch and services of the tool against real platforms."""

    settings: EdgeSettings
    session: GuardedSession
    keys: MemoryToolKeys = field(default_factory=lambda: MemoryToolKeys([generate_key(now(), is_first=True)]))
    registrations: MemoryRegistrations = field(default_factory=MemoryRegistrations)

    def __post_init__(self) -> None:
        store, tokens = MemoryLaunchStore(self.registrations), MemoryTokens()
        keysets = KeysetReader(self.session, MemoryKeysets())
        plain_http = self.session.is_plain_http_allowed
        self.login = LoginEndpoint(self.settings, self.registrations, store)
        self.launch = LaunchEndpoint(self.settings, store, keysets, plain_http)
        self.gradebook = Gradebook(self.session, tokens, self.keys)
        self.roster = Roster(self.session, tokens, self.keys)

    @property
    def addresses(self) -> ToolAddresses:
        target = self.settings.redirect_uri
        return ToolAddresses(
            self.settings.login_url,
            target,
            deep_linking_url=target,
            keyset_url=f"{self.settings.base_url}/lti/jwks",
        )

    def know(self, block: Block) -> Block:
        """Register the platform of this block."""
        values = block.registration
        self.registrations.platforms.append(
            Platform(
                id=values.client_id,
                issuer=values.issuer,
                client_id=values.client_id,
                authorization_url=values.authorization_url,
                token_url=values.token_url,
                keyset_url=values.keyset_url,
                deployment_ids=frozenset({values.deployment_id}),
                family=LmsFamily.OPEN_EDX,
            )
        )
        return block

    def launched(self, openedx: PeerPlatform, block: Block, person: Person, **options: Any) -> Launch:
        """What the tool makes of a click on the component."""
        query = dict(parse_qsl(urlsplit(openedx.launch_url(block, person, **options)).query))
        start = self.login.start(query, now())
        with Browser() as browser:
            page = browser.open(start.redirect_url)
        form = page.form("id_token")
        assert form.action == self.settings.redirect_uri
        found = self.launch.receive(form.values, {start.cookie.name: start.cookie.value}, now())
        assert isinstance(found, Launch)
        return found


class _Handler(BaseHTTPRequestHandler):
    tool: EdgeTool

    def do_GET(self) -> None:
        payload = json.dumps(jwks_document(self.tool.keys.all(), now())).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *args: object) -> None:
        """Keep quiet: a failing test shows what matters."""


@contextmanager
def running(platform_host: str) -> Iterator[EdgeTool]:
    """The edge with its keyset on a free loopback port, allowed to call ``platform_host`` (``host:port``)."""

    class Handler(_Handler):
        """One class for each tool, since the server makes the instances."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        with closing(GuardedSession(AddressRules.parse([platform_host]))) as session:
            Handler.tool = EdgeTool(EdgeSettings(f"http://127.0.0.1:{server.server_port}"), session)
            yield Handler.tool
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
