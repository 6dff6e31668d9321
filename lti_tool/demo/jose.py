"""Signing, bad signing on purpose, and checking of JWTs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import urllib.request
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from lti_tool.demo.config import is_loopback

KEYSET_TIMEOUT = 5
MAX_KEYSET_BYTES = 65536


class BadToken(Exception):
    """A JWT from the tool that must be refused; the text says why."""


def new_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def public_jwk(pem: str, kid: str) -> dict[str, Any]:
    numbers = _private_key(pem).public_key().public_numbers()
    return {"kty": "RSA", "n": _b64_int(numbers.n), "e": _b64_int(numbers.e), "kid": kid, "alg": "RS256", "use": "sig"}


@lru_cache(maxsize=16)
def _private_key(pem: str) -> rsa.RSAPrivateKey:
    """Reading a key checks its primes, which is far dearer than signing with it."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("The demo LMS signs with RSA keys only.")
    return key


def _b64_int(number: int) -> str:
    return _b64(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def sign(header: Mapping[str, Any], claims: Mapping[str, Any], pem: str, algorithm: str = "RS256") -> str:
    """A compact JWS with exactly this header. ``algorithm`` RS256, RS512, HS256 (keyed with the public PEM) or none."""
    signing_input = f"{_b64_json(header)}.{_b64_json(claims)}"
    return f"{signing_input}.{_b64(_signature(signing_input.encode(), pem, algorithm))}"


def _signature(message: bytes, pem: str, algorithm: str) -> bytes:
    if algorithm == "none":
        return b""
    key = _private_key(pem)
    if algorithm == "HS256":
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hmac.new(public, message, hashlib.sha256).digest()
    digest = {"RS256": hashes.SHA256(), "RS512": hashes.SHA512()}[algorithm]
    return key.sign(message, padding.PKCS1v15(), digest)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _b64_json(value: Mapping[str, Any]) -> str:
    return _b64(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def new_kid() -> str:
    return secrets.token_hex(10)


def fetch_keyset(url: str) -> dict[str, Any]:
    """The tool's JWKS over HTTP. Raises BadToken when it cannot be had or is not a JWKS."""
    if urlsplit(url).scheme not in {"http", "https"}:
        raise BadToken(f"the tool's JWKS address {url!r} is not http(s)")
    if not is_loopback(urlsplit(url).hostname or ""):
        raise BadToken("the demo LMS fetches key sets from loopback addresses only")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    headers = {"User-Agent": "DemoLMS/1", "Accept": "*/*"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310  (http or https on loopback, checked above)
    try:
        with opener.open(request, timeout=KEYSET_TIMEOUT) as answer:
            body = answer.read(MAX_KEYSET_BYTES + 1)
        document = json.loads(body[:MAX_KEYSET_BYTES])
    except (OSError, ValueError) as error:
        raise BadToken(f"cannot fetch the tool's JWKS: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise BadToken("the tool's JWKS is not a JSON object with keys")
    return document


def verify(token: str, keyset: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of an RS256 token signed by a key of ``keyset`` that its ``kid`` names. Raises BadToken."""
    header = _header(token)
    if header.get("alg") != "RS256":
        raise BadToken(f"alg {header.get('alg')!r} is not RS256")
    kid = header.get("kid")
    if not kid or not isinstance(kid, str):
        raise BadToken("no kid in the JWT header")
    matches = [key for key in keyset["keys"] if isinstance(key, dict) and key.get("kid") == kid]
    if not matches:
        raise BadToken(f"kid {kid!r} is not in the tool's JWKS")
    try:
        keys = KeySet.import_key_set({"keys": matches})
        claims = json.loads(jws.deserialize_compact(token, keys, algorithms=["RS256"]).payload)
    except (JoseError, ValueError, KeyError) as error:
        raise BadToken(f"the signature does not verify: {error}") from error
    if not isinstance(claims, dict):
        raise BadToken("the payload is not a JSON object")
    return claims


def _header(token: str) -> dict[str, Any]:
    try:
        first = token.split(".")[0]
        header = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except ValueError as error:
        raise BadToken("not a JWT") from error
    if not isinstance(header, dict) or token.count(".") != 2:
        raise BadToken("not a compact JWS")
    return header
