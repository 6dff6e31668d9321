"""What is still to be claimed: of what was begun, and of what an earlier claim has left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.credential import Requirement
from lti_tool.domain.credit import Degree
from lti_tool.domain.transcript import (
    COLUMNS,
    TO_CLAIM,
    LateClaim,
    OwedClaim,
    OwedCredit,
    transcript_rows,
    write_transcript,
)
from lti_tool.services.attendance import Mark, mark_attendance
from lti_tool.services.claimable import claimables
from lti_tool.services.late_claim import request_late_claim
from lti_tool.services.owed_claim import owed_claims
from lti_tool.services.participation import progress, take_up
from lti_tool.services.session import Visit
from lti_tool.services.transcript import whole_transcript
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, World, link, opened_world
from tests.unit.lti_tool.services.officers import officer
from tests.unit.lti_tool.services.rounds import SERIES, mark
from tests.unit.lti_tool.services.test_credit_several import ABIM, ANCC, PHYSICIANS_AND_NURSES

LAST = date(2026, 3, 31)
BEFORE = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
AFTER = datetime(2026, 4, 1, tzinfo=UTC)
NEEDS = frozenset(map(Requirement.parse, ("abim", "birth-day", "consent-pars")))


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    with opened_world(
        migrated_sqlite_url, credits=PHYSICIANS_AND_NURSES, claims_close_on=LAST, time_zone="UTC"
    ) as made:
        yield made


@pytest.fixture
def rounds(migrated_sqlite_url: str) -> Iterator[World]:
    with opened_world(migrated_sqlite_url, **SERIES) as made:
        yield made


def owed(world: World, visit: Visit, now: datetime = NOW) -> tuple[OwedClaim, ...]:
    with transaction(world.sessions) as db:
        return owed_claims(db, world.provider_id, visit.learner_id, now)


def test_all_that_is_for_this_person_before_the_first_claim(world: World) -> None:
    (one,) = owed(world, world.learner())
    assert (one.blockers, one.until, one.is_further, one.late) == ((), LAST, False, LateClaim.NONE)
    assert [(each.credit_type, each.most, each.held) for each in one.credits] == [
        (AMA, Decimal("1.00"), Decimal(0)),
        (ABIM, Decimal("1.00"), Decimal(0)),
    ]
    assert one.credits[0].needs == () and set(one.credits[1].needs) == NEEDS


def test_a_type_that_was_left_is_owed_until_the_window_closes(world: World) -> None:
    ada = world.learner()
    world.claim(ada, "0.50")
    (one,) = owed(world, ada, BEFORE)
    assert one.is_further and one.until == LAST and [each.credit_type for each in one.credits] == [ABIM]
    assert owed(world, ada, AFTER) == (), "no late claim is taken for what an earlier claim has left"


def test_what_was_left_of_one_type_at_its_claim_stays_left(world: World) -> None:
    nina = world.learner("Nina", Degree.RN)
    world.claim(nina, amounts={ANCC: "0.50"})
    assert owed(world, nina) == ()


def test_which_credit_is_not_said_before_the_particulars_are_known(world: World) -> None:
    visit = world.learner(degree=None, is_ready=False)
    with transaction(world.sessions) as db:
        take_up(db, visit, NOW)
    (one,) = owed(world, visit)
    assert one.credits == () and one.blockers[0].code == "needs_information"


def test_the_provider_closes_the_activity_before_the_window(world: World) -> None:
    ada, bea = world.learner(), world.learner("Bea")
    world.claim(ada, "0.50")
    with transaction(world.sessions) as db:
        db.get_one(models.Activity, world.activity_id).closed_at = NOW + timedelta(days=2)
    assert [one.until for one in owed(world, ada) + owed(world, bea)] == [date(2026, 3, 4)] * 2
    later = NOW + timedelta(days=2)
    assert owed(world, ada, later) == owed(world, bea, later) == ()
    with transaction(world.sessions) as db:
        assert claimables(db, progress(db, ada, later)).credits == (), "nor can it be claimed"
    assert not world.claim(ada, now=later, amounts={ABIM: "1.00"}).is_new


def test_a_late_claim_is_owed_as_long_as_it_can_be_asked_for(world: World) -> None:
    ada = world.learner()
    (one,) = owed(world, ada, AFTER)
    assert (one.late, one.until) == (LateClaim.CAN_BE_ASKED, LAST + timedelta(days=90))
    with transaction(world.sessions) as db:
        request_late_claim(db, ada, "I was ill", AFTER)
    assert [one.late for one in owed(world, ada, AFTER)] == [LateClaim.WAITING]
    with transaction(world.sessions) as db:
        claim = db.scalars(select(models.LateClaim)).one()
        claim.is_granted, claim.decided_at, claim.open_until = True, AFTER, AFTER + timedelta(days=14)
    (one,) = owed(world, ada, AFTER)
    assert (one.late, one.blockers, one.until) == (LateClaim.NONE, (), date(2026, 4, 14))
    assert owed(world, world.learner("Cy"), AFTER + timedelta(days=90)) == ()
    assert owed(world, world.learner("Dee", is_ready=False), AFTER) == ()


def test_steps_that_end_with_the_activity_end_the_claim(migrated_sqlite_url: str) -> None:
    with opened_world(migrated_sqlite_url, claims_close_on=date(2027, 6, 30)) as world:
        ended = world.activity.expires_on
        assert ended < date(2027, 6, 30)
        done, begun = world.learner(), world.learner("Bea", is_ready=False)
        with transaction(world.sessions) as db:
            take_up(db, begun, NOW)
        assert [one.until for one in owed(world, done) + owed(world, begun)] == [date(2027, 6, 30), ended]
        after = world.activity.closes_at
        assert owed(world, begun, after) == () and len(owed(world, done, after)) == 1


def test_a_later_session_adds_to_a_claim(rounds: World) -> None:
    ada = rounds.learner()
    mark(rounds, ada, "jan")
    rounds.claim(ada, "0.75")
    assert owed(rounds, ada) == ()
    mark(rounds, ada, "feb")
    (one,) = owed(rounds, ada)
    assert one.credits == (OwedCredit(AMA, one.credits[0].name, Decimal("1.75"), Decimal("0.75")),)


def test_too_little_attendance_is_owed_while_a_session_is_left(rounds: World) -> None:
    ada = rounds.learner()
    mark(rounds, ada, "jan", "5")
    (one,) = owed(rounds, ada)
    assert [blocker.code for blocker in one.blockers] == ["attended_too_little"] and one.credits == ()
    for key in ("feb", "mar"):
        later = NOW + timedelta(days=20)
        with transaction(rounds.sessions) as db:
            here = Mark(ada.learner_id, is_present=True, minutes="1")
            mark_attendance(db, officer(rounds.provider_id), rounds.activity_id, key, [here], later)
    assert owed(rounds, ada) == ()


def test_the_table_and_the_signed_values_say_the_same(world: World) -> None:
    ada = world.learner()
    world.claim(ada, "0.50")
    with transaction(world.sessions) as db:
        found = whole_transcript(db, world.provider_id, ada.learner_id, NOW)
    recorded, left = (dict(zip(COLUMNS, row, strict=True)) for row in transcript_rows(found, link))
    assert (recorded["amount"], recorded["claimable"], recorded["owed"]) == (Decimal("0.50"), None, "")
    assert (left["amount"], left["claimable"], left["status"]) == (None, Decimal("1.00"), TO_CLAIM)
    assert left["claim_until"] == "2026-03-31" and "abim" in str(left["owed"]).split()
    (written,) = write_transcript(found, link)["to_claim"]
    assert written["is_further"] is True and written["until"] == "2026-03-31"
    assert [(each["credit_type"], each["most"], each["held"]) for each in written["credits"]] == [
        (ABIM, "1.00", "0.00")
    ]
