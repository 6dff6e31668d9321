"""Awards of staff at an activity with sessions: the attendance binds, unless a reason says why more is right."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.load import accounts
from lti_tool.domain.capability import Capability
from lti_tool.domain.credit import Degree
from lti_tool.domain.errors import BadInput, Forbidden, NotFound
from lti_tool.domain.ledger import Entry, balance
from lti_tool.domain.roll import read_roll
from lti_tool.services.attendance import match_attendance
from lti_tool.services.attended_award import attendance_seen
from lti_tool.services.bulk_award import CheckedRoll, check_roll
from lti_tool.services.bulk_entry import enter_roll
from lti_tool.services.certificate import issued_certificates
from lti_tool.services.override import adjust_by_staff, award_by_staff
from lti_tool.services.session import Visit
from lti_tool.services.waiting_award import match_waiting_awards, take_waiting_award, waiting_awards
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, PrinterDouble, World, link, opened_world
from tests.unit.lti_tool.services.officers import officer
from tests.unit.lti_tool.services.rounds import ADDRESS, SEALER, SERIES, address_mark, enter, mark

HEAD = "learner,email,credit_type,amount,beyond\n"
WHY = "Sign-in sheet 7 was found later"


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    with opened_world(migrated_sqlite_url, **SERIES) as made:
        yield made


def act(world: World, visit: Visit, what: Any, amount: str, beyond: str = "") -> None:
    with transaction(world.sessions) as db:
        who = officer(world.provider_id)
        what(db, who, visit.learner_id, world.activity_id, AMA, amount, "Came to the rounds", link, NOW, beyond)


def chain(world: World, visit: Visit) -> tuple[Entry, ...]:
    with transaction(world.sessions) as db:
        return accounts(db, visit.learner_id, world.activity_id).get(AMA, ())


def refused(world: World, visit: Visit, what: Any, amount: str, beyond: str = "") -> dict[str, str]:
    before = chain(world, visit)
    with pytest.raises(BadInput) as caught:
        act(world, visit, what, amount, beyond)
    assert chain(world, visit) == before
    return dict(caught.value.faults)


def test_the_attendance_binds_and_a_reason_goes_beyond_it(world: World) -> None:
    ada = world.learner(is_ready=False)
    assert refused(world, ada, award_by_staff, "0.25") == {"beyond": "award_above_attended"}
    mark(world, ada, "jan")
    assert refused(world, ada, award_by_staff, "1.25", " ") == {"beyond": "award_above_attended"}
    assert refused(world, ada, award_by_staff, "1.25", "x" * 501) == {"beyond": "too_long"}
    act(world, ada, award_by_staff, "1.25", WHY)
    (entry,) = chain(world, ada)
    assert (entry.amount, entry.reason, entry.beyond) == (Decimal("1.25"), "Came to the rounds", WHY)
    with transaction(world.sessions) as db:
        (note,) = db.scalars(select(models.AuditEntry).where(models.AuditEntry.action == "credit.awarded"))
        assert note.detail["beyond"] == WHY
        (issued,) = issued_certificates(db, ada)
    assert issued.certificate.notes[-1].plain.endswith(
        "January 20, 2026 (1.00). Of the 1.25 AMA PRA Category 1 Credits™ awarded, 1.00 is for these sessions."
    )


def test_within_the_attendance_no_reason_is_kept(world: World) -> None:
    ada = world.learner(is_ready=False)
    mark(world, ada, "jan")
    act(world, ada, award_by_staff, "1.00", WHY)
    (entry,) = chain(world, ada)
    assert entry.beyond == ""


def test_the_designated_maximum_stands_above_any_reason(world: World) -> None:
    ada = world.learner(is_ready=False)
    with pytest.raises(BadInput) as caught:
        act(world, ada, award_by_staff, "2.75", WHY)
    assert caught.value.code == "claim_above_maximum"


def test_an_adjustment_is_bound_too(world: World) -> None:
    ada = world.learner(is_ready=False)
    mark(world, ada, "jan")
    act(world, ada, award_by_staff, "1.00")
    assert refused(world, ada, adjust_by_staff, "1.50") == {"beyond": "award_above_attended"}
    act(world, ada, adjust_by_staff, "0.50")
    act(world, ada, adjust_by_staff, "1.50", WHY)
    act(world, ada, adjust_by_staff, "1.25")
    mark(world, ada, "feb")
    act(world, ada, adjust_by_staff, "2.00")
    assert [one.beyond for one in chain(world, ada)] == ["", "", WHY, WHY, ""]
    assert balance(chain(world, ada)) == Decimal("2.00")


def test_who_was_nowhere_is_not_certified_for_taking_part(world: World) -> None:
    nina = world.learner("Nina", Degree.RN, is_ready=False)
    assert refused(world, nina, award_by_staff, "") == {"beyond": "award_above_attended"}
    mark(world, nina, "jan", "5")
    act(world, nina, award_by_staff, "")
    assert not chain(world, nina)[-1].is_awarded


def test_the_office_sees_the_attendance_and_what_it_gives(world: World) -> None:
    ada = world.learner(is_ready=False)
    mark(world, ada, "feb", "40")
    with transaction(world.sessions) as db:
        seen = attendance_seen(db, officer(world.provider_id), ada.learner_id, world.activity_id)
        assert seen is not None
        assert [(one.session.key, one.minutes) for one in seen.sessions] == [("jan", None), ("feb", 40), ("mar", None)]
        assert seen.credits == (("AMA PRA Category 1 Credit™", Decimal("0.75")),)
        with pytest.raises(NotFound):
            attendance_seen(db, officer("0" * 32), ada.learner_id, world.activity_id)
        weak = officer(world.provider_id, Capability.MARK_ATTENDANCE)
        with pytest.raises(Forbidden):
            attendance_seen(db, weak, ada.learner_id, world.activity_id)


def checked(world: World, *lines: str, is_entered: bool = False) -> CheckedRoll:
    who = officer(world.provider_id)
    with transaction(world.sessions) as db:
        roll = read_roll((HEAD + "\n".join(lines)).encode())
        found = check_roll(db, who, world.activity_id, roll, "Workshop", SEALER)
        if is_entered:
            enter_roll(db, who, world.activity_id, found, link, NOW)
    return found


def test_a_list_is_bound_row_by_row(world: World) -> None:
    ada = world.learner(is_ready=False)
    mark(world, ada, "jan")
    row = f"{ada.learner_id},,{AMA},1.50"
    (fault,) = checked(world, row + ",").faults
    assert (fault.column, fault.code) == ("beyond", "award_above_attended")
    assert checked(world, row.replace("1.50", "1.00") + ",").rows[0].beyond == ""
    assert checked(world, f"{row},{WHY}", is_entered=True).rows[0].beyond == WHY
    assert chain(world, ada)[0].beyond == WHY
    assert checked(world, row + ",").rows[0].is_known, "what was entered with a reason is not asked about again"


def test_a_list_asks_once_for_each_person_s_attendance(world: World) -> None:
    people = [world.learner(is_ready=False) for _ in range(3)]
    for each in people:
        mark(world, each, "jan")
    asked: list[str] = []
    engine = world.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", lambda *heard: asked.append(str(heard[2])))
    found = checked(world, *(f"{each.learner_id},,{AMA},1.00," for each in people))
    assert not found.faults and len(found.rows) == len(people)
    assert sum("FROM attendance" in one for one in asked) == len(people)


def test_what_a_list_said_of_an_address_counts_and_the_reason_waits_with_the_award(either_rounds: World) -> None:
    world = either_rounds
    row = f",{ADDRESS},{AMA},1.25"
    assert checked(world, row + ",").faults[0].code == "award_above_attended"
    enter(world, f",{ADDRESS},jan,")
    assert not checked(world, row.replace("1.25", "1.00") + ",").faults
    assert checked(world, f"{row},{WHY}", is_entered=True).waiting_count == 1
    grace = world.learner("Grace", is_ready=False)
    with transaction(world.sessions) as db:
        match_attendance(db, grace, address_mark(grace), NOW)
        match_waiting_awards(db, world.provider_id, grace.learner_id, address_mark(grace))
        (waiting,) = waiting_awards(db, grace)
        take_waiting_award(db, grace, waiting.id, None, PrinterDouble(), link, NOW)
    (entry,) = chain(world, grace)
    assert (entry.amount, entry.beyond) == (Decimal("1.25"), WHY)
