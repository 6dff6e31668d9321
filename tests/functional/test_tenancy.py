"""Two providers whose LMS, people, courses and links have the same ids: neither ever meets a row of the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.base import Base
from lti_tool.db.tenancy import BELOW, OWNED, SHARED, confine
from lti_tool.domain.launch import Role
from lti_tool.services.audit import ToolActor, note
from lti_tool.services.platform import provider_id_of
from tests.functional.office_world import from_course
from tests.functional.staff_world import NOW, PROVIDER, World, make_world, text_of

OTHER = "Another Medical School"
TENANTS = ((PROVIDER, "1"), (OTHER, "2"))


@pytest.fixture
def world(migrated_postgres_url: str) -> Iterator[World]:
    made = make_world(migrated_postgres_url)
    for provider, _ in TENANTS:
        made.place(provider=provider)
    yield made
    made.close()


def everyone(world: World) -> dict[str, Any]:
    """The same person with the same ids at both, in one LMS; gives what each browser is signed in to."""
    found = {}
    for provider, deployment in TENANTS:
        how: dict[str, Any] = {
            "subject": "7",
            "course": "2",
            "link": "1",
            "provider": provider,
            "deployment": deployment,
        }
        world.enter(**how)
        found[provider] = world.staff(**(how | {"subject": "8", "name": f"Staff of {provider}"}))
    return found


def provider_ids(world: World) -> tuple[str, str]:
    with world.db() as db:
        return provider_id_of(db, PROVIDER, NOW), provider_id_of(db, OTHER, NOW)


def owners(db: Session, table: Table) -> set[str]:
    """Whose rows of a table can be seen."""
    if "provider_id" in table.c:
        return set(db.scalars(select(table.c.provider_id).distinct()))
    activity = Base.metadata.tables["activity"]
    joined = table.join(activity, table.c.activity_id == activity.c.id)
    return set(db.scalars(select(activity.c.provider_id).select_from(joined).distinct()))


def test_every_table_with_a_provider_is_walled_off() -> None:
    named = {name for name, table in Base.metadata.tables.items() if "provider_id" in table.c}
    assert named - SHARED == set(OWNED)
    assert set(BELOW) <= set(Base.metadata.tables)


def test_the_wall_is_there_and_binds_the_owner(world: World) -> None:
    with world.db() as db:
        rows = db.connection().exec_driver_sql(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relrowsecurity"
        )
        found = {name: (is_on, is_forced) for name, is_on, is_forced in rows}
        is_super = (
            db.connection().exec_driver_sql("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").scalar()
        )
    assert found == dict.fromkeys((*OWNED, *BELOW), (True, True))
    assert is_super is False


def test_whatever_a_query_forgets_only_own_rows_come(world: World) -> None:
    everyone(world)
    ours, theirs = provider_ids(world)
    with world.db() as db:
        for provider_id in (ours, theirs):
            note(db, ToolActor(provider_id), "test.noted", "test:1", NOW)
    for provider_id in (ours, theirs):
        with world.db() as db:
            confine(db, provider_id)
            seen = {name: owners(db, Base.metadata.tables[name]) for name in (*OWNED, *BELOW)}
        assert all(found <= {provider_id} for found in seen.values()), seen
        assert seen["learner"] == seen["activity"] == seen["participation"] == seen["audit_entry"] == {provider_id}
    with world.db() as db:
        assert owners(db, Base.metadata.tables["learner"]) == {ours, theirs}


def smuggle(world: World, ours: str, theirs: str) -> None:
    with world.db() as db:
        confine(db, ours)
        db.add(models.Learner(provider_id=theirs, issuer="x", subject="9", created_at=NOW))


def test_rows_of_others_can_be_neither_changed_nor_made(world: World) -> None:
    everyone(world)
    ours, theirs = provider_ids(world)
    with world.db() as db:
        confine(db, ours)
        changed = db.execute(update(models.Learner).where(models.Learner.provider_id == theirs).values(lms_name="x"))
        assert changed.rowcount == 0  # type: ignore[attr-defined]
    with pytest.raises(DBAPIError, match="row-level security"):
        smuggle(world, ours, theirs)


def test_the_wall_is_gone_with_its_transaction(world: World) -> None:
    everyone(world)
    ours, _ = provider_ids(world)
    with world.db() as db:
        confine(db, ours)
    with world.db() as db:
        assert db.scalars(select(func.count()).select_from(models.Activity)).one() == 2


def test_pages_work_behind_the_wall_and_show_only_their_own(world: World) -> None:
    found = everyone(world)
    for provider, person in found.items():
        other = OTHER if provider == PROVIDER else PROVIDER
        for rule in ("/staff/home", "/staff/", "/staff/certificates", "/staff/grades", "/staff/outcomes"):
            answer = person.get(rule)
            assert answer.status_code == 200, (rule, text_of(answer))
            assert other not in text_of(answer)
        office = from_course(person)
        assert other not in text_of(office.get())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    arrivals=st.lists(
        st.tuples(
            st.sampled_from(TENANTS),
            st.sampled_from(["1", "2"]),
            st.sampled_from(["1", "2"]),
            st.sampled_from([Role.LEARNER, Role.INSTRUCTOR]),
        ),
        max_size=6,
    )
)
def test_tenants_that_share_every_id_share_no_row(world: World, arrivals: list[Any]) -> None:
    for (provider, deployment), subject, link, role in arrivals:
        person = world.enter(role, subject=subject, course="1", link=link, provider=provider, deployment=deployment)
        with world.db() as db:
            learner = db.get_one(models.Learner, person.visit.learner_id)
            assert learner.provider_id == person.visit.provider_id == provider_id_of(db, provider, NOW)
            placement = db.get_one(models.Placement, person.visit.placement_id)
            assert placement.course.deployment.provider_id == learner.provider_id
    with world.db() as db:
        keys = [(row.provider_id, row.issuer, row.subject) for row in db.scalars(select(models.Learner))]
    assert len(keys) == len(set(keys))
