"""OIDC third-party login initiation (LTI Core 1.3, 5.1.1; 1EdTech Security Framework 1.0, 5.1.1.1).

A login initiation proves nothing: anybody can send one. It only starts a transaction in which state, nonce and a
secret of this browser are bound together, to be used once.

pylti1p3's ``OIDCLogin`` is not used: it accepts a wrong client id and a foreign target, breaks authorization URLs that
hold a query string, and keeps state in a cookie alone.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from lti_tool.domain.errors import LaunchRefused
from lti_tool.domain.launch import MAX_ID, Platform
from lti_tool.domain.login import PendingLogin
from lti_tool.lti.ports import LaunchStore, Registrations
from lti_tool.lti.settings import EdgeSettings, origin_of

MAX_PARAMETER = 4096
RESTART_PARAMETERS = (
    "iss",
    "login_hint",
    "target_link_uri",
    "lti_message_hint",
    "client_id",
    "lti_deployment_id",
    "deployment_id",
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_FRAME_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


@dataclass(frozen=True, slots=True)
class LoginCookie:
    """The cookie that carries the browser secret, one per login so that two frames on a page cannot clash."""

    name: str
    value: str
    max_age: int
    """Seconds."""

    @property
    def header(self) -> str:
        """The whole ``Set-Cookie`` value. ``Partitioned`` is what survives blocked third-party cookies."""
        return f"{self.name}={self.value}; Max-Age={self.max_age}; Path=/; Secure; HttpOnly; SameSite=None; Partitioned"

    @property
    def expired_header(self) -> str:
        """``Set-Cookie`` that removes it."""
        return f"{self.name}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=None; Partitioned"


@dataclass(frozen=True, slots=True)
class PlatformStorage:
    """A place in the LMS's client-side storage (LTI Client Side postMessages): where and under which key."""

    frame: str
    """``_parent``, or the name of a frame inside the parent window."""
    origin: str
    """Exact target origin of every message: that of the authorization endpoint."""
    key: str


@dataclass(frozen=True, slots=True)
class LoginStart:
    """What to answer a login initiation with."""

    redirect_url: str
    cookie: LoginCookie
    storage: PlatformStorage | None
    """If set: answer with a page that puts ``cookie.value`` there (``lti.put_data``), then goes to ``redirect_url``."""
    restart: Mapping[str, str]
    """The same login as form fields, for a form to the login URL with ``target=_blank``."""


def login_cookie_name(state: str) -> str:
    """Name of the cookie that belongs to this state."""
    return f"__Host-lti-{_digest(state)[:16]}"


def storage_key(state: str) -> str:
    """Key of the browser secret in the platform's storage."""
    return f"cme_lti_{_digest(state)[:16]}"


