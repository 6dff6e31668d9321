"""The one outgoing HTTP session: nothing is sent to a private address on an outsider's word.

A host name is resolved once, every address of it is judged, and the connection goes to an address that passed:
there is no second look-up that could answer differently (DNS rebinding). Redirects are not followed,
proxy variables of the environment are not read, replies are bounded in time and size.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, LocationParseError, NewConnectionError, ProtocolError, SSLError
from urllib3.exceptions import TimeoutError as HttpTimeout
from urllib3.util import Timeout, Url, parse_url

from lti_tool.domain.errors import BadInput, ServiceUnavailable
from lti_tool.logs import REQUEST_ID
from lti_tool.lti.addresses import NUMERIC_HOST, AddressForbidden, AddressRules, literal_of, resolve
from lti_tool.lti.breaker import CircuitBreaker

USER_AGENT = "cme-lti-tool/1 (LTI 1.3 tool)"
"""Sent with every request: Canvas refuses API calls without one (announced for January 2026)."""
CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
TOTAL_SECONDS = 40.0
"""A server that drips one byte at a time is cut off here."""
MAX_REPLY_BYTES = 2 * 1024 * 1024
MAX_URL = 4096
UNREACHABLE = frozenset({"timeout", "connection_failed", "tls_failed"})
"""Codes that count towards the circuit breaker: the host itself, not its answer, is at fault."""

_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f\\]")


class _GuardedConnection(HTTPConnection):
    """Connects only to an address that was judged. ``rules`` is set on the pool's subclass."""

    rules = AddressRules()

    def _new_conn(self) -> socket.socket:
        host, port = self.host, self.port or self.default_port
        try:
            targets = resolve(host, port, self.rules)
        except (OSError, UnicodeError) as error:
            raise NewConnectionError(self, f"cannot resolve {host}: {error}") from error
        last: OSError | None = None
        for family, sockaddr in targets:
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(self.timeout if isinstance(self.timeout, (int, float)) else CONNECT_SECONDS)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.connect(sockaddr)
                return sock
            except OSError as error:
                sock.close()
                last = error
        raise NewConnectionError(self, f"cannot connect to {host}: {last}")


class _GuardedTlsConnection(HTTPSConnection):
    """The same for TLS; certificate and SNI stay those of the host name."""

    rules = AddressRules()
    _new_conn = _GuardedConnection._new_conn


def _pool_manager(rules: AddressRules, tls: ssl.SSLContext | None) -> urllib3.PoolManager:
    plain = type("Plain", (_GuardedConnection,), {"rules": rules})
    secure = type("Secure", (_GuardedTlsConnection,), {"rules": rules})
    http_pool = type("HttpPool", (HTTPConnectionPool,), {"ConnectionCls": plain})
    https_pool = type("HttpsPool", (HTTPSConnectionPool,), {"ConnectionCls": secure})
    manager = urllib3.PoolManager(num_pools=32, maxsize=4, retries=False, ssl_context=tls)
    manager.pool_classes_by_scheme = {"http": http_pool, "https": https_pool}
    return manager


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, read whole. Header names are lower-case; repeated headers are joined with ``, ``."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    reason: str = ""

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON whatever the Content-Type says (Moodle labels its tokens ``text/html``).

        Raises ``ServiceUnavailable`` (``reply_not_json``).
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise ServiceUnavailable("reply_not_json", "the answer is not JSON", status=self.status) from error


