"""Calls to a platform's services with an OAuth 2.0 bearer token (1EdTech Security Framework 1.0, 4.1; RFC 7523).

Tokens are kept per registration and scopes, never per issuer: all hosted Canvas institutions share one issuer.
pylti1p3's ``ServiceConnector`` is not used: no timeouts, tokens without regard to expiry, scopes never checked,
page links in lower case.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from lti_tool.domain.errors import ServiceUnavailable
from lti_tool.domain.launch import Platform
from lti_tool.domain.login import AccessToken
from lti_tool.lti.http import GuardedSession, Reply
from lti_tool.lti.keys import sign
from lti_tool.lti.links import next_page
from lti_tool.lti.ports import TokenCache, ToolKeys
from lti_tool.lti.quirks import ASSERTION_AUDIENCES, quirks_of

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ISSUED_BACK = timedelta(seconds=10)
ASSERTION_LIFE = timedelta(seconds=60)
EXPIRY_MARGIN = timedelta(seconds=60)
DEFAULT_LIFE = 3600
MAX_TOKEN_BYTES = 64 * 1024
MAX_PAGES = 50
MAX_WORDS = 500
MAX_RETRY_AFTER = 86_400
"""Seconds."""


@dataclass(frozen=True, slots=True)
class PlatformService:
    """Authorised requests to one platform after another. Thread-safe if its ports are."""

    session: GuardedSession
    tokens: TokenCache
    keys: ToolKeys

    def call(
        self,
        platform: Platform,
        scope: str,
        method: str,
        url: str,
        now: datetime,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
    ) -> Reply:
        """One request with exactly ``scope``. A token that is refused is renewed, once; the second answer is final.

        Raises ``BadInput`` and ``ServiceUnavailable`` of ``GuardedSession.send``, and ``ServiceUnavailable`` with
        ``token_refused``, ``token_malformed``, ``scope_not_granted``.
        """
        scopes = frozenset({scope})
        cached = self.tokens.get(platform.id, scopes)
        is_fresh = cached is not None and now < cached.expires_at - EXPIRY_MARGIN
        token = cached if cached is not None and is_fresh else self._new_token(platform, scopes, now)
        reply = self._send(token, method, url, headers, body)
        if not _refuses_token(platform, reply):
            return reply
        self.tokens.drop(platform.id, scopes)
        if not is_fresh:
            return reply
        return self._send(self._new_token(platform, scopes, now), method, url, headers, body)

    def pages(self, platform: Platform, scope: str, url: str, accept: str, now: datetime) -> Iterator[Any]:
        """The JSON of each page, following ``rel=next``; at most ``MAX_PAGES``, and never the same page twice.

        Raises like ``call``, and ``ServiceUnavailable`` (``service_status``, ``paging_loop``, ``paging_endless``).
        """
        seen: set[str] = set()
        following: str | None = url
        while following is not None:
            if following in seen:
                raise ServiceUnavailable("paging_loop", "the pages of the answer lead back to themselves")
            if len(seen) >= MAX_PAGES:
                raise ServiceUnavailable("paging_endless", f"the answer has more than {MAX_PAGES} pages")
            seen.add(following)
            reply = self.call(platform, scope, "GET", following, now, headers={"Accept": accept})
            yield accepted(reply).json()
            link = next_page(reply.headers.get("link", ""))
            following = on_same_host(following, link) if link else None

    def fresh_token(self, platform: Platform, scope: str, now: datetime) -> AccessToken:
        """A token that is asked for now, whatever is kept. Raises like ``call``."""
        return self._new_token(platform, frozenset({scope}), now)

    def _send(self, token: AccessToken, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        return self.session.send(method, url, headers={**headers, "Authorization": f"Bearer {token.value}"}, body=body)

    def _new_token(self, platform: Platform, scopes: frozenset[str], now: datetime) -> AccessToken:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(platform, now),
            "scope": " ".join(sorted(scopes)),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        reply = self.session.send(
            "POST", platform.token_url, headers=headers, body=urlencode(form).encode("ascii"), max_bytes=MAX_TOKEN_BYTES
        )
        token = _granted(reply, scopes, now)
        self.tokens.put(platform.id, scopes, token)
        return token

    def _assertion(self, platform: Platform, now: datetime) -> str:
        claims = {
            "iss": platform.client_id,
            "sub": platform.client_id,
            "aud": assertion_audience(platform),
            "iat": int((now - ISSUED_BACK).timestamp()),
            "exp": int((now + ASSERTION_LIFE).timestamp()),
            "jti": secrets.token_urlsafe(24),
        }
        return sign(claims, self.keys.signing(now))


def _refuses_token(platform: Platform, reply: Reply) -> bool:
    return reply.status == 401 or (reply.status == 403 and quirks_of(platform.family).forbids_refused_tokens)


def assertion_audience(platform: Platform) -> str:
    """``aud`` of client assertions, one string: what the registration names, else what is known, else the token URL."""
    host = (urlsplit(platform.token_url).hostname or "").lower()
    return platform.token_audience or ASSERTION_AUDIENCES.get(host) or platform.token_url


def on_same_host(url: str, link: str) -> str:
    """The next page's address. The token goes nowhere else; ``http`` from behind a TLS proxy is put right."""
    here, there = urlsplit(url), urlsplit(urljoin(url, link))
    if (there.hostname, here.scheme, there.scheme) == (here.hostname, "https", "http"):
        there = there._replace(scheme="https", netloc=here.netloc)
    if (there.scheme, there.netloc.lower()) != (here.scheme, here.netloc.lower()):
        raise ServiceUnavailable("paging_foreign", "the next page of the answer is on another host")
    return there.geturl()


