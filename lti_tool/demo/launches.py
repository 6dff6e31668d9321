"""Messages on their way: login initiations, their single-use hints, and minting the id_token."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from lti_tool.demo import jose
from lti_tool.demo.claims import MessageKind
from lti_tool.demo.people import Person
from lti_tool.demo.store import SigningKey
from lti_tool.demo.tampering import Tampering

HINT_LIFETIME = timedelta(minutes=10)
DEEP_LINK_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Message:
    """One launch that the LMS has begun. ``placement_id`` None for Deep Linking."""

    kind: MessageKind
    person: Person
    deployment_id: str
    expires: datetime
    placement_id: int | None = None
    document_target: str = "iframe"
    for_user: Person | None = None


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """The login initiation to send to the tool (LTI Core 1.3, 5.1.1.1)."""

    method: str
    url: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Minted:
    """A signed message and what went into it."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    jwt: str


@dataclass(frozen=True, slots=True)
class DeepLinkRequest:
    """A picker that is open: where its answer comes back and the ``data`` it must echo."""

    ticket: str
    data: str
    person: Person
    deployment_id: str
    expires: datetime


class PendingMessages:
    """Hints known once, Deep Linking tickets, and nonces and jtis that were seen. Memory only, on purpose."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._hints: dict[str, Message] = {}
        self._tickets: dict[str, DeepLinkRequest] = {}
        self._seen: dict[str, datetime] = {}

    def add(self, message: Message, now: datetime, *, as_json: bool) -> str:
        """A new hint for ``message``. The JSON form is Moodle's, quotes and braces and all."""
        launch = f"ltilaunch_{secrets.token_hex(8)}"
        hint = json.dumps({"cmid": message.placement_id, "launchid": launch}) if as_json else launch
        with self._lock:
            self._hints = {known: other for known, other in self._hints.items() if other.expires > now}
            self._hints[hint] = message
        return hint

    def take(self, hint: str, now: datetime, *, works_once: bool) -> Message | None:
        """The message of a hint; one that works once is used up whatever happens next."""
        with self._lock:
            message = self._hints.pop(hint, None) if works_once else self._hints.get(hint)
        return message if message and message.expires > now else None

    def open_deep_link(self, message: Message, now: datetime, *, sends_data: bool) -> DeepLinkRequest:
        """A new ticket. ``data`` holds what a careless echo would damage: quotes, a semicolon, letters beyond ASCII."""
        ticket = secrets.token_urlsafe(16)
        data = f"csrf:{secrets.token_urlsafe(12)}; é=“{secrets.token_hex(2)}”" if sends_data else ""
        request = DeepLinkRequest(ticket, data, message.person, message.deployment_id, now + DEEP_LINK_LIFETIME)
        with self._lock:
            self._tickets[ticket] = request
        return request

    def deep_link(self, ticket: str, now: datetime) -> DeepLinkRequest | None:
        with self._lock:
            request = self._tickets.get(ticket)
        return request if request and request.expires > now else None

    def close_deep_link(self, ticket: str) -> bool:
        """True for the one caller who closes it."""
        with self._lock:
            return self._tickets.pop(ticket, None) is not None

    def is_first_use(self, value: str, now: datetime, keep_until: datetime) -> bool:
        """False when ``value`` (a jti or a nonce) was seen before and could still be replayed."""
        with self._lock:
            self._seen = {known: until for known, until in self._seen.items() if until > now}
            if value in self._seen:
                return False
            self._seen[value] = keep_until
            return True


def mint(claims: Mapping[str, Any], key: SigningKey, tampering: Tampering) -> Minted:
    """Signs ``claims`` with ``key`` after spoiling what ``tampering`` says."""
    header = {"typ": "JWT", "alg": "RS256", "kid": key.kid} | dict(tampering.header)
    header = {name: value for name, value in header.items() if name not in tampering.header_without}
    payload = _tampered(claims, tampering)
    pem = key.pem if tampering.key == "own" else jose.new_pem()
    token = jose.sign(header, payload, pem, tampering.algorithm)
    if tampering.breaks_signature:
        token = _broken(token, header, payload, pem)
    return Minted(header, payload, token)


def _tampered(claims: Mapping[str, Any], tampering: Tampering) -> dict[str, Any]:
    payload = {} if tampering.only else dict(claims)
    for name in ("iat", "exp"):
        if tampering.shift and name in payload:
            payload[name] += tampering.shift
    payload |= tampering.claims
    return {name: value for name, value in payload.items() if name not in tampering.without}


def _broken(token: str, header: Mapping[str, Any], payload: Mapping[str, Any], pem: str) -> str:
    other = jose.sign(header, {**payload, "sub": "somebody-else"}, pem, "none")
    return other.rpartition(".")[0] + "." + token.rpartition(".")[2]


def combined(base: Tampering, **overrides: Any) -> Tampering:
    """``base`` with the named members replaced."""
    return replace(base, **overrides)