def digest(value: str) -> str:
    """SHA-256, lower-case hex: how secrets of a login are kept."""
    return _digest(value)


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class LoginEndpoint:
    """``/lti/login``, without HTTP."""

    settings: EdgeSettings
    registrations: Registrations
    store: LaunchStore

    def start(self, params: Mapping[str, str], now: datetime) -> LoginStart:
        """Begin a login from the parameters of a GET query or a POST form.

        Raises ``LaunchRefused``: ``login_parameter_missing``, ``login_parameter_too_long``,
        ``login_parameter_malformed``, ``target_link_uri_foreign``, ``issuer_unknown``, ``client_unknown``,
        ``client_ambiguous``, ``deployment_unknown``, ``registration_pending``.
        """
        for name in RESTART_PARAMETERS:
            if len(params.get(name, "")) > MAX_PARAMETER:
                raise LaunchRefused("login_parameter_too_long", f"{name} is too long", parameter=name)
            if _CONTROL.search(params.get(name, "")):
                raise LaunchRefused("login_parameter_malformed", f"{name} holds control characters", parameter=name)
        _required(params, "login_hint")
        target = _required(params, "target_link_uri")
        if not self.settings.is_own_target(target):
            raise LaunchRefused("target_link_uri_foreign", "the login names an address that is not this tool's")
        issuer, client_id = _required(params, "iss"), params.get("client_id") or None

        def make(found: Sequence[Platform]) -> tuple[PendingLogin, LoginStart]:
            return self._begin(_meant(found, params), params, target, now)

        start = self.store.begin(issuer, client_id, make)
        if start is not None:
            return start
        if client_id and self.registrations.candidates(issuer, None):
            raise LaunchRefused(
                "client_unknown", "this issuer has no such client id", issuer=issuer, client_id=client_id
            )
        raise LaunchRefused("issuer_unknown", "no platform with this issuer is connected", issuer=issuer)

    def _begin(
        self, platform: Platform, params: Mapping[str, str], target: str, now: datetime
    ) -> tuple[PendingLogin, LoginStart]:
        state, nonce, secret = (secrets.token_urlsafe(32) for _ in range(3))
        frame = params.get("lti_storage_target", "")
        storage = _storage(platform, frame, state)
        restart = {name: params[name] for name in RESTART_PARAMETERS if params.get(name)}
        pending = PendingLogin(
            state_hash=_digest(state),
            nonce_hash=_digest(nonce),
            browser_hash=_digest(secret),
            platform_id=platform.id,
            target_link_uri=target,
            expires_at=now + self.settings.login_life,
            storage_target=storage.frame if storage else None,
            restart=restart,
        )
        life = int(self.settings.login_life.total_seconds())
        cookie = LoginCookie(login_cookie_name(state), secret, life)
        return pending, LoginStart(self._authorization(platform, params, state, nonce), cookie, storage, restart)

    def _authorization(self, platform: Platform, params: Mapping[str, str], state: str, nonce: str) -> str:
        query = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": platform.client_id,
            "redirect_uri": self.settings.redirect_uri,
            "login_hint": params["login_hint"],
            "state": state,
            "nonce": nonce,
        }
        if params.get("lti_message_hint"):
            query["lti_message_hint"] = params["lti_message_hint"]
        parts = urlsplit(platform.authorization_url)
        joined = "&".join(part for part in (parts.query, urlencode(query, quote_via=quote)) if part)
        return urlunsplit((parts.scheme, parts.netloc, parts.path, joined, ""))


def _required(params: Mapping[str, str], name: str) -> str:
    value = params.get(name)
    if not value:
        raise LaunchRefused("login_parameter_missing", f"the login has no {name}", parameter=name)
    return value


def _meant(found: Sequence[Platform], params: Mapping[str, str]) -> Platform:
    """With a client id the deployment is judged when it is signed for."""
    deployment = params.get("lti_deployment_id") or params.get("deployment_id") or None
    return approved(found[0] if params.get("client_id") else _only(found, params["iss"], deployment))


def _only(found: Sequence[Platform], issuer: str, deployment: str | None) -> Platform:
    """The one registration meant: several client ids of an issuer are told apart by deployment, never by guessing."""
    if deployment is not None and len(deployment) <= MAX_ID:
        known = [platform for platform in found if deployment in platform.deployment_ids]
        matching = known or [platform for platform in found if platform.takes_deployments]
        if len(matching) == 1:
            return matching[0]
        if not matching:
            raise LaunchRefused(
                "deployment_unknown", "this deployment is not connected", issuer=issuer, deployment=deployment
            )
    if len(found) == 1:
        return found[0]
    raise LaunchRefused(
        "client_ambiguous", "this issuer has several client ids and the login names none", issuer=issuer
    )


def approved(platform: Platform) -> Platform:
    """The registration, if somebody has approved it. Raises ``LaunchRefused`` (``registration_pending``)."""
    if not platform.is_approved:
        raise LaunchRefused("registration_pending", "this platform registered itself and is not approved yet")
    return platform


def _storage(platform: Platform, frame: str, state: str) -> PlatformStorage | None:
    if not _FRAME_NAME.fullmatch(frame):
        return None
    return PlatformStorage(frame, origin_of(platform.authorization_url), storage_key(state))


def storage_for(platform: Platform, frame: str | None, state: str) -> PlatformStorage | None:
    """Where the browser secret of ``state`` was put, ``None`` if the platform offered no storage."""
    return _storage(platform, frame, state) if frame else None
