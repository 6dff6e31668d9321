"""Late claims: window, quota, reason, decision; and the claim window itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Conflict, Forbidden, NotFound, Refused
from lti_tool.domain.late_claim import LateClaimPolicy
from lti_tool.services.late_claim import (
    decide_late_claim,
    late_claim_state,
    late_claims,
    policy_of,
    request_late_claim,
    set_policy,
)
from lti_tool.services.participation import progress
from lti_tool.services.session import Visit
from tests.unit.lti_tool.services.claiming import NOW, World, opened_world
from tests.unit.lti_tool.services.officers import officer

LATE = datetime(2027, 1, 1, 0, 0, tzinfo=UTC)
"""The activity expires on 2026-12-31 in UTC."""


@pytest.fixture
def make_world(migrated_sqlite_url: str) -> Iterator[Callable[..., World]]:
    with ExitStack() as stack:
        yield lambda **changes: stack.enter_context(opened_world(migrated_sqlite_url, **changes))


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    with opened_world(migrated_database_url) as made:
        yield made


def ask(world: World, visit: Visit, reason: str = "I was ill", now: datetime = LATE) -> None:
    with transaction(world.sessions) as db:
        request_late_claim(db, visit, reason, now)


def decide(world: World, *, is_granted: bool, words: str = "", now: datetime = LATE, who: Any = None) -> None:
    whom = who or officer(world.provider_id)
    with transaction(world.sessions) as db:
        (row,) = late_claims(db, officer(world.provider_id))
        decide_late_claim(db, whom, row.id, is_granted=is_granted, words=words, now=now)


def fault(world: World, visit: Visit, now: datetime) -> str:
    with transaction(world.sessions) as db:
        return late_claim_state(db, progress(db, visit, now), world.provider_id).fault


def blockers(world: World, visit: Visit, now: datetime) -> list[str]:
    with pytest.raises(Refused) as caught:
        world.claim(visit, now=now)
    assert world.counts()[0] == 0
    return [blocker.code for blocker in caught.value.facts["blockers"]]


def test_asked_granted_claimed(world: World) -> None:
    visit = world.learner()
    assert blockers(world, visit, LATE) == ["expired"]
    ask(world, visit)
    assert fault(world, visit, LATE) == "late_claim_waiting"
    with transaction(world.sessions) as db:
        (row,) = late_claims(db, officer(world.provider_id))
        assert (row.learner_name, row.reason) == ("Ada Byron", "I was ill")
    decide(world, is_granted=True)
    world.claim(visit, now=LATE + timedelta(days=13, hours=23))
    assert world.counts() == (1, 1, 1)


def test_a_granted_claim_closes_again(world: World) -> None:
    visit = world.learner()
    ask(world, visit)
    decide(world, is_granted=True)
    assert blockers(world, visit, LATE + timedelta(days=14)) == ["expired"]


def test_refused_with_a_reason_that_the_learner_reads(world: World) -> None:
    visit = world.learner()
    ask(world, visit)
    with pytest.raises(BadInput):
        decide(world, is_granted=False)
    decide(world, is_granted=False, words="The series ended in June.")
    assert blockers(world, visit, LATE) == ["expired"]
    with transaction(world.sessions) as db:
        state = late_claim_state(db, progress(db, visit, LATE), world.provider_id)
    assert (state.was_refused, state.note, state.fault) == (True, "The series ended in June.", "")


@pytest.mark.parametrize(
    ("now", "is_ready", "expected"),
    [
        (NOW, True, "late_claim_not_late"),
        (LATE - timedelta(seconds=1), True, "late_claim_not_late"),
        (LATE, False, "late_claim_incomplete"),
        (LATE + timedelta(days=90) - timedelta(seconds=1), True, ""),
        (LATE + timedelta(days=90), True, "late_claim_too_late"),
    ],
)
def test_when_a_request_is_taken(
    make_world: Callable[..., World], now: datetime, is_ready: bool, expected: str
) -> None:
    world = make_world()
    visit = world.learner(is_ready=is_ready)
    assert fault(world, visit, now) == expected
    if expected:
        with pytest.raises(Refused) as caught:
            ask(world, visit, now=now)
        assert caught.value.code == expected


def test_the_quota_of_the_year(make_world: Callable[..., World]) -> None:
    world = make_world()
    with transaction(world.sessions) as db:
        set_policy(db, officer(world.provider_id), LateClaimPolicy(90, 1, 1), NOW)
    visit = world.learner()
    ask(world, visit)
    decide(world, is_granted=True)
    assert fault(world, visit, LATE + timedelta(days=2)) == "late_claim_quota"


@pytest.mark.parametrize("reason", ["", "   ", "...", "x" * 1001])
def test_a_reason_is_needed(make_world: Callable[..., World], reason: str) -> None:
    world = make_world()
    with pytest.raises(BadInput) as caught:
        ask(world, world.learner(), reason)
    assert set(caught.value.faults) == {"reason"}


def test_decided_once_and_by_whom(world: World) -> None:
    visit = world.learner()
    ask(world, visit)
    with pytest.raises(Refused):
        ask(world, visit)
    with pytest.raises(Forbidden):
        decide(world, is_granted=True, who=officer(world.provider_id, Capability.REPORT))
    with pytest.raises(NotFound):
        decide(world, is_granted=True, who=officer("f" * 32))
    with transaction(world.sessions) as db:
        (row,) = late_claims(db, officer(world.provider_id))
        assert late_claims(db, officer("f" * 32)) == ()
        assert late_claims(db, officer(world.provider_id, Capability.OVERRIDE_CLAIMS, activity_id="0" * 32)) == ()
    decide(world, is_granted=True)
    with pytest.raises(Conflict), transaction(world.sessions) as db:
        decide_late_claim(db, officer(world.provider_id), row.id, is_granted=False, words="No.", now=LATE)
    with transaction(world.sessions) as db:
        actions = list(db.scalars(select(models.AuditEntry.action)))
    assert actions == ["late_claim.granted"]


def test_the_rule_of_the_provider(make_world: Callable[..., World]) -> None:
    world = make_world()
    who = officer(world.provider_id)
    with transaction(world.sessions) as db:
        assert policy_of(db, world.provider_id) == LateClaimPolicy()
        set_policy(db, who, LateClaimPolicy(10, 5, 3), NOW)
        set_policy(db, who, LateClaimPolicy(10, 4, 3), NOW)
        assert policy_of(db, world.provider_id) == LateClaimPolicy(10, 4, 3)
        with pytest.raises(BadInput) as caught:
            set_policy(db, who, LateClaimPolicy(-1, 101, 0), NOW)
        assert set(caught.value.faults) == {"days", "quota", "grace_days"}
        with pytest.raises(Forbidden):
            set_policy(db, officer(world.provider_id, Capability.OVERRIDE_CLAIMS), LateClaimPolicy(), NOW)


def test_a_trial_asks_for_nothing(make_world: Callable[..., World]) -> None:
    world = make_world()
    with pytest.raises(Refused):
        ask(world, world.learner(is_trial=True))


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (datetime(2026, 4, 30, 4, 59, 59, tzinfo=UTC), "claims_not_open"),
        (datetime(2026, 5, 11, 5, 0, tzinfo=UTC), "claims_closed"),
    ],
)
def test_a_claim_window_of_its_own_in_its_own_zone(make_world: Callable[..., World], now: datetime, code: str) -> None:
    window = {"claims_open_on": date(2026, 4, 30), "claims_close_on": date(2026, 5, 10), "time_zone": "America/Chicago"}
    world = make_world(**window)
    assert blockers(world, world.learner(), now) == [code]


@pytest.mark.parametrize("now", [datetime(2026, 4, 30, 5, 0, tzinfo=UTC), datetime(2026, 5, 11, 4, 59, 59, tzinfo=UTC)])
def test_both_ends_of_the_window_count(make_world: Callable[..., World], now: datetime) -> None:
    window = {"claims_open_on": date(2026, 4, 30), "claims_close_on": date(2026, 5, 10), "time_zone": "America/Chicago"}
    world = make_world(**window)
    world.claim(world.learner(), now=now)


def test_a_window_can_outlast_the_expiry_for_what_was_earned_before(make_world: Callable[..., World]) -> None:
    world = make_world(claims_close_on=date(2027, 1, 31))
    world.claim(world.learner(), now=datetime(2027, 1, 31, 23, 59, tzinfo=UTC))
    assert "expired" not in blockers_of_unready(world)


def blockers_of_unready(world: World) -> list[str]:
    visit = world.learner("B", is_ready=False)
    with pytest.raises(Refused) as caught:
        world.claim(visit, now=datetime(2027, 1, 15, tzinfo=UTC))
    return [blocker.code for blocker in caught.value.facts["blockers"]]
