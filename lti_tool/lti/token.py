"""Is this id_token genuine, for us, and of now?

Sources: 1EdTech Security Framework 1.0, 5.1.2 and 5.1.3; OpenID Connect Core 1.0, 3.1.3.7.

The algorithm is RS256 and nothing in the token or the key set can change that; header members that name
keys (``jku``, ``jwk``, ``x5u``, ``x5c``) are never read.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from lti_tool.domain.errors import LaunchRefused
from lti_tool.domain.launch import Platform
from lti_tool.lti.keyset import KeysetReader
from lti_tool.lti.login import digest
from lti_tool.lti.settings import EdgeSettings

MAX_TOKEN = 128 * 1024
"""Characters of an id_token. Real ones have 2 to 8 thousand; custom parameters can add some."""
MAX_TIME = 1e12
"""Seconds. Also keeps out NaN, infinities and whole numbers that no float holds."""


class _Bounds(jws.JWSRegistry):
    """joserfc's bounds, wide enough for a header with a certificate chain (which is not read)."""

    max_header_length = 16 * 1024
    max_payload_length = MAX_TOKEN
    max_signature_length = 4096


_ONLY_RS256 = _Bounds(algorithms=["RS256"], strict_check_header=False)


def verified_claims(
    id_token: str, platform: Platform, keysets: KeysetReader, settings: EdgeSettings, now: datetime
) -> dict[str, Any]:
    """The claims of a token that this platform signed for us and that is valid now.

    Raises ``LaunchRefused`` with codes ``token_…``, ``key_…``, ``issuer_wrong``, ``audience_wrong``, ``azp_wrong``.
    """
    token = _parsed(id_token)
    kid = _kid(token.headers())
    keys = keysets.find(platform, kid, now)
    if not keys:
        raise LaunchRefused("key_unknown", "the platform's key set has no signing key with this kid", kid=kid[:100])
    claims = _claims(_payload(token, keys))
    _check_parties(claims, platform)
    _check_times(claims, settings, now)
    return claims


def announced(token: str) -> dict[str, Any]:
    """What a token says of itself, unchecked: good for one thing, to find the registration that it is checked against.

    Raises ``LaunchRefused`` (``token_…``).
    """
    return _claims(_parsed(token).payload)


def check_nonce(claims: Mapping[str, Any], nonce_hash: str) -> None:
    """The token answers the login that it came with. Raises ``LaunchRefused`` (``nonce_missing``, ``nonce_wrong``)."""
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not nonce:
        raise LaunchRefused("nonce_missing", "the id_token has no nonce")
    if not hmac.compare_digest(digest(nonce), nonce_hash):
        raise LaunchRefused("nonce_wrong", "the nonce of the id_token is not the one of this login")


def _parsed(id_token: str) -> jws.CompactSignature:
    if len(id_token) > MAX_TOKEN:
        raise LaunchRefused("token_too_large", f"the id_token is longer than {MAX_TOKEN} characters")
    try:
        token = jws.extract_compact(id_token.encode("ascii"), registry=_ONLY_RS256)
        header = token.headers()
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise LaunchRefused("token_malformed", "the id_token is not a signed JWT of three parts") from error
    if header.get("alg") != "RS256":
        raise LaunchRefused(
            "token_algorithm", "the id_token must be signed with RS256", alg=str(header.get("alg"))[:20]
        )
    if "crit" in header:
        raise LaunchRefused("token_malformed", "the id_token demands an extension that is not known here")
    return token


def _kid(header: Mapping[str, Any]) -> str:
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise LaunchRefused("key_id_missing", "the header of the id_token has no kid")
    return kid


def _payload(token: jws.CompactSignature, keys: Iterable[RSAKey]) -> bytes:
    try:
        if any(jws.validate_compact(token, key, registry=_ONLY_RS256) for key in keys):
            return token.payload
    except (JoseError, ValueError, TypeError) as error:
        raise LaunchRefused("token_malformed", "the id_token cannot be read") from error
    raise LaunchRefused("token_signature", "the signature of the id_token is wrong")


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise LaunchRefused("token_malformed", "the content of the id_token is not JSON") from error
    if not isinstance(claims, dict):
        raise LaunchRefused("token_malformed", "the content of the id_token is not an object")
    return claims


def _check_parties(claims: Mapping[str, Any], platform: Platform) -> None:
    if claims.get("iss") != platform.issuer:
        raise LaunchRefused("issuer_wrong", "the id_token is from another issuer than the login")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if platform.client_id not in audiences or not all(isinstance(one, str) for one in audiences):
        raise LaunchRefused("audience_wrong", "the id_token is not for this client id", client_id=platform.client_id)
    if ("azp" in claims or len(audiences) > 1) and claims.get("azp") != platform.client_id:
        raise LaunchRefused("azp_wrong", "the authorised party of the id_token is not this client id")


def _check_times(claims: Mapping[str, Any], settings: EdgeSettings, now: datetime) -> None:
    expires, issued = _time(claims, "exp"), _time(claims, "iat")
    clock, leeway = now.timestamp(), settings.leeway.total_seconds()
    if clock >= expires + leeway:
        raise LaunchRefused("token_expired", "the id_token has expired", seconds=round(clock - expires))
    if issued > clock + leeway:
        raise LaunchRefused("token_from_future", "the id_token was issued in the future", seconds=round(issued - clock))
    if issued < clock - settings.max_age.total_seconds() - leeway:
        raise LaunchRefused("token_too_old", "the id_token was issued too long ago", seconds=round(clock - issued))
    if expires - issued > settings.max_lifetime.total_seconds():
        raise LaunchRefused("token_lifetime", "the id_token is valid for longer than a day")
    if "nbf" in claims and _time(claims, "nbf") > clock + leeway:
        raise LaunchRefused("token_not_yet_valid", "the id_token is not valid yet")


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if value is None:
        raise LaunchRefused("token_time_missing", f"the id_token has no {name}", claim=name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= MAX_TIME:
        raise LaunchRefused("token_time_malformed", f"{name} of the id_token is not a time", claim=name)
    return float(value)
