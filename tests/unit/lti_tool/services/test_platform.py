"""Connecting platforms: what is refused and why, and that records are never thrown away."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.domain.launch import LmsFamily
from lti_tool.lti.addresses import AddressRules
from lti_tool.lti.http import GuardedSession
from lti_tool.services.arrival import Target, arrive
from lti_tool.services.platform import (
    add_platform,
    list_platforms,
    provider_id_of,
    provider_names,
    remove_platform,
)
from tests.unit.lti_tool.services.arrivals import (
    ISSUER,
    NOW,
    any_address,
    connect,
    connected,
    connection,
    launch,
    opened,
)


def faults_of(url: str, allowed: tuple[str, ...] = (), **changes: Any) -> dict[str, str]:
    guarded = GuardedSession(AddressRules.parse(allowed))
    with opened(url) as sessions, closing(guarded), transaction(sessions) as session:
        try:
            add_platform(session, connection(**changes), guarded.check, NOW)
        except BadInput as error:
            found = error
        else:
            return {}
        assert found.code == "platform_unusable" and all(name in str(found) for name in found.faults)
        assert session.scalars(select(models.Provider)).all() == []
        return dict(found.faults)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"issuer": ""}, {"issuer"}),
        ({"issuer": "x" * 256}, {"issuer"}),
        ({"client_id": "", "provider": ""}, {"client_id", "provider"}),
        ({"deployment_ids": ()}, {"deployment_ids"}),
        ({"deployment_ids": ("1", "")}, {"deployment_ids"}),
        ({"deployment_ids": ("d" * 256,)}, {"deployment_ids"}),
        ({"keyset_url": "http://lms.example/jwks"}, {"keyset_url"}),
        ({"token_url": "https://127.0.0.1/token"}, {"token_url"}),
        ({"token_url": "https://[::1]/token"}, {"token_url"}),
        ({"authorization_url": "javascript:alert(1)"}, {"authorization_url"}),
        ({"authorization_url": ""}, {"authorization_url"}),
        ({"keyset_url": "https://169.254.169.254/latest"}, {"keyset_url"}),
        ({"keyset_url": "https://10.0.0.1/jwks", "token_url": "nonsense"}, {"keyset_url", "token_url"}),
        ({"issuer": "x" * 255, "deployment_ids": ("d" * 255,)}, set()),
    ],
)
def test_each_fault_is_named(migrated_sqlite_url: str, changes: dict[str, Any], names: set[str]) -> None:
    assert set(faults_of(migrated_sqlite_url, **changes)) == names


def test_a_private_address_is_good_where_the_settings_name_it(migrated_sqlite_url: str) -> None:
    inside: dict[str, Any] = {
        name: f"http://10.1.2.3:8080/{name}" for name in ("authorization_url", "token_url", "keyset_url")
    }
    assert set(faults_of(migrated_sqlite_url, (), **inside)) == set(inside)
    assert faults_of(migrated_sqlite_url, ("10.1.0.0/16",), **inside) == {}


def test_connecting_again_adds_deployments_and_corrects_addresses(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        first = connected(sessions, family=LmsFamily.CANVAS)
        again = connected(
            sessions, deployment_ids=("2",), token_url=f"{ISSUER}/new", token_audience="https://a.example"
        )
        assert again.id == first.id and again.deployment_ids == {"1", "2"}
        assert (again.token_url, again.token_audience) == (f"{ISSUER}/new", "https://a.example")
        with sessions() as session:
            assert len(list_platforms(session)) == 1


def test_a_deployment_stays_with_its_provider_and_nothing_else_changes(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        connected(sessions)
        with pytest.raises(Conflict, match="another provider") as caught, transaction(sessions) as session:
            connect(session, provider="Rival", token_url=f"{ISSUER}/rival")
        assert caught.value.code == "deployment_taken"
        with sessions() as session:
            (row,) = list_platforms(session)
            assert row.token_url == f"{ISSUER}/token"
            assert session.scalars(select(models.Provider.name)).all() == ["Example Medical School"]


def test_one_registration_can_serve_several_providers(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions, transaction(sessions) as session:
        connect(session, provider="North")
        row = connect(session, provider="South", deployment_ids=("2", "3"))
        assert provider_names(session, row) == ["North", "South"]


def test_platforms_are_listed_by_issuer_and_client(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions, transaction(sessions) as session:
        assert list(list_platforms(session)) == []
        for issuer, client in (("https://b", "1"), ("https://a", "2"), ("https://a", "1")):
            connect(session, issuer=issuer, client_id=client)
        found = [(row.issuer, row.client_id) for row in list_platforms(session)]
    assert found == [("https://a", "1"), ("https://a", "2"), ("https://b", "1")]


def test_an_unused_platform_can_be_removed_with_its_deployments(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        connected(sessions, deployment_ids=("1", "2"))
        with transaction(sessions) as session:
            remove_platform(session, ISSUER, "client-1")
        with sessions() as session:
            assert session.scalars(select(models.Deployment)).all() == []
            assert list(list_platforms(session)) == []
        with pytest.raises(NotFound) as caught, transaction(sessions) as session:
            remove_platform(session, ISSUER, "client-1")
        assert caught.value.code == "platform_unknown"
        assert connected(sessions).deployment_ids == {"1"}


def test_a_used_platform_stays(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform = connected(sessions)
        with transaction(sessions) as session:
            arrive(session, launch(platform), Target(), NOW)
        with pytest.raises(Conflict, match="records") as caught, transaction(sessions) as session:
            remove_platform(session, ISSUER, "client-1")
        assert caught.value.code == "platform_in_use"
        with sessions() as session:
            assert len(list_platforms(session)) == 1


def test_an_unknown_provider_is_answered_with_the_known_ones(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions, transaction(sessions) as session:
        with pytest.raises(NotFound, match="there are: none"):
            provider_id_of(session, "Nort", NOW)
        made = provider_id_of(session, "North", NOW, is_created=True)
        assert provider_id_of(session, "North", NOW) == provider_id_of(session, "North", NOW, is_created=True) == made
        with pytest.raises(NotFound, match="North"):
            provider_id_of(session, "Nort", NOW)


def test_an_address_is_checked_before_anything_is_written(migrated_database_url: str) -> None:
    def refuse(url: str) -> str:
        raise BadInput("address_forbidden", f"{url} is private")

    with opened(migrated_database_url) as sessions, transaction(sessions) as session:
        with pytest.raises(BadInput) as caught:
            add_platform(session, connection(), refuse, NOW)
        assert set(caught.value.faults) == {"authorization_url", "token_url", "keyset_url"}
        assert session.scalars(select(models.Provider)).all() == []
        add_platform(session, connection(), any_address, NOW)
