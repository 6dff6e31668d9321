"""Platforms' key sets: cached, refetched for an unknown kid once a minute, bounded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from lti_tool.domain.errors import ServiceUnavailable
from lti_tool.domain.login import CachedKeyset
from lti_tool.lti.addresses import AddressRules
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.keyset import KeysetReader, parse_keyset
from tests.unit.lti_tool.lti.edge import NOW, jwk
from tests.unit.lti_tool.lti.fake_platform import Answer, FakePlatform, as_json, running
from tests.unit.lti_tool.lti.memory_ports import MemoryKeysets


@pytest.fixture
def server() -> Iterator[FakePlatform]:
    with running(FakePlatform([])) as fake:
        yield fake


@pytest.fixture
def reader(server: FakePlatform) -> Iterator[KeysetReader]:
    with closing(GuardedSession(AddressRules.parse([server.host]))) as session:
        yield KeysetReader(session, MemoryKeysets())


def fetches(server: FakePlatform) -> int:
    return len(server.calls("/jwks"))


def test_one_fetch_serves_many_launches(server: FakePlatform, reader: KeysetReader) -> None:
    platform = server.registration()
    for minute in range(50):
        assert len(reader.find(platform, "k0", NOW + timedelta(minutes=minute))) == 1
    assert fetches(server) == 1


def test_another_process_uses_the_same_cache(server: FakePlatform, reader: KeysetReader) -> None:
    platform = server.registration()
    reader.find(platform, "k0", NOW)
    assert KeysetReader(reader.session, reader.cache).find(platform, "k0", NOW)
    assert fetches(server) == 1


def test_a_key_published_later_is_found_at_once(server: FakePlatform, reader: KeysetReader) -> None:
    platform = server.registration()
    reader.find(platform, "k0", NOW)
    server.routes[("GET", "/jwks")] = lambda _: as_json({"keys": [jwk(0), jwk(1)]})
    assert len(reader.find(platform, "k1", NOW + timedelta(seconds=1))) == 1


def test_unknown_kids_cause_one_fetch_a_minute(server: FakePlatform, reader: KeysetReader) -> None:
    platform = server.registration()
    reader.find(platform, "k0", NOW)
    for second in range(60):
        assert reader.find(platform, f"made-up-{second}", NOW + timedelta(seconds=second)) == ()
    assert fetches(server) == 2
    reader.find(platform, "made-up", NOW + timedelta(seconds=60))
    assert fetches(server) == 3


@pytest.mark.parametrize(
    ("header", "fresh"),
    [
        ("", timedelta(hours=1)),
        ("public, max-age=7200", timedelta(hours=2)),
        ("no-store", timedelta(hours=1)),
        ("max-age=1", timedelta(minutes=5)),
        ("max-age=99999999", timedelta(hours=24)),
    ],
)
def test_the_platforms_word_on_freshness_is_heeded_within_bounds(
    server: FakePlatform, reader: KeysetReader, header: str, fresh: timedelta
) -> None:
    server.routes[("GET", "/jwks")] = lambda _: as_json({"keys": [jwk()]}, Cache_Control=header)
    platform = server.registration()
    reader.find(platform, "k0", NOW)
    reader.find(platform, "k0", NOW + fresh - timedelta(seconds=1))
    assert fetches(server) == 1
    reader.find(platform, "k0", NOW + fresh)
    assert fetches(server) == 2


def test_a_withdrawn_key_is_refused_once_the_set_is_renewed(server: FakePlatform, reader: KeysetReader) -> None:
    platform = server.registration()
    reader.find(platform, "k0", NOW)
    server.routes[("GET", "/jwks")] = lambda _: as_json({"keys": [jwk(1)]})
    assert reader.find(platform, "k0", NOW + timedelta(hours=1)) == ()


def test_a_platform_that_is_down_stops_nobody_for_a_day(server: FakePlatform, reader: KeysetReader) -> None:
    platform = server.registration()
    reader.find(platform, "k0", NOW)
    server.routes[("GET", "/jwks")] = lambda _: Answer(500)
    assert reader.find(platform, "k0", NOW + timedelta(hours=24))
    with pytest.raises(ServiceUnavailable) as caught:
        reader.find(platform, "k0", NOW + timedelta(hours=25))
    assert caught.value.code == "keyset_unavailable"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(404, b"{}"),
        Answer(200, b"<html>"),
        Answer(200, b"[]"),
        Answer(200, b'{"keys": {}}'),
        Answer(200, b'{"keys":[]' + b" " * 70_000 + b"}"),
        Answer(302, b"", {"Location": "/elsewhere"}),
    ],
)
def test_an_unusable_answer_is_unavailable(server: FakePlatform, reader: KeysetReader, answer: Answer) -> None:
    server.routes[("GET", "/jwks")] = lambda _: answer
    with pytest.raises(ServiceUnavailable) as caught:
        reader.find(server.registration(), "k0", NOW)
    assert caught.value.code == "keyset_unavailable"


def test_a_private_keyset_address_is_not_fetched(server: FakePlatform) -> None:
    with closing(GuardedSession()) as session, pytest.raises(ServiceUnavailable) as caught:
        KeysetReader(session, MemoryKeysets()).find(server.registration(), "k0", NOW)
    assert caught.value.facts["cause"] == "address_forbidden"
    assert server.seen == []


def test_a_spoilt_cache_entry_is_fetched_again(server: FakePlatform, reader: KeysetReader) -> None:
    reader.cache.put("p1", CachedKeyset("rubbish", NOW, NOW + timedelta(hours=1)))
    assert reader.find(server.registration(), "k0", NOW)


def test_short_keys_and_surplus_keys_are_left_out() -> None:
    short: dict[str, Any] = {"kty": "RSA", "kid": "short", "n": "AQAB" * 40, "e": "AQAB"}
    many = [jwk(0, kid=f"k{number}") for number in range(200)]
    assert parse_keyset(json.dumps({"keys": [short]})) == {}
    assert len(parse_keyset(json.dumps({"keys": many}))) == 100
