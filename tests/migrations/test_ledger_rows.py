"""Awards of the first release become the ledger, and go back, with every value and every certificate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, select

from lti_tool.db import models
from lti_tool.db.engine import make_engine, make_sessions, transaction
from lti_tool.db.load import accounts
from lti_tool.db.migrate import downgrade, upgrade
from lti_tool.domain.ledger import balance, live_award

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
BEFORE, AFTER = "0006", "0007"
TERMS = {"version": "award-terms/1", "profile": {"printed_name": "Ada"}, "offer": {"maximum": "1.00"}}


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def table(connection: Connection, name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=connection)


def put(connection: Connection, into: str, **values: Any) -> None:
    connection.execute(table(connection, into).insert().values(**values))


def key(letter: str) -> str:
    return letter * 32


def fill(url: str) -> None:
    """A learner with two awards, one of them participation, and a certificate of each."""
    with connected(url) as connection:
        put(connection, "provider", id=key("a"), name="Example", created_at=NOW)
        put(connection, "activity", id=key("b"), provider_id=key("a"), key="k", title="T", version=1, created_at=NOW)
        put(
            connection,
            "learner",
            id=key("c"),
            provider_id=key("a"),
            issuer="i",
            subject="s",
            lms_name="",
            locale="",
            printed_name="Ada",
            degree="MD",
            country="US",
            created_at=NOW,
        )
        part = {"learner_id": key("c"), "activity_id": key("b"), "version": 1}
        put(connection, "participation", id=key("d"), is_trial=False, started_at=NOW, **part)
        for letter, code, is_awarded in (("e", "ama-pra-category-1", True), ("f", "attendance", False)):
            put(
                connection,
                "award",
                id=key(letter),
                participation_id=key("d"),
                credit_type=code,
                amount="0.75",
                is_awarded=is_awarded,
                terms=TERMS,
                claimed_at=NOW,
                **part,
            )
            put(
                connection,
                "certificate",
                id=key(letter),
                award_id=key(letter),
                provider_id=key("a"),
                number=letter,
                code=letter,
                body={"kept": letter},
                status="valid",
                issued_at=NOW,
            )


def rows(url: str, name: str) -> list[dict[str, Any]]:
    with connected(url) as connection:
        found = table(connection, name)
        return [dict(row._mapping) for row in connection.execute(select(found).order_by(found.c.id))]


def test_awards_become_first_entries_and_go_back_unchanged(database_url: str) -> None:
    upgrade(database_url, BEFORE)
    fill(database_url)
    awards, certificates = rows(database_url, "award"), rows(database_url, "certificate")
    assert len(awards) == len(certificates) == 2
    upgrade(database_url, AFTER)
    entries = rows(database_url, "credit_entry")
    for award, entry in zip(awards, entries, strict=True):
        same = set(award) - {"claimed_at"}
        assert {name: entry[name] for name in same} == {name: award[name] for name in same}
        assert (entry["recorded_at"], entry["kind"], entry["follows"]) == (award["claimed_at"], "award", "")
        assert (entry["provider_id"], entry["claim_id"], entry["actor"]) == (key("a"), award["id"], "learner")
    assert rows(database_url, "certificate") == certificates
    downgrade(database_url, BEFORE)
    assert rows(database_url, "award") == awards and rows(database_url, "certificate") == certificates


def test_the_carried_ledger_reads_as_live_awards(database_url: str) -> None:
    upgrade(database_url, BEFORE)
    fill(database_url)
    upgrade(database_url)
    engine = make_engine(database_url)
    try:
        with transaction(make_sessions(engine)) as session:
            found = accounts(session, key("c"), key("b"))
            assert {code: str(balance(chain)) for code, chain in found.items()} == {
                "ama-pra-category-1": "0.75",
                "attendance": "0.75",
            }
            assert all(live_award(chain) for chain in found.values())
            assert session.get_one(models.Certificate, key("e")).award_id == key("e")
    finally:
        engine.dispose()


def test_going_back_never_forgets_a_correction(database_url: str) -> None:
    upgrade(database_url, BEFORE)
    fill(database_url)
    upgrade(database_url, AFTER)
    first = rows(database_url, "credit_entry")[0]
    with connected(database_url) as connection:
        revoked = {**first, "id": key("0"), "follows": first["id"], "kind": "revoke", "amount": "-0.75"}
        put(connection, "credit_entry", **revoked)
    before = rows(database_url, "credit_entry")
    with pytest.raises(RuntimeError, match="restore a backup"):
        downgrade(database_url, BEFORE)
    assert rows(database_url, "credit_entry") == before


def test_going_back_never_mixes_up_certificates_of_single_credits(sqlite_url: str) -> None:
    upgrade(sqlite_url, BEFORE)
    fill(sqlite_url)
    upgrade(sqlite_url, "0021")
    with connected(sqlite_url) as connection:
        kept = table(connection, "certificate")
        assert set(connection.execute(select(kept.c.division, kept.c.session_key))) == {("together", "")}
        connection.execute(kept.update().values(division="by-type"))
    with pytest.raises(RuntimeError, match="restore a backup"):
        downgrade(sqlite_url, "0020")
    assert {row["division"] for row in rows(sqlite_url, "certificate")} == {"by-type"}
