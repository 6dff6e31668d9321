"""A platform's services on a loopback port chosen by the system: real HTTP, strict where the specifications are."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

from lti_tool.domain.launch import Platform
from lti_tool.domain.login import ToolKey
from tests.unit.lti_tool.lti.edge import fresh_id, jwk, platform


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    reason: str | None = None


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"} | named)


Route = Callable[[Request], Answer]


@dataclass
class FakePlatform:
    """Routes can be replaced in a test; ``seen`` records every request; ``tokens`` maps live tokens to their scopes."""

    tool_keys: list[ToolKey]
    client_ids: tuple[str, ...] = ("client-1",)
    audience: str | None = None
    routes: dict[tuple[str, str], Route] = field(default_factory=dict)
    seen: list[Request] = field(default_factory=list)
    tokens: dict[str, set[str]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    used_ids: set[str] = field(default_factory=set)
    base: str = ""

    def __post_init__(self) -> None:
        self.routes.setdefault(("GET", "/jwks"), lambda _: as_json({"keys": [jwk()]}))
        self.routes.setdefault(("POST", "/token"), self.issue_token)

    def registration(self, **changes: Any) -> Platform:
        urls = {
            "issuer": self.base,
            "authorization_url": f"{self.base}/auth",
            "token_url": f"{self.base}/token",
            "keyset_url": f"{self.base}/jwks",
        }
        return platform(**(urls | changes))

    @property
    def host(self) -> str:
        return urlsplit(self.base).netloc

    def calls(self, path: str) -> list[Request]:
        return [request for request in self.seen if request.path == path]

    def issue_token(self, request: Request) -> Answer:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"
        assert form["grant_type"] == "client_credentials"
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        kid = jwt.get_unverified_header(form["client_assertion"])["kid"]
        key = next(key for key in self.tool_keys if key.kid == kid)
        options: Any = {"verify_exp": False, "verify_iat": False, "require": ["iss", "sub", "aud", "iat", "exp", "jti"]}
        assertion = jwt.decode(
            form["client_assertion"],
            key.public_pem,
            algorithms=["RS256"],
            audience=self.audience or f"{self.base}/token",
            options=options,
        )
        assert assertion["iss"] == assertion["sub"]
        assert assertion["iss"] in self.client_ids
        assert isinstance(assertion["aud"], str)
        assert 0 < assertion["exp"] - assertion["iat"] <= 300
        assert assertion["jti"] not in self.used_ids
        self.used_ids.add(assertion["jti"])
        token = fresh_id()
        self.tokens[token] = set(form["scope"].split())
        self.owners[token] = assertion["iss"]
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": form["scope"]}
        return Answer(200, json.dumps(answer).encode(), {"Content-Type": "text/html"})

    def guarded(self, scope: str, accept: str | None, route: Route) -> Route:
        """``route`` behind a bearer token with ``scope`` and an exact Accept header."""

        def check(request: Request) -> Answer:
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            if scope not in self.tokens.get(token, set()):
                return Answer(401, b"Unauthorized")
            if accept is not None and request.headers.get("accept") != accept:
                return as_json({"status": 400, "reason": "No handler found"}, 400)
            return route(request)

        return check


def _handler(fake: FakePlatform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle(self) -> None:
            with suppress(ConnectionError):
                super().handle()

        def answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, parts.path, parse_qs(parts.query), headers, self.rfile.read(length))
            fake.seen.append(request)
            route = fake.routes.get((self.command, parts.path), lambda _: Answer(404, b"nothing here"))
            reply = route(request)
            with suppress(OSError):  # a client that has seen enough hangs up
                self.write_out(reply)

        def write_out(self, reply: Answer) -> None:
            self.send_response(reply.status, reply.reason)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in reply.headers:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Quiet."""

    return Handler


@contextmanager
def running(fake: FakePlatform) -> Iterator[FakePlatform]:
    """Serve ``fake`` until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    fake.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
