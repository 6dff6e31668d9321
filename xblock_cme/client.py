"""Calls to the tool, server to server: OAuth 2 client credentials with the platform's own block key (RFC 7523).

Called from Studio, from claims and from certificates, never while a page is shown. Every call has time-outs; reading
and idempotent writing are tried again on a broken line. An answer in an unknown version is refused.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jwt
import requests

from lti_tool.domain.errors import CmeError, NotFound, Refused, ServiceUnavailable
from lti_tool.domain.native import ActivityCopy, NativeAnswer, NativeHolding, NativeRecord, read_message

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
EXPIRY_MARGIN = 60
"""A token is not used in its last seconds."""
PATIENCE, HASTE = (3.05, 10.0), (1.0, 2.0)
"""Seconds to connect, and to wait for an answer."""
TRIES = 3
PAUSE_SECONDS = 0.2
PASSING = frozenset({429, 502, 503, 504})
MAX_BYTES = 16 * 1024 * 1024
NEEDED = ("tool_url", "client_id", "key_id")


class TooLarge(ServiceUnavailable):
    """An answer of more than ``MAX_BYTES``."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """From the platform's settings, never from a block."""

    tool_url: str
    client_id: str
    key_id: str
    private_key: str = field(repr=False)

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Credentials:
        """Raises ``Refused("tool_not_connected")`` naming what is missing from the settings."""
        key = found.get("private_key") or _read(found.get("private_key_file"))
        missing = [name for name in NEEDED if not found.get(name)] + ([] if key else ["private_key"])
        if missing:
            raise Refused("tool_not_connected", f"settings are missing: {', '.join(missing)}", missing=missing)
        return cls(str(found["tool_url"]).rstrip("/"), str(found["client_id"]), str(found["key_id"]), str(key))


