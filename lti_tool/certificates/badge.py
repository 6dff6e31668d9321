"""Signed credentials: VC-JWT (Open Badges 3.0, 8.2; VC-JOSE-COSE), and the bits of a status list."""

from __future__ import annotations

import gzip
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from joserfc import jwt

from lti_tool.certificates.issuer_key import algorithm, jose_key, public_jwk
from lti_tool.domain.badge import LIST_BITS
from lti_tool.domain.issuer import IssuerKey

_READ = lru_cache(maxsize=16)(jose_key)


class BadgeSigner:
    """Signs credentials with an issuer's key."""

    def sign(self, credential: dict[str, Any], key: IssuerKey) -> str:
        """A compact JWT whose payload is the credential with its registered claims."""
        jose = _READ(key.private_pem)
        issuer = credential["issuer"]
        did = issuer if isinstance(issuer, str) else issuer["id"]
        header = {"alg": algorithm(jose), "typ": "vc+jwt", "kid": f"{did}#{key.kid}"}
        claims = {"iss": did, "jti": credential["id"], "nbf": _seconds(credential["validFrom"])}
        if subject := credential["credentialSubject"].get("id"):
            claims["sub"] = subject
        return jwt.encode(header, credential | claims, jose, algorithms=[algorithm(jose)])

    def public_jwk(self, key: IssuerKey) -> dict[str, Any]:
        """The published half."""
        return public_jwk(key)

    def encoded_list(self, indices: Iterable[int]) -> str:
        """A list with these bits set, as multibase of compressed bytes (Bitstring Status List 1.0, 3.2)."""
        places = sorted(indices)
        length = max(LIST_BITS, -(-(places[-1] + 1) // 8) * 8) if places else LIST_BITS
        bits = bytearray(length // 8)
        for place in places:
            bits[place // 8] |= 0x80 >> (place % 8)
        return "u" + urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode("ascii").rstrip("=")


def _seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())
