"""Access tokens of the services and the client assertions they are given for (1EdTech Security Framework 1.0, 4)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from lti_tool.demo.gradebook import number

MAX_ASSERTION_SECONDS = 3600
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class AccessToken:
    scopes: frozenset[str]
    expires: datetime


class AccessTokens:
    """Tokens in force. ``seconds`` is how long new ones live and may be changed at any time."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self._tokens: dict[str, AccessToken] = {}
        self._lock = Lock()

    def grant(self, scopes: frozenset[str], now: datetime) -> str:
        token = secrets.token_hex(16)
        with self._lock:
            self._tokens[token] = AccessToken(scopes, now + timedelta(seconds=self.seconds))
        return token

    def scopes_of(self, token: str, now: datetime) -> frozenset[str] | None:
        """None for a token that is unknown or expired."""
        with self._lock:
            known = self._tokens.get(token)
        return known.scopes if known and known.expires > now else None

    def forget_all(self) -> None:
        with self._lock:
            self._tokens.clear()


def time_fault(claims: Mapping[str, Any], now: datetime) -> str:
    """What is wrong with ``iat`` and ``exp`` of an assertion, ``""`` when nothing is. No leeway, like Moodle."""
    issued, expires, clock = number(claims.get("iat")), number(claims.get("exp")), now.timestamp()
    if issued is None or expires is None:
        return "iat and exp are required, as numbers"
    if issued > clock:
        return "iat lies in the future"
    if expires <= clock:
        return "the assertion has expired"
    if expires - clock > MAX_ASSERTION_SECONDS:
        return f"exp lies more than {MAX_ASSERTION_SECONDS} seconds ahead"
    return ""


def assertion_fault(claims: Mapping[str, Any], client_id: str, audience: str) -> str:
    """What is wrong with the parties of an assertion, ``""`` when nothing is."""
    if claims.get("iss") != client_id:
        return "iss is not the client id"
    if claims.get("sub") != client_id:
        return "sub is not the client id"
    if claims.get("aud") not in (audience, [audience]):
        return f"aud is not {audience}"
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        return "jti is required"
    return ""
