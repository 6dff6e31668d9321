"""Credit in a column of its own, over real HTTP to the demo LMS, beside the column of the grade."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.errors import LaunchRefused, NotFound, Refused
from lti_tool.domain.ledger import EntryKind
from lti_tool.lti.claim_parts import identifier
from lti_tool.services.audit import ToolActor, trail
from lti_tool.services.credit_column import NO_CREDIT
from lti_tool.services.credit_switch import credit_columns, set_credit_columns
from lti_tool.services.line_item import AGS
from tests.functional.credit_columns import columns, credit_items, enter, shown, switch
from tests.functional.gradebooks import NURSE, PHYSICIAN, School, opened_school


@pytest.fixture
def school(migrated_sqlite_url: str) -> Iterator[School]:
    with opened_school(migrated_sqlite_url, "moodle") as made:
        switch(made, is_on=True)
        yield made


@pytest.mark.parametrize("family", ["moodle", "canvas", "blackboard", "openedx-programmatic", "brightspace"])
def test_it_is_made_once_beside_the_grade(family: str, migrated_sqlite_url: str) -> None:
    with opened_school(migrated_sqlite_url, family) as school:
        switch(school, is_on=True)
        school.ward.post_test(PHYSICIAN, 2, "test")
        enter(school, EntryKind.AWARD, "0.75")
        enter(school, EntryKind.AWARD, "0.5", NURSE)
        school.deliver_until_done()
        (item,) = credit_items(school)
        assert item.label.endswith(": credit") and item.resource_id.endswith(":credit")
        assert float(item.score_maximum).is_integer()
        assert shown(school)[0] == 0.75 and shown(school, NURSE)[0] == 0.5
        assert school.points() == 66.67
        assert {row.state for row in school.everything()} == {"delivered"}


def test_it_follows_the_ledger(school: School) -> None:
    enter(school, EntryKind.AWARD, "0.75")
    school.deliver()
    points, words = shown(school)
    assert points == 0.75 and words.startswith("0.75 ") and "Credit" in words
    enter(school, EntryKind.ADJUST, "0.5")
    school.deliver()
    assert shown(school)[0] == 0.5
    enter(school, EntryKind.REVOKE, "0")
    school.deliver()
    assert shown(school) == (0, NO_CREDIT)
    enter(school, EntryKind.AWARD, "0.25")
    enter(school, EntryKind.EXPIRE, "0")
    school.deliver()
    assert shown(school) == (0, NO_CREDIT)
    assert len(credit_items(school)) == 1


def test_a_claim_made_twice_is_sent_once(school: School) -> None:
    enter(school, EntryKind.AWARD, "0.75")
    with pytest.raises(Refused, match="award_live"):
        enter(school, EntryKind.AWARD, "0.75")
    assert school.deliver() == 1 == len(school.everything())


def test_who_took_part_without_credit_is_not_told_of(school: School) -> None:
    enter(school, EntryKind.AWARD, "0.75", is_awarded=False)
    assert school.everything() == []


def test_it_is_off_until_it_is_switched_on_and_silent_afterwards(school: School) -> None:
    enter(school, EntryKind.AWARD, "0.75")
    school.deliver()
    enter(school, EntryKind.ADJUST, "0.5")
    switch(school, is_on=False)
    enter(school, EntryKind.REVOKE, "0")
    assert school.deliver() == 0
    assert shown(school)[0] == 0.75
    assert [row.state for row in school.everything()] == ["delivered", "superseded"]
    with transaction(school.ward.sessions) as db:
        actions = [line.action for line in trail(db, school.ward.keys["provider"])]
    assert actions == ["credit_columns.switched_off", "credit_columns.switched_on"]


def test_what_a_worker_gives_back_after_the_switch_is_not_sent(school: School) -> None:
    enter(school, EntryKind.AWARD, "0.75")
    switch(school, is_on=False)
    with transaction(school.ward.sessions) as db:
        db.query(models.Delivery).one().state = "waiting"
    assert school.deliver() == 0


def test_nothing_is_queued_by_default(migrated_sqlite_url: str) -> None:
    with opened_school(migrated_sqlite_url, "moodle") as school:
        enter(school, EntryKind.AWARD, "0.75")
        assert school.everything() == []


def test_without_the_scope_nothing_is_queued_and_the_office_is_told(school: School) -> None:
    keys = school.ward.keys
    with transaction(school.ward.sessions) as db:
        db.get_one(models.Placement, keys["test"]).scopes = f"{AGS}score {AGS}lineitem.readonly"
    enter(school, EntryKind.AWARD, "0.75")
    assert school.everything() == []
    with transaction(school.ward.sessions) as db:
        (one,) = credit_columns(db, keys["provider"], keys["school.platform"])
    assert (one.is_on, one.refusing) == (True, 1)


def test_another_providers_deployment_is_refused(school: School) -> None:
    keys = school.ward.keys
    with transaction(school.ward.sessions) as db:
        other = models.Provider(name="Another Medical School", created_at=school.clock.now)
        db.add(other)
        db.flush()
        with pytest.raises(NotFound, match="platform_unknown"):
            set_credit_columns(db, ToolActor(other.id), keys["school.platform"], "1", school.clock.now, is_on=False)
        assert db.get_one(models.Deployment, keys["school.deployment"]).sends_credit


def test_the_database_keeps_one_column_and_one_waiting_score(migrated_postgres_url: str) -> None:
    with opened_school(migrated_postgres_url, "moodle") as school:
        switch(school, is_on=True)
        school.place("again")
        for kind, amount in ((EntryKind.AWARD, "0.75"), (EntryKind.ADJUST, "0.5"), (EntryKind.ADJUST, "0.25")):
            enter(school, kind, amount)
        states = sorted(row.state for row in school.everything())
        assert states == ["superseded", "superseded", "waiting"]
        school.deliver()
        assert shown(school)[0] == 0.25


def test_a_link_of_the_lms_is_never_taken_for_a_column(school: School) -> None:
    """Not even one whose id is made up to look like it; and no launch can bring the id of the column itself."""
    named = f"credit:{school.ward.keys['activity']}"
    school.ward.place("odd", "school", resource_link_id=named)
    enter(school, EntryKind.AWARD, "0.75")
    (column,) = columns(school)
    assert column.id != school.ward.keys["odd"] and column.resource_link_id.endswith(named)
    with pytest.raises(LaunchRefused, match="control characters"):
        identifier(column.resource_link_id, "resource_link")
