"""The tool's own RSA keys: making them, publishing them, changing them without an outage.

Life of a key: published at once, signing after ``ACTIVATION_DELAY`` (platforms cache key sets), replaced by a newer
one, still published for ``RETIREMENT_OVERLAP`` so that what it signed can be checked, then withdrawn.
Every published key carries ``kid``, ``alg`` and ``use``: Moodle fetches a set again for every token as soon as one
key in it has no ``alg``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pylti1p3.registration import Registration

from lti_tool.domain.errors import CmeError
from lti_tool.domain.login import SigningKey, ToolKey

KEY_BITS = 2048
ACTIVATION_DELAY = timedelta(hours=24)
RETIREMENT_OVERLAP = timedelta(days=7)


def generate_key(now: datetime, *, is_first: bool = False) -> ToolKey:
    """A new RSA key pair. The first one of an installation signs at once, a later one after ``ACTIVATION_DELAY``.

    ``kid`` is the thumbprint of the public key (RFC 7638).
    """
    private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    private_pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")
    public_pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    pem = public_pem.decode("ascii")
    starts = now if is_first else now + ACTIVATION_DELAY
    return ToolKey(str(_jwk(pem)["kid"]), private_pem, pem, now, starts)


def signing_key(keys: Sequence[ToolKey], now: datetime) -> SigningKey:
    """The newest key that is active. Raises ``CmeError`` (``no_signing_key``) if there is none."""
    active = [key for key in keys if key.not_before <= now and (key.retire_at is None or now < key.retire_at)]
    if not active:
        raise CmeError("no_signing_key", "no signing key is active; run `cme-tool keys rotate`")
    newest = max(active, key=lambda key: key.not_before)
    return SigningKey(newest.kid, newest.private_pem)


def published(keys: Sequence[ToolKey], now: datetime) -> list[ToolKey]:
    """Keys that belong in the key set now, newest first: those to come, the active one, those that only verify."""
    live = [key for key in keys if key.retire_at is None or now < key.retire_at]
    return sorted(live, key=lambda key: key.not_before, reverse=True)


def retirement_of_older(keys: Sequence[ToolKey], newcomer: ToolKey) -> dict[str, datetime]:
    """``retire_at`` for every key that ``newcomer`` replaces, by ``kid``; keys that have one keep it."""
    end = newcomer.not_before + RETIREMENT_OVERLAP
    return {key.kid: end for key in keys if key.kid != newcomer.kid and key.retire_at is None}


def jwks_document(keys: Sequence[ToolKey], now: datetime) -> dict[str, list[dict[str, Any]]]:
    """The body of ``/lti/jwks`` (RFC 7517): public halves only."""
    return {"keys": [dict(_jwk(key.public_pem)) for key in published(keys, now)]}


def sign(claims: dict[str, Any], key: SigningKey) -> str:
    """A compact RS256 JWT with ``kid`` in its header."""
    return jwt.encode(claims, _private(key.private_pem), algorithm="RS256", headers={"kid": key.kid})


@lru_cache(maxsize=64)
def _jwk(public_pem: str) -> dict[str, Any]:
    return dict(Registration.get_jwk(public_pem))


@lru_cache(maxsize=8)
def _private(private_pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(private_pem.encode("ascii"), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise CmeError("signing_key_not_rsa", "the signing key is not an RSA key")
    return key
