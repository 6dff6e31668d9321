"""A provider's signing keys: one signs, all stay published, none leaves the database unsealed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from lti_tool.certificates.badge import BadgeSigner
from lti_tool.certificates.issuer_key import make_issuer_key
from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.sealing import Sealer
from lti_tool.domain.errors import CmeError, NotFound
from lti_tool.domain.issuer import IssuerKey
from lti_tool.services.audit import ToolActor
from lti_tool.services.issuer import IssuerKeys, issuer_did, issuer_profile
from tests.unit.lti_tool.services.claiming import NOW, World, opened_world

MADE = [make_issuer_key("Example Medical School", NOW + timedelta(minutes=number)) for number in range(3)]


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    with opened_world(migrated_database_url) as made:
        yield made


def keys(world: World) -> IssuerKeys:
    return IssuerKeys(world.sessions, Sealer("s" * 32))


def address(provider_id: str) -> str:
    return f"https://cme.example.org/issuers/{provider_id}"


def first(provider_name: str, now: datetime) -> IssuerKey:
    assert provider_name == "Example Medical School"
    return MADE[0]


def test_a_key_is_made_once(world: World) -> None:
    given = iter(MADE)
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: keys(world).active(world.provider_id, lambda *_: next(given), NOW), range(3)))
    assert len({key.kid for key in found}) == 1
    with transaction(world.sessions) as db:
        assert [key.kid for key in keys(world).all(db, world.provider_id)] == [found[0].kid]


def test_a_replaced_key_stays_published(world: World) -> None:
    keys(world).active(world.provider_id, first, NOW)
    with transaction(world.sessions) as db:
        keys(world).replace(db, ToolActor(world.provider_id), MADE[1], NOW + timedelta(days=1))
    assert keys(world).active(world.provider_id, first, NOW).kid == MADE[1].kid
    with transaction(world.sessions) as db:
        document = issuer_did(db, world.provider_id, address, keys(world), BadgeSigner())
        entry = db.scalars(select(models.AuditEntry)).one()
    assert [method["id"].partition("#")[2] for method in document["verificationMethod"]] == [MADE[1].kid, MADE[0].kid]
    assert (entry.action, entry.subject) == ("issuer-key.replaced", f"issuer-key:{MADE[1].kid}")


def test_the_private_half_is_sealed(world: World) -> None:
    keys(world).active(world.provider_id, first, NOW)
    with transaction(world.sessions) as db:
        row = db.scalars(select(models.IssuerKey)).one()
    assert b"PRIVATE" not in row.private and "PRIVATE" not in row.chain
    with pytest.raises(CmeError) as refusal:
        IssuerKeys(world.sessions, Sealer("t" * 32)).active(world.provider_id, first, NOW)
    assert refusal.value.code == "secret_key_changed"


def test_an_unknown_issuer_is_not_found(world: World) -> None:
    with transaction(world.sessions) as db:
        assert issuer_profile(db, world.provider_id, address)["name"] == "Example Medical School"
        with pytest.raises(NotFound):
            issuer_profile(db, "0" * 32, address)