def accepted(reply: Reply) -> Reply:
    """The reply if its status is 2xx. Raises ``ServiceUnavailable`` (``service_status``) with the LMS's words."""
    if not reply.is_ok:
        raise ServiceUnavailable(
            "service_status",
            f"the platform answered {reply.status}",
            status=reply.status,
            words=words_of(reply),
            retry_after=retry_after(reply),
        )
    return reply


def words_of(reply: Reply) -> str:
    """What the platform said, on one line, without markup, at most 500 characters.

    Moodle's reason phrase ends with the whole score that it refused: that echo is cut off. Most of its other refusals
    are an object whose ``reason`` is the sentence, beside the request repeated. OAuth errors are read the same way.
    """
    text = reply.text.strip()
    return cleaned(_reason_in(text) or (text if text not in ("", "[]", "{}") else reply.reason.partition("{")[0]))


def _reason_in(text: str) -> str:
    """The ``reason`` of an error that is a JSON object, or its OAuth error (RFC 6749, 5.2); empty without one."""
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(answer, dict):
        return ""
    parts = [answer["reason"]] if "reason" in answer else [answer.get("error"), answer.get("error_description")]
    return ": ".join(part for part in parts if isinstance(part, str))


def cleaned(text: str) -> str:
    """Printable characters of ``text`` without tags, blanks collapsed, at most 500."""
    untagged: list[str] = []
    is_inside = False
    for character in text[: 20 * MAX_WORDS]:
        if character in "<>":
            is_inside = character == "<"
            untagged.append(" ")
        elif not is_inside:
            untagged.append(character if character.isprintable() else " ")
    return " ".join("".join(untagged).split())[:MAX_WORDS]


def retry_after(reply: Reply) -> int | None:
    """Seconds of a ``Retry-After`` header (RFC 9110, 10.2.3), at most a day. A date counts from the answer's own."""
    value = reply.headers.get("retry-after", "").strip()
    if value.isdecimal() and value.isascii() and len(value) < 10:
        return min(int(value), MAX_RETRY_AFTER)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(reply.headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return min(max(int(wait.total_seconds()), 0), MAX_RETRY_AFTER)


def _granted(reply: Reply, scopes: frozenset[str], now: datetime) -> AccessToken:
    if not reply.is_ok:
        is_scope = reply.status == 400 and "invalid_scope" in reply.text
        raise ServiceUnavailable(
            "scope_not_granted" if is_scope else "token_refused",
            f"the platform gave no access token ({reply.status})",
            status=reply.status,
            words=words_of(reply),
            retry_after=retry_after(reply),
        )
    answer = reply.json()
    value = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        raise ServiceUnavailable("token_malformed", "the platform's answer holds no usable access token")
    named = answer.get("scope")
    granted = frozenset(named.split()) if isinstance(named, str) and named.strip() else scopes
    if not scopes <= granted:
        raise ServiceUnavailable("scope_not_granted", "the platform does not grant this service", scopes=sorted(scopes))
    return AccessToken(value, granted, now + timedelta(seconds=_life(answer.get("expires_in"))))


def _life(value: Any) -> int:
    try:
        return min(max(int(value), 0), 86_400)
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_LIFE
