"""A tool edge and a platform's signing side, for tests: one launch is ``Edge().launch()``, every part can be bent."""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from lti_tool.domain.launch import Launch, LmsFamily, Platform
from lti_tool.domain.login import CachedKeyset
from lti_tool.lti.addresses import AddressRules
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.keyset import KeysetReader
from lti_tool.lti.launch import LaunchEndpoint, NeedsBrowserProof
from lti_tool.lti.login import LoginEndpoint, LoginStart
from lti_tool.lti.settings import EdgeSettings
from tests.unit.lti_tool.lti.memory_ports import MemoryKeysets, MemoryLaunchStore, MemoryRegistrations

NOW = datetime(2026, 11, 24, 9, 0, 0, tzinfo=UTC)
BASE = "https://tool.example"
TARGET = f"{BASE}/lti/launch?activity=a1"
ISSUER = "https://lms.example"
CLIENT = "client-1"
DEPLOYMENT = "dep-1"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DL_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
ABSENT: Any = object()
"""As a claim's value: leave the claim out."""


@lru_cache(maxsize=8)
def rsa_key(number: int) -> rsa.RSAPrivateKey:
    """One of a few RSA keys, made once per process."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(number: int = 0, **members: Any) -> dict[str, Any]:
    """The public half as a JWK; a member set to ``ABSENT`` is left out."""
    public = json.loads(RSAAlgorithm.to_jwk(rsa_key(number).public_key()))
    full = {"kty": "RSA", "n": public["n"], "e": public["e"], "kid": f"k{number}", "alg": "RS256", "use": "sig"}
    return {name: value for name, value in (full | members).items() if value is not ABSENT}


def platform(**changes: Any) -> Platform:
    values: dict[str, Any] = {
        "id": "p1",
        "issuer": ISSUER,
        "client_id": CLIENT,
        "authorization_url": f"{ISSUER}/auth",
        "token_url": f"{ISSUER}/token",
        "keyset_url": f"{ISSUER}/jwks",
        "deployment_ids": frozenset({DEPLOYMENT}),
        "family": LmsFamily.GENERIC,
    }
    return Platform(**(values | changes))


def claims(nonce: str, now: datetime = NOW, **changes: Any) -> dict[str, Any]:
    """Claims of a learner's resource link launch. Keys of ``changes`` may be short names of LTI claims."""
    full: dict[str, Any] = {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": "user-7",
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + 300,
        "nonce": nonce,
        "name": "Zoë Škoda",
        "given_name": "Zoë",
        "family_name": "Škoda",
        "email": "zoe@example.org",
        LTI + "message_type": "LtiResourceLinkRequest",
        LTI + "version": "1.3.0",
        LTI + "deployment_id": DEPLOYMENT,
        LTI + "target_link_uri": TARGET,
        LTI + "roles": [MEMBERSHIP + "Learner"],
        LTI + "resource_link": {"id": "link-1", "title": "Sepsis update"},
        LTI + "context": {"id": "course-1", "label": "CME1", "title": "Critical care"},
    }
    for name, value in changes.items():
        full[LTI + name if LTI + name in full or name in _SHORT else name] = value
    return {name: value for name, value in full.items() if value is not ABSENT}


_SHORT = {"custom", "launch_presentation", "for_user", "tool_platform"}


def deep_linking_changes(**settings: Any) -> dict[str, Any]:
    """Changes that make ``claims`` a Deep Linking request."""
    full = {
        "deep_link_return_url": f"{ISSUER}/return",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe", "window"],
        "accept_multiple": True,
    } | settings
    kept = {name: value for name, value in full.items() if value is not ABSENT}
    return {"message_type": "LtiDeepLinkingRequest", "resource_link": ABSENT, DL_SETTINGS: kept}


def sign(body: Any, number: int = 0, header: dict[str, Any] | None = None) -> str:
    head = {"kid": f"k{number}"} | (header or {})
    kept = {name: value for name, value in head.items() if value is not ABSENT}
    return jwt.PyJWS().encode(json.dumps(body).encode(), rsa_key(number), algorithm="RS256", headers=kept)


def unsigned(body: Any, header: dict[str, Any]) -> str:
    """A compact JWT with any header and an empty signature."""
    parts = (json.dumps(header).encode(), json.dumps(body).encode())
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


@dataclass
class Begun:
    """A login under way: what the browser and the platform know of it."""

    start: LoginStart
    state: str
    nonce: str

    @property
    def cookies(self) -> dict[str, str]:
        return {self.start.cookie.name: self.start.cookie.value}


@dataclass
class Edge:
    """The two endpoints over memory, with the platform's key set already cached."""

    platforms: list[Platform] = field(default_factory=lambda: [platform()])
    jwks: list[dict[str, Any]] = field(default_factory=lambda: [jwk()])
    settings: EdgeSettings = field(default_factory=lambda: EdgeSettings(BASE))
    rules: AddressRules = field(default_factory=AddressRules)

    def __post_init__(self) -> None:
        self.session = GuardedSession(self.rules)
        registrations = MemoryRegistrations(self.platforms)
        self.store = MemoryLaunchStore(registrations)
        self.cache = MemoryKeysets()
        for one in self.platforms:
            self.cache.put(one.id, CachedKeyset(json.dumps({"keys": self.jwks}), NOW, NOW + timedelta(hours=1)))
            self.cache.claim_refetch(one.id, NOW, timedelta(minutes=1))  # no network in these tests
        self.login_endpoint = LoginEndpoint(self.settings, registrations, self.store)
        self.launch_endpoint = LaunchEndpoint(
            self.settings,
            self.store,
            KeysetReader(self.session, self.cache),
            self.session.is_plain_http_allowed,
        )

    def begin(self, **params: str) -> Begun:
        full = {"iss": ISSUER, "login_hint": "h", "target_link_uri": TARGET, "client_id": CLIENT} | params
        start = self.login_endpoint.start({k: v for k, v in full.items() if v}, NOW)
        query = parse_qs(urlsplit(start.redirect_url).query)
        return Begun(start, query["state"][0], query["nonce"][0])

    def post(
        self, begun: Begun, id_token: str, now: datetime = NOW, cookies: dict[str, str] | None = None, **form: str
    ) -> Launch | NeedsBrowserProof:
        jar = begun.cookies if cookies is None else cookies
        return self.launch_endpoint.receive({"state": begun.state, "id_token": id_token, **form}, jar, now)

    def launch(self, **changes: Any) -> Launch:
        """Login and launch in one go with bent claims."""
        begun = self.begin()
        result = self.post(begun, sign(claims(begun.nonce, **changes)))
        assert isinstance(result, Launch)
        return result


def fresh_id() -> str:
    return uuid.uuid4().hex
