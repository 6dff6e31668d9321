"""The launch: a POSTed id_token to a checked ``Launch`` (LTI Core 1.3, 5.1.1.5 to 5.1.3 and 5.3).

Order: the login transaction is used up before the token is even read, so nothing can be tried twice; then
signature, parties, times, nonce, and only then what the message says.

**When the browser brought no proof** (its cookie was blocked) nothing is used up and ``NeedsBrowserProof`` is
returned. Then

* ``storage`` set: answer with a page that asks the platform's storage for ``storage.key`` and posts ``repost`` again
  with the value as ``browser_proof``. This second post is the one use;
* otherwise: offer a form to the login URL with the fields of ``restart`` and ``target=_blank``. It is a new login,
  in a window where this tool is first-party. Platforms whose hint works once (``is_restartable`` false; Moodle, Canvas)
  would refuse it: there the person is told to open the activity from the LMS in a new window. To spare them, the login
  page itself may try the cookie first, before the hint is spent (``LoginStart.restart`` holds the same fields).

pylti1p3's ``MessageLaunch`` is not used to drive this: it accepts replays, tokens without ``exp``, foreign ``azp``
and leaves state unconsumed. Its message validators are asked in ``claims``.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lti_tool.domain.errors import CmeError, LaunchRefused
from lti_tool.domain.launch import Launch, Platform
from lti_tool.domain.login import KnownLogin, PendingLogin
from lti_tool.lti.claims import launch_of
from lti_tool.lti.keyset import KeysetReader
from lti_tool.lti.login import PlatformStorage, approved, digest, login_cookie_name, storage_for
from lti_tool.lti.masking import masked
from lti_tool.lti.ports import LaunchStore
from lti_tool.lti.quirks import quirks_of
from lti_tool.lti.settings import EdgeSettings, comparable, origin_of
from lti_tool.lti.token import check_nonce, verified_claims

PROOF_FIELD = "browser_proof"
MAX_SECRET = 512


@dataclass(frozen=True, slots=True)
class NeedsBrowserProof:
    """The launch may be good, but nothing shows yet that this browser began the login. Nothing has been used up."""

    storage: PlatformStorage | None
    repost: Mapping[str, str]
    """Fields for the second POST to the launch URL; add ``browser_proof``."""
    restart: Mapping[str, str]
    """Fields for a POST to the login URL in a new window."""
    is_restartable: bool
    """The platform accepts the same login hint again."""
    authorization_origin: str
    """Where the login begun again will lead the form to."""


@dataclass(frozen=True, slots=True)
class LaunchEndpoint:
    """``/lti/launch``, without HTTP."""

    settings: EdgeSettings
    store: LaunchStore
    keysets: KeysetReader
    is_plain_http_allowed: Callable[[str, int], bool]
    """Usually ``GuardedSession.is_plain_http_allowed``."""

    def receive(self, form: Mapping[str, str], cookies: Mapping[str, str], now: datetime) -> Launch | NeedsBrowserProof:
        """Judge one POST to the redirect URI.

        Raises ``LaunchRefused`` (a stable code per reason) and ``ServiceUnavailable`` (``keyset_unavailable``). Once
        the registration is known, the fact ``platform`` is its id, and ``received`` what the message said, masked.
        """
        _refuse_error(form)
        state, id_token = _field(form, "state"), _field(form, "id_token")
        secret = cookies.get(login_cookie_name(state)) or form.get(PROOF_FIELD)
        if not secret:
            return self._unproven(state, id_token, now)
        known = _current(self.store.consume(digest(state), now), now)
        if len(secret) > MAX_SECRET or not hmac.compare_digest(digest(secret), known.login.browser_hash):
            raise LaunchRefused("browser_wrong", "this login was begun in another browser")
        return self._checked(id_token, known.login, _platform(known), now)

    def _checked(self, id_token: str, login: PendingLogin, platform: Platform, now: datetime) -> Launch:
        claims: Mapping[str, Any] = {}
        try:
            claims = verified_claims(id_token, platform, self.keysets, self.settings, now)
            check_nonce(claims, login.nonce_hash)
            launch = launch_of(claims, platform, self.is_plain_http_allowed)
            self._check_target(launch, login.target_link_uri)
        except CmeError as error:
            error.facts = {**error.facts, "platform": platform.id, "received": masked(claims)}
            raise
        return replace(launch, received=masked(claims))

    def _check_target(self, launch: Launch, announced: str) -> None:
        claimed = launch.target_link_uri
        if not self.settings.is_own_target(claimed):
            raise LaunchRefused("target_link_uri_foreign", "the message names an address that is not this tool's")
        is_free = quirks_of(launch.platform.family).login_names_the_tool_only
        if not is_free and comparable(claimed) != comparable(announced):
            raise LaunchRefused("target_link_uri_changed", "the message names another address than its login")

    def _unproven(self, state: str, id_token: str, now: datetime) -> NeedsBrowserProof:
        known = _current(self.store.peek(digest(state), now), now)
        login, platform = known.login, _platform(known)
        return NeedsBrowserProof(
            storage=storage_for(platform, login.storage_target, state),
            repost={"state": state, "id_token": id_token},
            restart=login.restart,
            is_restartable=not quirks_of(platform.family).login_hint_works_once,
            authorization_origin=origin_of(platform.authorization_url),
        )


def _current(known: KnownLogin | None, now: datetime) -> KnownLogin:
    if known is None or now >= known.login.expires_at:
        raise LaunchRefused("state_unknown", "this login is unknown, has expired or was used before")
    return known


def _platform(known: KnownLogin) -> Platform:
    if known.platform is None:
        raise LaunchRefused("registration_removed", "the platform was disconnected during the login")
    return approved(known.platform)


def _refuse_error(form: Mapping[str, str]) -> None:
    """Platforms report a failed authorization by the same POST (OpenID Connect Core 3.1.2.6)."""
    error = form.get("error")
    if error:
        words = form.get("error_description", "")
        raise LaunchRefused(
            "platform_error", "the platform refused the login", error=_clean(error, 60), description=_clean(words, 300)
        )


def _clean(text: str, limit: int) -> str:
    return "".join(ch if ch.isprintable() else " " for ch in text)[:limit]


def _field(form: Mapping[str, str], name: str) -> str:
    value = form.get(name)
    if not value:
        raise LaunchRefused(f"{name}_missing", f"the launch has no {name}", parameter=name)
    if name == "state" and len(value) > MAX_SECRET:
        raise LaunchRefused("state_unknown", "this login is unknown, has expired or was used before")
    return value
