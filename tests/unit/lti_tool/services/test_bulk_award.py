"""Lists of awards: nothing half done, and awards that wait for their person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.sealing import Sealer
from lti_tool.domain.capability import Capability
from lti_tool.domain.credit import Degree
from lti_tool.domain.errors import BadInput, Forbidden, NotFound, Refused
from lti_tool.domain.roll import Roll, read_roll
from lti_tool.services.address_mark import email_digest
from lti_tool.services.bulk_award import CheckedRoll, check_roll
from lti_tool.services.bulk_entry import Entered, enter_roll
from lti_tool.services.learner import ProfileForm
from lti_tool.services.override import revoke_by_staff
from lti_tool.services.session import Visit
from lti_tool.services.waiting_award import (
    decline_waiting_award,
    has_profile,
    match_waiting_awards,
    take_waiting_award,
    waiting_awards,
)
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, PrinterDouble, World, link, opened_world
from tests.unit.lti_tool.services.officers import officer

SEALER = Sealer("a secret of the installation for tests")
HEAD = "learner,email,credit_type,amount,reason\n"
ADDRESS = "grace@example.org"


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    with opened_world(migrated_database_url) as made:
        yield made


def roll(*lines: str) -> Roll:
    return read_roll((HEAD + "\n".join(lines)).encode())


def check(world: World, *lines: str, reason: str = "Workshop") -> CheckedRoll:
    with transaction(world.sessions) as db:
        return check_roll(db, officer(world.provider_id), world.activity_id, roll(*lines), reason, SEALER)


def enter(world: World, *lines: str, is_again_meant: bool = False) -> Entered:
    who = officer(world.provider_id)
    with transaction(world.sessions) as db:
        checked = check_roll(db, who, world.activity_id, roll(*lines), "Workshop", SEALER)
        return enter_roll(db, who, world.activity_id, checked, link, NOW, is_again_meant=is_again_meant)


def match(world: World, visit: Visit, email: str = ADDRESS) -> None:
    with transaction(world.sessions) as db:
        mark = email_digest(SEALER, world.provider_id, email) if email else ""
        match_waiting_awards(db, world.provider_id, visit.learner_id, mark)


def take(world: World, visit: Visit, form: ProfileForm | None = None) -> None:
    with transaction(world.sessions) as db:
        (one,) = waiting_awards(db, visit)
        take_waiting_award(db, visit, one.id, form, PrinterDouble(), link, NOW)


def test_a_list_for_known_and_unknown_people(world: World) -> None:
    ada = world.learner(is_ready=False)
    done = enter(world, f"{ada.learner_id},,{AMA},0.50,", f",{ADDRESS},{AMA},1.00,Sheet 3")
    assert done == Entered(1, 1)
    with transaction(world.sessions) as db:
        entry, waiting = db.scalars(select(models.CreditEntry)).one(), db.scalars(select(models.PendingAward)).one()
        assert (entry.amount, entry.reason) == (Decimal("0.50"), "Workshop")
        assert (waiting.amount, waiting.reason, waiting.learner_id) == (Decimal("1.00"), "Sheet 3", None)
        assert ADDRESS not in str(vars(waiting))
        last = db.scalars(select(models.AuditEntry).order_by(models.AuditEntry.number.desc())).first()
        assert last is not None and last.detail == {"awarded": 1, "waiting": 1}


def test_one_fault_keeps_all_out(world: World) -> None:
    ada, nina = world.learner(is_ready=False), world.learner("Nina", Degree.RN, is_ready=False)
    unconfirmed = world.learner("Una", None, is_ready=False)
    held = world.learner("Hal")
    world.claim(held)
    lines = [
        f"{ada.learner_id},,{AMA},0.50,",
        f",not an address,{AMA},1.00,",
        f",b@example.org,{AMA},1.10,",
        ",c@example.org,ancc,1.00,",
        f"{'0' * 32},,{AMA},1.00,",
        f"{unconfirmed.learner_id},,{AMA},1.00,",
        f"{held.learner_id},,{AMA},1.00,",
        f",d@example.org,{AMA},1.00,{'x' * 600}",
    ]
    before = world.counts()
    found = check(world, *lines)
    assert [(fault.line, fault.column, fault.code) for fault in found.faults] == [
        (3, "email", "email_wrong"),
        (4, "amount", "claim_above_maximum"),
        (5, "credit_type", "not_offered"),
        (6, "learner", "learner_unknown"),
        (7, "learner", "profile_unconfirmed"),
        (8, "learner", "award_live"),
        (9, "reason", "too_long"),
    ]
    with pytest.raises(Refused), transaction(world.sessions) as db:
        enter_roll(db, officer(world.provider_id), world.activity_id, found, link, NOW)
    assert world.counts() == before
    assert check(world, f"{nina.learner_id},,{AMA},1.00,").faults == ()
    assert [fault.code for fault in check(world, f"{ada.learner_id},,{AMA},1.00,", reason="").faults] == ["missing"]


def test_a_wrong_heading_hides_no_fault_of_the_rows(world: World) -> None:
    held = world.learner("Hal")
    world.claim(held)
    rows = (f"{'0' * 32},{AMA},9,x", f"{held.learner_id},{AMA},0.25,", f"{held.learner_id},ancc,1,x")
    text = "\n".join(("learner,credit_type,ammount,reason", *rows))
    with transaction(world.sessions) as db:
        found = check_roll(db, officer(world.provider_id), world.activity_id, read_roll(text.encode()), "", SEALER)
    assert [(fault.line, fault.column, fault.code) for fault in found.faults] == [
        (1, "ammount", "unknown_column"),
        (1, "amount", "missing_column"),
        (2, "learner", "learner_unknown"),
        (3, "reason", "missing"),
        (4, "credit_type", "not_offered"),
    ], "whether Hal's credit stands already rests on an amount that was not read"
    assert found.rows == ()


def test_a_list_that_was_read_badly_is_not_entered(world: World) -> None:
    assert [fault.code for fault in check(world).faults] == ["empty"]


def test_the_same_address_does_not_wait_twice(world: World) -> None:
    enter(world, f",{ADDRESS},{AMA},1.00,")
    assert [fault.code for fault in check(world, f",{ADDRESS.upper()},{AMA},0.75,").faults] == ["award_waiting"]
    assert enter(world, f",{ADDRESS.upper()},{AMA},1.00,") == Entered(0, 0, 1)
    with transaction(world.sessions) as db:
        assert db.scalars(select(models.PendingAward)).one().amount == Decimal("1.00")


def test_the_same_list_twice_enters_nothing_twice(world: World) -> None:
    ada = world.learner(is_ready=False)
    lines = [f"{ada.learner_id},,{AMA},0.5,", f",{ADDRESS},{AMA},1.00,Sheet 3"]
    assert enter(world, *lines) == Entered(1, 1)
    before = world.counts()
    again = check(world, *lines)
    assert again.faults == () and not again.is_news and again.waiting_count == 0
    assert enter(world, *lines) == Entered(0, 0, 2)
    assert world.counts() == before
    more = [*lines, f",b@example.org,{AMA},1.00,"]
    assert enter(world, *more) == Entered(0, 1, 2)
    with transaction(world.sessions) as db:
        actions = db.scalars(select(models.AuditEntry.action).where(models.AuditEntry.action == "credit.roll_entered"))
        assert len(actions.all()) == 2
    changed = f"{ada.learner_id},,{AMA},0.75,"
    assert [fault.code for fault in check(world, changed).faults] == ["award_live"]


def take_back(world: World, learner_id: str) -> None:
    with transaction(world.sessions) as db:
        who = officer(world.provider_id)
        revoke_by_staff(db, who, learner_id, world.activity_id, AMA, "Entered for somebody else", link, NOW)


def test_credit_that_was_taken_back_is_awarded_again_only_if_it_is_meant(world: World) -> None:
    ada, bea = world.learner(is_ready=False), world.learner("Bea", is_ready=False)
    lines = [f"{ada.learner_id},,{AMA},1.00,", f"{bea.learner_id},,{AMA},1.00,"]
    enter(world, *lines)
    take_back(world, ada.learner_id)
    checked = check(world, *lines)
    assert [(row.is_again, row.is_known) for row in checked.rows] == [(True, False), (False, True)]
    assert checked.is_news and checked.again_count == 1
    before = world.counts()
    with pytest.raises(Refused) as caught:
        enter(world, *lines)
    assert caught.value.code == "roll_awards_again" and world.counts() == before
    assert enter(world, *lines, is_again_meant=True) == Entered(1, 0, 1)
    assert check(world, *lines).again_count == 0
    with transaction(world.sessions) as db:
        last = db.scalars(select(models.AuditEntry).order_by(models.AuditEntry.number.desc())).first()
        assert last is not None and last.detail == {"awarded": 1, "waiting": 0, "again": 1}


def test_an_address_whose_credit_was_taken_back_is_found_out_too(world: World) -> None:
    line = f",{ADDRESS},{AMA},0.75,"
    enter(world, line)
    grace = world.learner("Grace", is_ready=False)
    match(world, grace)
    take(world, grace)
    assert check(world, line).rows[0].is_known
    take_back(world, grace.learner_id)
    (row,) = check(world, line).rows
    assert row.is_again and not row.is_known and row.learner_id == grace.learner_id
    with pytest.raises(Refused):
        enter(world, line)
    assert enter(world, line, is_again_meant=True) == Entered(1, 0, 0)


def test_a_waiting_award_never_brings_back_what_was_taken_back(world: World) -> None:
    """The list named an address, so nobody could see whose it was."""
    grace = world.learner("Grace", is_ready=False)
    enter(world, f"{grace.learner_id},,{AMA},1.00,")
    take_back(world, grace.learner_id)
    enter(world, f",{ADDRESS},{AMA},1.00,")
    match(world, grace)
    before = world.counts()
    with pytest.raises(Refused) as caught:
        take(world, grace)
    assert caught.value.code == "waiting_award_ended" and world.counts() == before
    with transaction(world.sessions) as db:
        assert len(waiting_awards(db, grace)) == 1


def test_a_declined_award_is_not_entered_again(world: World) -> None:
    enter(world, f",{ADDRESS},{AMA},1.00,")
    grace = world.learner("Grace", is_ready=False)
    match(world, grace)
    with transaction(world.sessions) as db:
        (one,) = waiting_awards(db, grace)
        decline_waiting_award(db, grace, one.id, NOW)
    assert [fault.code for fault in check(world, f",{ADDRESS},{AMA},1.00,").faults] == ["award_waiting"]


def test_the_person_comes_confirms_and_has_the_credit(world: World) -> None:
    enter(world, f",{ADDRESS},{AMA},0.75,Sheet 3")
    grace = world.learner("Grace", None, is_ready=False)
    match(world, grace, " Grace@Example.org ")
    with transaction(world.sessions) as db:
        assert not has_profile(db, grace)
    with pytest.raises(BadInput):
        take(world, grace, ProfileForm("", "MD", "US"))
    take(world, grace, ProfileForm("Grace Hopper", "MD", "US"))
    with transaction(world.sessions) as db:
        entry, waiting = db.scalars(select(models.CreditEntry)).one(), db.scalars(select(models.PendingAward)).one()
        assert (entry.amount, entry.learner_id, entry.reason) == (Decimal("0.75"), grace.learner_id, "Sheet 3")
        assert waiting.entry_id == entry.id and waiting.settled_at == NOW
        assert waiting_awards(db, grace) == ()
    assert world.counts() == (1, 1, 1)


def test_somebody_else_sees_nothing(world: World) -> None:
    enter(world, f",{ADDRESS},{AMA},0.75,")
    eve = world.learner("Eve", is_ready=False)
    for email in ("eve@example.org", "", " "):
        match(world, eve, email)
    with transaction(world.sessions) as db:
        assert waiting_awards(db, eve) == ()
        waiting = db.scalars(select(models.PendingAward)).one()
        with pytest.raises(NotFound):
            take_waiting_award(db, eve, waiting.id, None, PrinterDouble(), link, NOW)


def test_who_came_first_keeps_it_and_can_decline(world: World) -> None:
    enter(world, f",{ADDRESS},{AMA},0.75,")
    grace, later = world.learner("Grace", is_ready=False), world.learner("Later", is_ready=False)
    match(world, grace)
    match(world, later)
    with transaction(world.sessions) as db:
        assert waiting_awards(db, later) == ()
        (one,) = waiting_awards(db, grace)
        decline_waiting_award(db, grace, one.id, NOW)
        assert waiting_awards(db, grace) == () and db.scalars(select(models.PendingAward)).one().is_declined
        with pytest.raises(NotFound):
            decline_waiting_award(db, grace, one.id, NOW)
    assert world.counts()[0] == 0


def test_staff_and_test_users_are_never_asked(world: World) -> None:
    enter(world, f",{ADDRESS},{AMA},0.75,")
    grace = world.learner("Grace", is_ready=False)
    match(world, grace)
    with transaction(world.sessions) as db:
        assert waiting_awards(db, replace(grace, is_staff=True)) == ()


def test_who_may_enter_lists(world: World) -> None:
    for who, error in (
        (officer(world.provider_id, Capability.REPORT), Forbidden),
        (officer("f" * 32), NotFound),
    ):
        with pytest.raises(error), transaction(world.sessions) as db:
            check_roll(db, who, world.activity_id, roll(f",{ADDRESS},{AMA},1.00,"), "Workshop", SEALER)
