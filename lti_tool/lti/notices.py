"""Notices (1EdTech LTI Platform Notification Service 1.0): reading what a platform delivers.

A delivery is ``{"notices": [{"jwt": …}, …]}``. Each token is signed like an id_token and passes the same fences:
registration, approval, key, issuer, audience, times. There is no login that it could answer, so its nonce and the
notice's id are remembered by whoever takes it. A token of a launch is no notice, and a notice is no launch.

Read in canvas-lms ``doc/api/pns.md`` and ``lib/lti/pns``: ``origin_contexts`` is a list of context ids; the copy notice
has no ``sub``; nothing is delivered twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lti_tool.domain.errors import BadInput, CmeError, LaunchRefused
from lti_tool.domain.launch import NoticeType, Platform
from lti_tool.domain.notice import MAX_NOTICES, Notice
from lti_tool.lti.claim_parts import LTI, context_of, deployment_of, identifier, object_of
from lti_tool.lti.keyset import KeysetReader
from lti_tool.lti.login import approved, digest
from lti_tool.lti.ports import Registrations
from lti_tool.lti.settings import EdgeSettings
from lti_tool.lti.token import announced, verified_claims

MAX_AGE = timedelta(hours=1)
"""Oldest ``iat``: nobody waits for a notice, so a platform may hold it back. Canvas lets its own live for an hour."""
MAX_ORIGINS = 20


@dataclass(frozen=True, slots=True)
class NoticeReader:
    """``/lti/notices``, without HTTP."""

    settings: EdgeSettings
    registrations: Registrations
    keysets: KeysetReader

    def read(self, body: bytes, now: datetime) -> list[Notice | CmeError]:
        """Every notice of a delivery in its order, or why it is refused.

        Raises ``BadInput`` for a whole that cannot be read: ``notices_malformed``, ``notices_too_many``.
        """
        return [self._judged(token, now) for token in _tokens(body)]

    def _judged(self, token: str, now: datetime) -> Notice | CmeError:
        try:
            platform = self._platform(announced(token))
            settings = replace(self.settings, max_age=MAX_AGE)
            return notice_of(verified_claims(token, platform, self.keysets, settings, now), platform)
        except CmeError as error:
            return error

    def _platform(self, claims: Mapping[str, Any]) -> Platform:
        """The registration that the token says it is for; nothing of it is believed yet."""
        issuer = identifier(claims.get("iss"), "issuer")
        for client_id in _clients(claims):
            found = self.registrations.candidates(issuer, client_id)
            if found:
                return approved(found[0])
        if not self.registrations.candidates(issuer, None):
            raise LaunchRefused("issuer_unknown", "no platform with this issuer is connected", issuer=issuer)
        raise LaunchRefused("client_unknown", "this issuer has no such client id", issuer=issuer)


def _tokens(body: bytes) -> list[str]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInput("notices_malformed", "a delivery of notices is a JSON object") from error
    listed = document.get("notices") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not listed:
        raise BadInput("notices_malformed", "a delivery of notices holds a list of them")
    if len(listed) > MAX_NOTICES:
        raise BadInput("notices_too_many", f"more than {MAX_NOTICES} notices in one delivery")
    tokens = [entry.get("jwt") if isinstance(entry, dict) else None for entry in listed]
    if not all(isinstance(token, str) for token in tokens):
        raise BadInput("notices_malformed", "a notice is an object with a jwt")
    return [str(token) for token in tokens]


def _clients(claims: Mapping[str, Any]) -> Sequence[str]:
    audience = claims.get("aud")
    named = [claims.get("azp"), *(audience if isinstance(audience, list) else [audience])]
    return list(dict.fromkeys(identifier(one, "client_id") for one in named[:4] if one is not None))


def notice_of(claims: Mapping[str, Any], platform: Platform) -> Notice:
    """Verified claims as a notice. Raises ``LaunchRefused``; its code names the claim."""
    if claims.get(LTI + "version") != "1.3.0":
        raise LaunchRefused("version_wrong", "the message is not LTI 1.3.0")
    about = object_of(claims, LTI + "notice", "notice")
    if not about:
        raise LaunchRefused("notice_missing", "the message is not a notice")
    kind = _type(about.get("type"))
    is_copy = kind is NoticeType.CONTEXT_COPY
    context = context_of(claims)
    if is_copy and context is None:
        raise LaunchRefused("context_id_missing", "the notice does not say which course it is about")
    return Notice(
        type=kind,
        platform=platform,
        deployment_id=deployment_of(claims, platform),
        id=identifier(about.get("id"), "notice_id"),
        nonce_hash=digest(identifier(claims.get("nonce"), "nonce")),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        happened_at=_moment(about.get("timestamp")),
        context=context,
        origins=_origins(claims.get(LTI + "origin_contexts")) if is_copy else (),
    )


def _type(value: Any) -> NoticeType:
    try:
        return NoticeType(value)
    except ValueError as error:
        raise LaunchRefused(
            "notice_type_unsupported", "this tool does not listen to notices of this type", type=str(value)[:60]
        ) from error


def _moment(value: Any) -> datetime:
    """ISO 8601 with a zone."""
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC) if "T" in value else None
    except (TypeError, ValueError, OverflowError):
        moment = None
    if moment is None or datetime.fromisoformat(value).tzinfo is None:
        raise LaunchRefused("notice_time_malformed", "the timestamp of the notice is not a time with a zone")
    return moment


def _origins(value: Any) -> tuple[str, ...]:
    """Absent where the platform does not know: the content came from a file."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise LaunchRefused("origin_contexts_malformed", "origin_contexts must be a list of ids")
    return tuple(dict.fromkeys(identifier(one, "origin_contexts") for one in value[:MAX_ORIGINS]))