def _read(path: object) -> str:
    return Path(str(path)).read_text(encoding="utf-8") if path else ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One activity as the picker shows it."""

    key: str
    title: str
    version: int
    credit: str
    expires_on: str
    is_expired: bool


@dataclass(frozen=True, slots=True)
class ByLink:
    """An approved activity that a block cannot show. ``reason`` may be one of a later release."""

    key: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Approved:
    """What the tool has approved for this platform, by title."""

    activities: list[Listed]
    by_link: list[ByLink] = field(default_factory=list)
    """Empty also where the tool is of a release that does not tell."""


_TOKENS: dict[tuple[str, str], tuple[str, float]] = {}
"""Access tokens of this process by tool and client, with the monotonic time at which they end."""


@dataclass(slots=True)
class ToolClient:
    """One tool as one platform may call it."""

    credentials: Credentials
    http: requests.Session = field(default_factory=requests.Session)
    tries: int = TRIES
    patience: tuple[float, float] = PATIENCE

    def in_haste(self) -> ToolClient:
        """The same with one try: somebody waits for a page, and what is not taken now is sent later."""
        return replace(self, tries=1, patience=HASTE)

    def activities(self, search: str = "") -> Approved:
        """What the tool has approved for this platform."""
        answer = self._json("GET", "/api/v1/activities", params={"search": search})
        return Approved(
            [Listed(**{name: item[name] for name in Listed.__slots__}) for item in answer["activities"]],
            [ByLink(**{name: item[name] for name in ByLink.__slots__}) for item in answer.get("by_link", ())],
        )

    def newest_version(self, key: str) -> int:
        return int(self._json("GET", f"/api/v1/activities/{quote(key)}")["version"])

    def copy(self, key: str, version: int) -> ActivityCopy:
        return read_message(ActivityCopy, self._json("GET", f"/api/v1/activities/{quote(key)}/versions/{version}"))

    def media(self, key: str, version: int, name: str) -> bytes:
        address = f"/api/v1/activities/{quote(key)}/versions/{version}/media/{quote(name)}"
        return self._call("GET", address).content

    def record(self, key: str, subject: str, context: str) -> NativeRecord:
        """What the tool has recorded of a person itself."""
        asked = {"subject": subject, "context": context}
        return read_message(NativeRecord, self._json("GET", f"/api/v1/activities/{quote(key)}/record", params=asked))

    def holding(self, key: str, subject: str) -> NativeHolding:
        """What is on file of a person for a claim. Raises ``NotFound("tool_refused")`` of a tool that is too old."""
        path = f"/api/v1/activities/{quote(key)}/holding"
        return read_message(NativeHolding, self._json("GET", path, params={"subject": subject}))

    def claim(self, message: Mapping[str, Any], key: str) -> NativeAnswer:
        """``message`` as it was written down; ``key`` makes a repeat harmless."""
        answer = self._json("POST", "/api/v1/claims", json=dict(message), headers={"Idempotency-Key": key})
        return read_message(NativeAnswer, answer)

    def identifiers(self, message: Mapping[str, Any]) -> None:
        """For boards and registries, after the claim. Raises ``NotFound("tool_refused")`` of a tool that is too old."""
        self._call("PUT", "/api/v1/identifiers", json=dict(message))

    def receipt(self, message: Mapping[str, Any], key: str) -> bool:
        """Tell that a learner has answered the evaluation; whether the tool heard that for the first time."""
        answer = self._json("POST", "/api/v1/evaluation-receipts", json=dict(message), headers={"Idempotency-Key": key})
        return bool(answer["is_first"])

    def evaluation(self, message: Mapping[str, Any], key: str) -> None:
        self._call("POST", "/api/v1/evaluations", json=dict(message), headers={"Idempotency-Key": key})

    def retirement(self, message: Mapping[str, Any], key: str) -> bool:
        """Tell that an account was retired; whether the tool knows anything of the person."""
        answer = self._json("POST", "/api/v1/retirements", json=dict(message), headers={"Idempotency-Key": key})
        return bool(answer["is_known"])

    def certificate(self, certificate_id: str, subject: str) -> bytes:
        """The PDF, if this certificate belongs to the person."""
        address = f"/api/v1/certificates/{quote(certificate_id)}/pdf"
        return self._call("GET", address, params={"subject": subject}).content

    def certificates(self, key: str, subject: str) -> bytes:
        """All valid certificates of the person in an activity as a ZIP archive. Raises
        ``NotFound("certificate_unknown")`` for none, ``NotFound("tool_refused")`` of a tool that is too old.
        """
        path = f"/api/v1/activities/{quote(key)}/certificates.zip"
        return self._call("GET", path, params={"subject": subject}).content

    def _json(self, method: str, path: str, **options: Any) -> Any:
        response = self._call(method, path, **options)
        try:
            return response.json()
        except ValueError as error:
            raise ServiceUnavailable("tool_answer_unreadable", "the tool's answer is not JSON") from error

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:
        response = self._authorised(method, path, self._token(), options)
        if response.status_code == requests.codes.unauthorized:
            _TOKENS.pop(self._who, None)
            response = self._authorised(method, path, self._token(), options)
        return _accepted(response)

    def _authorised(self, method: str, path: str, token: str, options: Mapping[str, Any]) -> requests.Response:
        headers = {"Accept": "application/json", **options.get("headers", {}), "Authorization": f"Bearer {token}"}
        rest = {name: value for name, value in options.items() if name != "headers"}
        return self._send(method, path, headers=headers, **rest)

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Tried again where nothing was heard or the tool is busy. Redirects are never followed with a token."""
        fault = ""
        for number in range(self.tries):
            if number:
                time.sleep(PAUSE_SECONDS * 2**number)
            try:
                response = self.http.request(
                    method,
                    self.credentials.tool_url + path,
                    timeout=self.patience,
                    allow_redirects=False,
                    **options,
                )
            except requests.RequestException as error:
                fault = type(error).__name__
                continue
            if response.status_code not in PASSING:
                return response
            fault = f"status {response.status_code}"
        raise ServiceUnavailable("tool_unreachable", f"the tool did not answer: {fault}", words=fault)

    @property
    def _who(self) -> tuple[str, str]:
        return self.credentials.tool_url, self.credentials.client_id

    def _token(self) -> str:
        value, ends = _TOKENS.get(self._who, ("", 0.0))
        if value and time.monotonic() < ends:
            return value
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(),
        }
        answer = _accepted(self._send("POST", "/api/v1/token", data=form)).json()
        lasts = max(0, int(answer["expires_in"]) - EXPIRY_MARGIN)
        _TOKENS[self._who] = (str(answer["access_token"]), time.monotonic() + lasts)
        return str(answer["access_token"])

    def _assertion(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.credentials.client_id,
            "sub": self.credentials.client_id,
            "aud": f"{self.credentials.tool_url}/api/v1/token",
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(24),
        }
        headers = {"kid": self.credentials.key_id}
        try:
            return jwt.encode(claims, self.credentials.private_key, algorithm="RS256", headers=headers)
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise Refused("tool_not_connected", "private_key is no RSA key in PEM", missing=["private_key"]) from error


def _accepted(response: requests.Response) -> requests.Response:
    """Raises what a refusal means here: ``NotFound``, ``Refused`` with the tool's code, or ``ServiceUnavailable``."""
    if response.status_code // 100 == 3:
        raise ServiceUnavailable("tool_unreachable", f"the address answered {response.status_code} and leads elsewhere")
    if response.ok and len(response.content) > MAX_BYTES:
        raise ServiceUnavailable("tool_answer_too_large", f"the tool answered more than {MAX_BYTES} bytes")
    if response.ok:
        return response
    if response.ok:
        raise TooLarge("tool_refused", f"the tool answered {len(response.content)} bytes")
    status, code = response.status_code, _code(response)
    kinds: dict[int, type[CmeError]] = {404: NotFound}
    kind = ServiceUnavailable if status >= 500 or status == 429 else kinds.get(status, Refused)
    raise kind(code or "tool_refused", f"the tool answered {status}: {code}", status=status)


def _code(response: requests.Response) -> str:
    try:
        found = response.json()
    except ValueError:
        return ""
    return str(found.get("code") or found.get("error") or "")[:64] if isinstance(found, dict) else ""
