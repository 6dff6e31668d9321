"""Platforms' public keys: fetched through the guarded session, cached, parsed once, refetched for an unknown ``kid``.

* fresh (``Cache-Control: max-age`` held between 5 minutes and a day; an hour where the platform names none): no I/O;
* unknown ``kid``: one refetch per minute and platform, whoever asks;
* no longer fresh and the platform down: the old set serves for one more day, so that an LMS's hiccup stops nobody.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from lti_tool.domain.errors import CmeError, ServiceUnavailable
from lti_tool.domain.launch import Platform
from lti_tool.domain.login import CachedKeyset
from lti_tool.lti.http import GuardedSession, Reply
from lti_tool.lti.ports import KeysetCache

MAX_KEYSET_BYTES = 64 * 1024
MAX_KEYS = 100
MIN_KEY_BITS = 2048
REFETCH_PAUSE = timedelta(minutes=1)
FRESH_DEFAULT = timedelta(hours=1)
FRESH_RANGE = (timedelta(minutes=5), timedelta(hours=24))
STALE_SERVICE = timedelta(hours=24)

KeysById = Mapping[str, tuple[RSAKey, ...]]


@dataclass(frozen=True, slots=True)
class _Parsed:
    source: CachedKeyset
    keys: KeysById


@dataclass(slots=True)
class KeysetReader:
    """Finds verification keys. Thread-safe; make one per process."""

    session: GuardedSession
    cache: KeysetCache
    _parsed: dict[tuple[str, str], _Parsed] = field(default_factory=dict)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)

    def find(self, platform: Platform, kid: str, now: datetime) -> tuple[RSAKey, ...]:
        """Every signing key with this ``kid`` (there may be several); empty if the platform has none.

        Raises ``ServiceUnavailable`` (``keyset_unavailable``) if no key set can be had at all.
        """
        known = self._parsed.get((platform.id, platform.keyset_url))
        if known is not None and now < known.source.fresh_until and kid in known.keys:
            return known.keys[kid]
        lock = self._locks.setdefault(platform.id, threading.Lock())
        usable = known.keys.get(kid) if known and now < known.source.fresh_until + STALE_SERVICE else None
        if not lock.acquire(blocking=usable is None):
            return usable or ()  # somebody else is renewing the set; nobody waits for that
        try:
            return self._find_slowly(platform, kid, now)
        finally:
            lock.release()

    def _find_slowly(self, platform: Platform, kid: str, now: datetime) -> tuple[RSAKey, ...]:
        known = self._from_cache(platform)
        if known is None:
            known = self._fetch(platform, now)
        elif now >= known.source.fresh_until or kid not in known.keys:
            known = self._renewed(platform, known, now)
        return known.keys.get(kid, ())

    def _from_cache(self, platform: Platform) -> _Parsed | None:
        place = (platform.id, platform.keyset_url)
        cached = self.cache.get(platform.id)
        if cached is None:
            return None
        known = self._parsed.get(place)
        if known is None or known.source != cached:
            try:
                known = _Parsed(cached, parse_keyset(cached.document))
            except ServiceUnavailable:
                return None
            self._parsed[place] = known
        return known

    def _renewed(self, platform: Platform, known: _Parsed, now: datetime) -> _Parsed:
        if not self.cache.claim_refetch(platform.id, now, REFETCH_PAUSE):
            return self._stale(known, now)
        try:
            return self._fetch(platform, now)
        except CmeError:
            return self._stale(known, now)

    def _stale(self, known: _Parsed, now: datetime) -> _Parsed:
        if now >= known.source.fresh_until + STALE_SERVICE:
            raise ServiceUnavailable("keyset_unavailable", "the platform's key set is too old and cannot be renewed")
        return known

    def _fetch(self, platform: Platform, now: datetime) -> _Parsed:
        try:
            reply = self.session.get(platform.keyset_url, {"Accept": "application/json"}, max_bytes=MAX_KEYSET_BYTES)
            known = _Parsed(_cached(reply, now), parse_keyset(reply.text))
        except CmeError as error:
            raise ServiceUnavailable(
                "keyset_unavailable",
                f"the platform's key set cannot be read: {error}",
                cause=error.code,
                issuer=platform.issuer,
            ) from error
        self.cache.put(platform.id, known.source)
        self._parsed[(platform.id, platform.keyset_url)] = known
        return known


def _cached(reply: Reply, now: datetime) -> CachedKeyset:
    if reply.status != 200:
        raise ServiceUnavailable("keyset_status", f"the key set answers {reply.status}", status=reply.status)
    return CachedKeyset(reply.text, now, now + _freshness(reply.headers.get("cache-control", "")))


def _freshness(cache_control: str) -> timedelta:
    match = re.search(r"max-age\s*=\s*\"?(\d{1,9})", cache_control, re.IGNORECASE)
    if match is None:
        return FRESH_DEFAULT
    least, most = FRESH_RANGE
    return min(max(timedelta(seconds=int(match.group(1))), least), most)


def parse_keyset(document: str) -> KeysById:
    """RSA signing keys of a JWK Set by ``kid``, without others (EC, ``use: enc``, another ``alg``, under 2048 bits).

    A key without ``alg`` counts as RS256 (Brightspace). Raises ``ServiceUnavailable`` (``keyset_malformed``).
    """
    try:
        entries = json.loads(document)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ServiceUnavailable("keyset_malformed", "not a JSON Web Key Set") from error
    if not isinstance(entries, list):
        raise ServiceUnavailable("keyset_malformed", "not a JSON Web Key Set")
    keys: dict[str, tuple[RSAKey, ...]] = {}
    for entry in entries[:MAX_KEYS]:
        key = _signing_key(entry)
        if key is not None:
            keys[entry["kid"]] = (*keys.get(entry["kid"], ()), key)
    return keys


def _signing_key(entry: Any) -> RSAKey | None:
    if not isinstance(entry, dict) or entry.get("kty") != "RSA" or not isinstance(entry.get("kid"), str):
        return None
    if (entry.get("use") or "sig") != "sig" or (entry.get("alg") or "RS256") != "RS256":
        return None
    operations = entry.get("key_ops")
    if isinstance(operations, list) and "verify" not in operations:
        return None
    modulus, exponent = entry.get("n"), entry.get("e")
    if not isinstance(modulus, str) or not isinstance(exponent, str) or len(modulus) * 6 < MIN_KEY_BITS:
        return None
    try:
        return RSAKey.import_key({"kty": "RSA", "n": modulus, "e": exponent})
    except (JoseError, ValueError):
        return None
