"""What was entered for an address with which nobody came goes after its own period; what somebody holds stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.retention import RecordClass
from lti_tool.services.attendance import match_attendance
from lti_tool.services.legal_hold import place_hold
from lti_tool.services.purge import due_now, purge_all, purge_provider
from lti_tool.services.retention import set_periods
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, World, opened_world
from tests.unit.lti_tool.services.keeping import OVER, STILL_KEPT
from tests.unit.lti_tool.services.officers import officer
from tests.unit.lti_tool.services.rounds import ADDRESS, SERIES, address_mark, enter

AWAITED = (RecordClass.AWAITED,)


@pytest.fixture
def awaiting(migrated_database_url: str) -> Iterator[World]:
    """Two marks of attendance and an award for an address, and one mark for another."""
    with opened_world(migrated_database_url, **SERIES) as made:
        enter(made, f",{ADDRESS},jan,45", f",{ADDRESS},feb,", ",other@example.org,jan,")
        with transaction(made.sessions) as db:
            place = {"provider_id": made.provider_id, "activity_id": made.activity_id, "credit_type": AMA}
            rest = {"amount": Decimal(1), "email_digest": "d" * 64, "reason": "Workshop", "actor": "9" * 32}
            db.add(models.PendingAward(**place, **rest, created_at=NOW))
        yield made


def left(world: World) -> tuple[int, int]:
    with transaction(world.sessions) as db:
        tables = (models.Attendance, models.PendingAward)
        attendance, awards = (len(db.scalars(select(table.id)).all()) for table in tables)
        return attendance, awards


def run(world: World, now: datetime) -> dict[RecordClass, int]:
    return purge_provider(world.sessions, world.provider_id, now, classes=AWAITED).records


def test_it_stays_to_the_last_day_and_goes_after_it(awaiting: World) -> None:
    assert run(awaiting, STILL_KEPT) == {} and left(awaiting) == (3, 1)
    with transaction(awaiting.sessions) as db:
        (due,) = [one for one in due_now(db, awaiting.provider_id, OVER) if one.record_class is RecordClass.AWAITED]
        assert (due.count, due.held) == (4, 0)
    assert run(awaiting, OVER) == {RecordClass.AWAITED: 4} and left(awaiting) == (0, 0)
    with transaction(awaiting.sessions) as db:
        rows = db.scalars(select(models.AuditEntry).where(models.AuditEntry.action == "retention.purged")).all()
        assert [(row.detail["class"], row.detail["rows"]) for row in rows] == [
            ("awaited", {"attendance": 3}),
            ("awaited", {"pending_award": 1}),
        ]
    assert run(awaiting, OVER) == {}


def test_what_somebody_came_for_is_theirs(awaiting: World) -> None:
    grace = awaiting.learner("Grace", is_ready=False)
    with transaction(awaiting.sessions) as db:
        match_attendance(db, grace, address_mark(grace), NOW)
    assert run(awaiting, OVER) == {RecordClass.AWAITED: 2} and left(awaiting) == (2, 0)


def test_a_hold_on_the_activity_keeps_it(awaiting: World) -> None:
    with transaction(awaiting.sessions) as db:
        who = officer(awaiting.provider_id)
        place_hold(db, who, "A board asks", NOW, activity_id=awaiting.activity_id)
    assert run(awaiting, OVER) == {} and left(awaiting) == (3, 1)


def test_by_itself_it_goes_only_where_the_provider_has_set_its_periods(awaiting: World) -> None:
    purge_all(awaiting.sessions, OVER)
    assert left(awaiting) == (3, 1)
    with transaction(awaiting.sessions) as db:
        set_periods(db, officer(awaiting.provider_id), {RecordClass.AWAITED: 96}, NOW)
    purge_all(awaiting.sessions, OVER)
    assert left(awaiting) == (3, 1), "its own period is longer"
    purge_all(awaiting.sessions, OVER.replace(year=2035, month=1, day=2))
    assert left(awaiting) == (0, 0)
