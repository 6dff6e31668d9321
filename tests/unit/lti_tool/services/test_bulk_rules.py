"""Lists of awards by a body's rule: teaching and formats with fixed amounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.sealing import Sealer
from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.errors import Refused
from lti_tool.domain.roll import read_roll
from lti_tool.services.bulk_award import CheckedRoll, check_roll
from lti_tool.services.bulk_entry import Entered, enter_roll
from lti_tool.services.waiting_award import match_waiting_awards, take_waiting_award, waiting_awards
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, PrinterDouble, World, link, opened_world
from tests.unit.lti_tool.services.officers import officer
from tests.unit.lti_tool.services.rounds import address_mark
from tests.unit.lti_tool.services.test_rule_award import CONFIRMED, LIVE, of_format

SEALER = Sealer("a secret of the installation for tests")
HEAD = "learner,email,credit_type,amount,rule,count,presenter\n"
ADDRESS = "sam@example.org"


@pytest.fixture
def make_world(migrated_sqlite_url: str) -> Iterator[Callable[..., World]]:
    with ExitStack() as stack:
        yield lambda **changes: stack.enter_context(opened_world(migrated_sqlite_url, **{**LIVE, **changes}))


def check(world: World, *lines: str) -> CheckedRoll:
    with transaction(world.sessions) as db:
        roll = read_roll((HEAD + "\n".join(lines)).encode())
        return check_roll(db, officer(world.provider_id), world.activity_id, roll, "Programme", SEALER)


def enter(world: World, *lines: str, **how: Any) -> Entered:
    who = officer(world.provider_id)
    with transaction(world.sessions) as db:
        roll = read_roll((HEAD + "\n".join(lines)).encode())
        checked = check_roll(db, who, world.activity_id, roll, "Programme", SEALER)
        return enter_roll(db, who, world.activity_id, checked, link, NOW, **how)


def entries(world: World) -> list[tuple[str, Decimal, str]]:
    with transaction(world.sessions) as db:
        rows = db.scalars(select(models.CreditEntry)).all()
        return sorted((row.kind, row.amount, row.terms["evidence"]["working"]["rule"]) for row in rows)


def test_teaching_is_worked_out_confirmed_once_and_entered_once(make_world: Callable[..., World]) -> None:
    world = make_world()
    sam = world.learner("Sam Lee", is_ready=False)
    line = f"{sam.learner_id},,{AMA},,teaching,45,lee"
    checked = check(world, line)
    assert checked.faults == () and checked.rows[0].amount == Decimal("1.50")
    assert [one.value for one in checked.conditions] == ["original-presentation", "first-time", "no-learner-credit"]
    with pytest.raises(Refused) as caught:
        enter(world, line, confirmed=CONFIRMED - {"first-time"})
    assert caught.value.code == "roll_unconfirmed" and world.counts() == (0, 0, 0)
    assert enter(world, line, confirmed=CONFIRMED) == Entered(1, 0)
    assert entries(world) == [("award", Decimal("1.50"), "teaching")]
    again = check(world, line)
    assert again.conditions == () and not again.is_news
    assert enter(world, line) == Entered(0, 0, 1)
    assert [one.code for one in check(world, f"{sam.learner_id},,{AMA},,teaching,60,lee").faults] == ["award_live"]


def test_teaching_adds_to_a_claim(make_world: Callable[..., World]) -> None:
    world = make_world()
    sam = world.learner("Sam Lee")
    world.claim(sam, "1.00")
    line = f"{sam.learner_id},,{AMA},,teaching,60,lee"
    assert check(world, line).faults == ()
    enter(world, line, confirmed=CONFIRMED)
    with transaction(world.sessions) as db:
        assert sum(row.amount for row in db.scalars(select(models.CreditEntry))) == Decimal("3.00")
    assert enter(world, line) == Entered(0, 0, 1)


def test_a_presenter_without_account_gets_it_with_its_working(make_world: Callable[..., World]) -> None:
    world = make_world()
    assert enter(world, f",{ADDRESS},{AMA},,teaching,60,lee", confirmed=CONFIRMED) == Entered(0, 1)
    assert enter(world, f",{ADDRESS},{AMA},,teaching,60,lee") == Entered(0, 0, 1)
    sam = world.learner("Sam Lee", is_ready=False)
    with transaction(world.sessions) as db:
        match_waiting_awards(db, world.provider_id, sam.learner_id, address_mark(sam, ADDRESS))
        (one,) = waiting_awards(db, sam)
        assert one.amount == Decimal("2.00")
        take_waiting_award(db, sam, one.id, None, PrinterDouble(), link, NOW)
    assert entries(world) == [("award", Decimal("2.00"), "teaching")]


def test_two_rows_for_one_presentation_are_not_entered(make_world: Callable[..., World]) -> None:
    world = make_world()
    one, two = world.learner("Sam Lee", is_ready=False), world.learner("Sam Leigh", is_ready=False)
    lines = [f"{visit.learner_id},,{AMA},,teaching,60,lee" for visit in (one, two)]
    with pytest.raises(Refused) as caught:
        enter(world, *lines, confirmed=CONFIRMED)
    assert caught.value.code == "presenter_credited" and world.counts() == (0, 0, 0)


def test_every_fault_of_a_rule_is_named(make_world: Callable[..., World]) -> None:
    world = make_world()
    found = check(
        world,
        f",a@example.org,{AMA},,teaching,,lee",
        f",b@example.org,{AMA},,teaching,60,orr",
        f",c@example.org,{AMA},,gift,60,lee",
        f",d@example.org,{AMA},,format,1,",
        f",e@example.org,{AMA},,teaching,500,lee",
    )
    assert [(one.line, one.column, one.code) for one in found.faults] == [
        (2, "count", "missing"),
        (3, "presenter", "presenter_unknown"),
        (4, "rule", "rule_unknown"),
        (5, "rule", "format_by_time"),
        (6, "count", "above_activity"),
    ]
    both = check(world, f",a@example.org,{AMA},1.00,teaching,60,lee", f",b@example.org,{AMA},,,,")
    assert [(one.line, one.column, one.code) for one in both.faults] == [
        (2, "amount", "two_amounts"),
        (3, "amount", "missing"),
    ]


def test_a_format_of_fixed_amounts_is_counted_and_never_typed(make_world: Callable[..., World]) -> None:
    world = make_world(**of_format(LearningFormat.PI, "20.00"))
    ada = world.learner(is_ready=False)
    typed = check(world, f"{ada.learner_id},,{AMA},20.00,,,")
    assert [(one.column, one.code) for one in typed.faults] == [("rule", "award_needs_rule")]
    assert [one.code for one in check(world, f"{ada.learner_id},,{AMA},,format,4,").faults] == ["out_of_range"]
    line = f"{ada.learner_id},,{AMA},,format,3,"
    assert enter(world, line, confirmed=CONFIRMED) == Entered(1, 0)
    assert entries(world) == [("award", Decimal("20.00"), "format")]
    assert enter(world, line) == Entered(0, 0, 1)
