"""The audit trail: append-only, without gaps, whole or visibly broken."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import NotFound
from lti_tool.services.audit import PAGE, ToolActor, activity_of, first_break, note, trail, whole_trail
from tests.unit.lti_tool.services.staffing import NOW, Staffing, staffed


@pytest.fixture
def staffing(migrated_database_url: str) -> Iterator[Staffing]:
    with staffed(migrated_database_url) as made:
        yield made


def add(staffing: Staffing, count: int = 1, provider: str = "") -> None:
    with staffing.db() as session:
        for number in range(count):
            actor = ToolActor(provider or staffing.provider)
            note(session, actor, "thing.done", f"thing:{number}", NOW, detail={"field": [1, number]})


def test_entries_follow_each_other_and_are_read_newest_first(staffing: Staffing) -> None:
    person = staffing.person("Iris")
    with staffing.db() as session:
        note(
            session, ToolActor(staffing.provider, person), "grant.given", "person:1", NOW, detail={"c": Capability.PLAN}
        )
        note(session, staffing.tool, "thing.done", "thing:1", NOW + timedelta(hours=1))
    with staffing.db() as session:
        newest, oldest = trail(session, staffing.provider)
        assert (newest.number, newest.actor, newest.at) == (2, "", NOW + timedelta(hours=1))
        assert (oldest.number, oldest.actor, oldest.detail) == (1, "Iris", {"c": "plan"})
        assert first_break(session, staffing.provider) is None


def test_a_long_trail_is_read_in_pages(staffing: Staffing) -> None:
    add(staffing, PAGE + 5)
    with staffing.db() as session:
        first = trail(session, staffing.provider)
        rest = trail(session, staffing.provider, before=first[-1].number)
        assert [row.number for row in (*first, *rest)] == list(range(PAGE + 5, 0, -1))
        assert [row.number for row in whole_trail(session, staffing.provider)] == list(range(PAGE + 5, 0, -1))


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE audit_entry SET action = 'nothing' WHERE number = 2",
        "DELETE FROM audit_entry WHERE number = 2",
        "DELETE FROM audit_entry",
    ],
)
def test_the_database_refuses_to_change_or_remove(staffing: Staffing, attack: str) -> None:
    add(staffing, 3)
    with pytest.raises(DBAPIError, match="append-only"), staffing.db() as session:
        session.execute(text(attack))
    with staffing.db() as session:
        assert first_break(session, staffing.provider) is None


def _unguarded(staffing: Staffing, *statements: str) -> None:
    """As somebody would who owns the database."""
    with staffing.db() as session:
        is_postgres = session.get_bind().dialect.name == "postgresql"
        opening = (
            ["ALTER TABLE audit_entry DISABLE TRIGGER USER"]
            if is_postgres
            else ["DROP TRIGGER audit_entry_no_update", "DROP TRIGGER audit_entry_no_delete"]
        )
        for statement in (*opening, *statements):
            session.execute(text(statement))


@pytest.mark.parametrize(
    ("attack", "broken"),
    [
        ("UPDATE audit_entry SET action = 'nothing.done' WHERE number = 2", 2),
        ("DELETE FROM audit_entry WHERE number = 2", 2),
        ("DELETE FROM audit_entry WHERE number = 1", 1),
        ("UPDATE audit_entry SET actor_id = 'x' WHERE number = 3", 3),
    ],
)
def test_what_was_changed_all_the_same_is_found(staffing: Staffing, attack: str, broken: int) -> None:
    add(staffing, 3)
    _unguarded(staffing, attack)
    with staffing.db() as session:
        assert first_break(session, staffing.provider) == broken


def test_many_at_once_make_one_chain(staffing: Staffing) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: add(staffing), range(24)))
    with staffing.db() as session:
        assert len(list(whole_trail(session, staffing.provider))) == 24
        assert first_break(session, staffing.provider) is None


def test_a_chain_is_one_providers_own(staffing: Staffing) -> None:
    add(staffing, 2)
    add(staffing, 1, staffing.other)
    with staffing.db() as session:
        assert [row.number for row in trail(session, staffing.other)] == [1]
        assert first_break(session, staffing.other) is None


def test_only_what_concerns_the_activity(staffing: Staffing) -> None:
    own, foreign = staffing.activity(), staffing.activity(staffing.other)
    with staffing.db() as session:
        note(session, staffing.tool, "activity.approved", f"activity:{own}", NOW, activity_id=own)
        note(session, staffing.tool, "thing.done", "thing:1", NOW)
    with staffing.db() as session:
        assert [row.action for row in trail(session, staffing.provider, activity_id=own)] == ["activity.approved"]
        assert activity_of(session, staffing.provider, own) == "A-1"
        for unknown in (foreign, "nothing"):
            with pytest.raises(NotFound):
                activity_of(session, staffing.provider, unknown)


def test_what_is_rolled_back_leaves_no_gap(staffing: Staffing) -> None:
    add(staffing)
    with staffing.db() as session:
        note(session, staffing.tool, "thing.done", "thing:9", NOW)
        session.rollback()
    add(staffing)
    with staffing.db() as session:
        assert [row.number for row in trail(session, staffing.provider)] == [2, 1]