@dataclass(slots=True)
class GuardedSession:
    """The only way out. Thread-safe; make one per process."""

    rules: AddressRules = field(default_factory=AddressRules)
    user_agent: str = USER_AGENT
    connect_seconds: float = CONNECT_SECONDS
    read_seconds: float = READ_SECONDS
    total_seconds: float = TOTAL_SECONDS
    tls: ssl.SSLContext | None = None
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)
    _pools: urllib3.PoolManager = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._pools = _pool_manager(self.rules, self.tls)

    def close(self) -> None:
        """Close idle connections."""
        self._pools.clear()

    def check(self, url: str) -> str:
        """The URL, if its form and host may be used at all; nothing is sent.

        Raises ``BadInput``: ``url_invalid``, ``url_not_https``, ``address_forbidden``.
        """
        self._parsed(url)
        return url

    def is_plain_http_allowed(self, host: str, port: int) -> bool:
        """Unencrypted HTTP is for hosts that the allow-list names, by name or by literal address."""
        literal = literal_of(host)
        return self.rules.names(host, port) or (
            literal is not None and any(literal in net for net in self.rules.networks if net.version == literal.version)
        )

    def _parsed(self, url: str) -> Url:
        if len(url) > MAX_URL or _UNPRINTABLE.search(url):
            raise BadInput("url_invalid", "the address is too long or holds blanks")
        try:
            parsed = parse_url(url)
        except LocationParseError as error:
            raise BadInput("url_invalid", "not a web address") from error
        if parsed.scheme not in ("http", "https") or not parsed.host or parsed.auth:
            raise BadInput("url_invalid", "not a plain web address")
        port = parsed.port or (443 if parsed.scheme == "https" else 80)
        self._check_literal(parsed.host, port)
        if parsed.scheme == "http" and not self.is_plain_http_allowed(parsed.host, port):
            raise BadInput("url_not_https", f"{parsed.host} must be addressed with https", host=parsed.host)
        return parsed

    def _check_literal(self, host: str, port: int) -> None:
        literal = literal_of(host)
        if literal is None:
            if NUMERIC_HOST.fullmatch(host):
                raise BadInput("address_forbidden", "a number is not a host name", host=host)
        elif not (self.rules.names(host, port) or self.rules.permits(literal)):
            raise BadInput("address_forbidden", f"{host} is a private address that is not allow-listed", host=host)

    def get(self, url: str, headers: Mapping[str, str] | None = None, *, max_bytes: int = MAX_REPLY_BYTES) -> Reply:
        """GET; see ``send``."""
        return self.send("GET", url, headers=headers, max_bytes=max_bytes)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        max_bytes: int = MAX_REPLY_BYTES,
    ) -> Reply:
        """One request, no redirects, no repeats.

        Raises ``BadInput`` (``url_invalid``, ``url_not_https``, ``address_forbidden``) and ``ServiceUnavailable``
        (``timeout``, ``connection_failed``, ``tls_failed``, ``circuit_open``, ``reply_too_large``,
        ``redirect_refused``).
        """
        parsed = self._parsed(url)
        place = parsed.netloc or ""
        self.breaker.check(place, time.monotonic())
        sent = {"User-Agent": self.user_agent, "Accept-Encoding": "identity", **(headers or {})}
        if REQUEST_ID.get():
            sent["X-Request-ID"] = REQUEST_ID.get()  # the LMS's log can be searched for ours
        try:
            reply = self._translated(method, parsed, sent, body, max_bytes)
        except ServiceUnavailable as error:
            if error.code in UNREACHABLE:
                self.breaker.failed(place, time.monotonic())
            raise
        self.breaker.succeeded(place)
        return reply

    def _translated(
        self, method: str, parsed: Url, headers: Mapping[str, str], body: bytes | None, max_bytes: int
    ) -> Reply:
        """``_exchange`` with the errors of the HTTP library turned into ours."""
        host, deadline = parsed.host, time.monotonic() + self.total_seconds
        try:
            return self._exchange(method, parsed.url, headers, body, max_bytes, deadline)
        except AddressForbidden as error:
            raise BadInput("address_forbidden", str(error), host=host) from error
        except SSLError as error:
            raise ServiceUnavailable("tls_failed", f"no secure connection to {host}", host=host) from error
        except (NewConnectionError, ProtocolError) as error:
            raise ServiceUnavailable("connection_failed", f"{host} is out of reach", host=host) from error
        except HttpTimeout as error:
            raise ServiceUnavailable("timeout", f"{host} did not answer in time", host=host) from error
        except (HTTPError, OSError, ValueError) as error:
            raise ServiceUnavailable("connection_failed", f"{host}: {error}", host=host) from error

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, max_bytes: int, deadline: float
    ) -> Reply:
        response = self._pools.request(
            method,
            url,
            headers=headers,
            body=body,
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=Timeout(connect=self.connect_seconds, read=self.read_seconds),
        )
        try:
            if 300 <= response.status < 400:
                raise ServiceUnavailable(
                    "redirect_refused", "the address answers with a redirect", status=response.status
                )
            content = _read(response, max_bytes, deadline)
        except BaseException:
            response.close()
            raise
        response.release_conn()
        names = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status, names, content, response.reason or "")


def _read(response: urllib3.BaseHTTPResponse, max_bytes: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := response.read1(16384, decode_content=True):
        parts.append(chunk)
        size += len(chunk)
        if size > max_bytes:
            raise ServiceUnavailable("reply_too_large", f"the answer is larger than {max_bytes} bytes")
        if time.monotonic() > deadline:
            raise ServiceUnavailable("timeout", "the answer took too long")
    return b"".join(parts)
