"""Client assertions of platforms' servers: ``private_key_jwt`` (RFC 7523; OpenID Connect Core 1.0, 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pylti1p3.registration import Registration

from lti_tool.domain.errors import BadInput, Forbidden

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE = timedelta(minutes=10)
MAX_ASSERTION = 8192
LEAST_BITS = 2048


@dataclass(frozen=True, slots=True)
class Assertion:
    """A checked assertion: whoever made it holds the private half of the key."""

    jti: str
    expires_at: datetime


def key_id(assertion: str) -> str:
    """The key that an assertion names; nothing of it is trusted yet. Raises ``Forbidden("assertion_malformed")``."""
    try:
        header = jwt.get_unverified_header(assertion) if len(assertion) <= MAX_ASSERTION else {}
    except jwt.InvalidTokenError as error:
        raise Forbidden("assertion_malformed", "the client assertion is not a JWT") from error
    return str(header.get("kid", ""))


def check_assertion(
    assertion: str, public_pem: str, client_id: str, audience: str, now: datetime, leeway: timedelta
) -> Assertion:
    """RS256 only, for this audience, from this client, fresh. Raises ``Forbidden("assertion_refused")``."""
    try:
        claims: dict[str, Any] = jwt.decode(
            assertion,
            public_pem,
            algorithms=["RS256"],
            audience=audience,
            issuer=client_id,
            options={"require": ["exp", "iat", "iss", "sub", "aud", "jti"], "verify_exp": False, "verify_iat": False},
        )
    except (jwt.InvalidTokenError, ValueError) as error:
        raise Forbidden("assertion_refused", f"the client assertion was refused: {type(error).__name__}") from error
    expires_at, issued_at = _moment(claims["exp"]), _moment(claims["iat"])
    is_fresh = issued_at - leeway <= now <= expires_at + leeway and expires_at - issued_at <= LONGEST_LIFE
    if claims["sub"] != client_id or not is_fresh or not str(claims["jti"]):
        raise Forbidden("assertion_refused", "the client assertion is not for this moment or this client")
    return Assertion(str(claims["jti"]), expires_at + leeway)


def _moment(value: Any) -> datetime:
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise Forbidden("assertion_refused", "the client assertion holds a time that is none") from error


def public_key_of(pem: str) -> tuple[str, str]:
    """Thumbprint (RFC 7638) and tidy PEM of an RSA public key. Raises ``BadInput("block_key_unusable")``."""
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except ValueError as error:
        raise BadInput("block_key_unusable", "this is not a public key in PEM") from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < LEAST_BITS:
        raise BadInput("block_key_unusable", f"the key must be RSA of at least {LEAST_BITS} bits")
    tidy = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    return str(Registration.get_jwk(tidy)["kid"]), tidy
