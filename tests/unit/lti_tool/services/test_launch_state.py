"""The LTI edge's memory: claimed once, sealed at rest – whatever the number of threads and processes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

import pytest
from sqlalchemy import text

from lti_tool.db.engine import transaction
from lti_tool.db.sealing import Sealer
from lti_tool.domain.errors import CmeError
from lti_tool.domain.login import AccessToken, CachedKeyset, ToolKey
from lti_tool.lti.keys import generate_key, retirement_of_older
from lti_tool.services.launch_state import KeyRing, KeysetStore, TokenStore
from lti_tool.services.platform import remove_platform
from tests.unit.lti_tool.services.arrivals import ISSUER, NOW, connected, opened
from tests.unit.lti_tool.services.at_once import together

SEALER = Sealer("a secret of at least thirty-two characters")
STRANGER = Sealer("some other secret, also of thirty-two characters")
MINUTE = timedelta(minutes=1)


def keyset(document: str = '{"keys": []}') -> CachedKeyset:
    return CachedKeyset(document, NOW, NOW + 60 * MINUTE)


def test_a_key_set_is_kept_and_replaced(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform, store = connected(sessions), KeysetStore(sessions)
        assert store.get(platform.id) is None
        store.put(platform.id, keyset())
        assert store.get(platform.id) == keyset()
        store.put(platform.id, keyset('{"keys": [1]}'))
        assert store.get(platform.id) == keyset('{"keys": [1]}')


def test_a_refetch_is_claimed_by_one_of_many_and_again_after_the_pause(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform, store = connected(sessions), KeysetStore(sessions)
        other = connected(sessions, client_id="client-2")
        found = together(8, lambda: store.claim_refetch(platform.id, NOW, MINUTE))
        assert sorted(found, key=str) == [False] * 7 + [True]
        assert store.claim_refetch(other.id, NOW, MINUTE) is True
        assert store.claim_refetch(platform.id, NOW + MINUTE - timedelta(seconds=1), MINUTE) is False
        assert store.claim_refetch(platform.id, NOW + MINUTE, MINUTE) is True


def test_a_claim_alone_is_not_a_key_set_and_a_key_set_does_not_undo_a_claim(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform, store = connected(sessions), KeysetStore(sessions)
        store.claim_refetch(platform.id, NOW, MINUTE)
        assert store.get(platform.id) is None
        store.put(platform.id, keyset())
        assert store.claim_refetch(platform.id, NOW, MINUTE) is False


def token(value: str = "bearer-value", *scopes: str) -> AccessToken:
    return AccessToken(value, frozenset(scopes), NOW + 60 * MINUTE)


def test_tokens_are_kept_by_registration_and_scopes(migrated_database_url: str) -> None:
    a, ab = frozenset({"a"}), frozenset({"a", "b"})
    with opened(migrated_database_url) as sessions:
        first, second = connected(sessions), connected(sessions, client_id="client-2")
        store = TokenStore(sessions, SEALER)
        store.put(first.id, a, token("one", "a"))
        store.put(first.id, ab, token("two", "a"))
        store.put(second.id, a, token("three", "a"))
        assert store.get(first.id, a) == token("one", "a")
        assert store.get(first.id, ab) == token("two", "a")
        assert store.get(second.id, a) == token("three", "a")
        assert store.get(second.id, ab) is None
        store.put(first.id, a, token("four", "a"))
        assert store.get(first.id, a) == token("four", "a")
        store.drop(first.id, a)
        assert store.get(first.id, a) is None and store.get(first.id, ab) == token("two", "a")
        store.drop(first.id, a)


def test_a_token_is_sealed_at_rest(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform, scopes = connected(sessions), frozenset({"a"})
        TokenStore(sessions, SEALER).put(platform.id, scopes, token("bearer-value"))
        with sessions() as session:
            rows = session.execute(text("SELECT * FROM access_token")).all()
        assert len(rows) == 1 and not any("bearer-value" in repr(cell) for cell in rows[0])
        with pytest.raises(CmeError, match="CME_SECRET_KEY") as caught:
            TokenStore(sessions, STRANGER).get(platform.id, scopes)
    assert caught.value.code == "secret_key_changed"


def test_a_disconnected_platform_takes_its_tokens_and_keys_along(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform, store = connected(sessions), TokenStore(sessions, SEALER)
        store.put(platform.id, frozenset({"a"}), token())
        KeysetStore(sessions).put(platform.id, keyset())
        with transaction(sessions) as session:
            remove_platform(session, ISSUER, "client-1")
        assert store.get(platform.id, frozenset({"a"})) is None and KeysetStore(sessions).get(platform.id) is None


@lru_cache(maxsize=2)
def tool_key(number: int = 0) -> ToolKey:
    return generate_key(NOW, is_first=number == 0)


def test_a_private_key_is_sealed_at_rest(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        KeyRing(sessions, SEALER).add(tool_key(), {})
        assert list(KeyRing(sessions, SEALER).all()) == [tool_key()]
        with sessions() as session:
            sealed = session.execute(text("SELECT sealed_private_pem FROM tool_key")).scalar_one()
        secret_lines = tool_key().private_pem.splitlines()[1:-1]
        assert secret_lines and not any(line.encode() in bytes(sealed) for line in secret_lines)
        with pytest.raises(CmeError, match="restore"):
            KeyRing(sessions, STRANGER).all()


def test_keys_overlap_when_they_change(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        ring = KeyRing(sessions, SEALER)
        old, new = tool_key(), tool_key(1)
        ring.add(old, {})
        ring.add(new, retirement_of_older(ring.all(), new))
        assert ring.signing(NOW).kid == old.kid
        assert ring.signing(new.not_before).kid == new.kid
        stored = {key.kid: key for key in ring.all()}
        assert stored[old.kid].retire_at == new.not_before + timedelta(days=7) and stored[new.kid].retire_at is None


def test_no_active_key_says_what_to_do(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        ring = KeyRing(sessions, SEALER)
        with pytest.raises(CmeError, match="keys rotate"):
            ring.signing(NOW)
        ring.add(replace(tool_key(), retire_at=NOW + MINUTE), {})
        assert ring.signing(NOW).kid == tool_key().kid
        with pytest.raises(CmeError) as caught:
            ring.signing(NOW + MINUTE)
        assert caught.value.code == "no_signing_key"


def test_the_first_key_is_made_once_and_signs_at_once(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        ring = KeyRing(sessions, SEALER)
        ring.ensure(generate_key, NOW)
        ring.ensure(generate_key, NOW)
        assert len(ring.all()) == 1 and ring.signing(NOW).kid == ring.all()[0].kid


def test_key_set_and_token_may_be_kept_by_many_at_once(migrated_database_url: str) -> None:
    """The first launches after a start meet in several processes, each of which has fetched."""
    with opened(migrated_database_url) as sessions:
        platform, scopes = connected(sessions), frozenset({"a"})
        keysets, tokens = KeysetStore(sessions), TokenStore(sessions, SEALER)
        assert together(8, lambda: keysets.put(platform.id, keyset())) == [None] * 8
        assert together(8, lambda: tokens.put(platform.id, scopes, token())) == [None] * 8
        assert keysets.get(platform.id) == keyset() and tokens.get(platform.id, scopes) == token()
