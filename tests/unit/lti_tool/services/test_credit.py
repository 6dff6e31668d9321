"""Claiming: what is refused, what is written, and that nothing is ever written twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.credit import PHYSICIAN_DEGREES, CreditOffer, Degree
from lti_tool.domain.errors import BadInput, Refused
from lti_tool.services.credit import Claimed, ClaimForm, claim_credit, claim_view, claimable_credits
from lti_tool.services.session import Visit
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, World, link, opened_world

NUMBER = "2026-{}-{:06d}"


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    with opened_world(migrated_database_url) as made:
        yield made


@pytest.fixture
def make_world(migrated_sqlite_url: str) -> Iterator[Callable[..., World]]:
    """For rules that no database engine can change; keyword arguments vary the activity."""
    with ExitStack() as stack:
        yield lambda **changes: stack.enter_context(opened_world(migrated_sqlite_url, **changes))


@pytest.fixture
def quick_world(make_world: Callable[..., World]) -> World:
    return make_world()


def faults_of(world: World, visit: Visit, **changes: Any) -> dict[str, str]:
    with pytest.raises(BadInput) as caught:
        world.claim(visit, **changes)
    assert world.counts() == (0, 0, 0)
    assert caught.value.code == "claim_unusable"
    return dict(caught.value.faults)


def test_a_claim_writes_award_certificate_and_terms(world: World) -> None:
    visit = world.learner()
    done = world.claim(visit, "0.75")
    assert done.is_new and world.counts() == (1, 1, 1)
    with transaction(world.sessions) as db:
        award = db.scalars(select(models.CreditEntry)).one()
    assert (award.amount, award.is_awarded, award.credit_type, award.version) == (Decimal("0.75"), True, AMA, 1)
    terms = award.terms
    assert terms["profile"] == {"printed_name": "Ada Byron", "degree": "MD", "country": "US", "statement": ""}
    assert terms["offer"]["maximum"] == "1.00" and terms["credit_type"]["edition"] == "AMA PRA 2017"
    assert "I attest that the amount I claim" in terms["attestation"]
    evidence = terms["evidence"]
    assert len(evidence["fingerprint"]) == 64 and evidence["post_test"]["points"] == "3"
    assert evidence["evaluated_at"] == "2026-03-02T14:55:00+00:00" and evidence["post_test"]["attempt"]
    issued = done.certificates[0]
    assert issued.certificate.number == NUMBER.format(world.provider_id[:8].upper(), 1)
    assert len(issued.code) == 26 and issued.certificate.verify_url == link(issued.code)


def test_claiming_again_gives_what_was_claimed_first(world: World) -> None:
    visit = world.learner()
    first = world.claim(visit, "0.50")
    second = world.claim(visit, "1.00")
    assert not second.is_new and second.certificates == first.certificates
    assert world.counts() == (1, 1, 1)


def test_fifty_claims_at_once_make_one_award(world: World) -> None:
    visit = world.learner()
    form = world.form(visit)

    def claim(_: int) -> Claimed:
        with transaction(world.sessions) as db:
            return claim_credit(db, visit, form, link, NOW)

    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(claim, range(50)))
    assert sum(result.is_new for result in results) == 1
    assert len({result.certificates[0].certificate.number for result in results}) == 1
    assert world.counts() == (1, 1, 1)


def test_many_learners_at_once_get_consecutive_numbers(world: World) -> None:
    visits = [world.learner(f"Learner {letter}") for letter in "abcdefghijklmnopqrst"]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(world.claim, visits))
    numbers = sorted(result.certificates[0].certificate.number for result in results)
    assert numbers == [NUMBER.format(world.provider_id[:8].upper(), count) for count in range(1, 21)]
    assert len({result.certificates[0].code for result in results}) == 20


def test_a_claim_that_fails_gives_its_number_back(world: World) -> None:
    first, second = world.learner("A"), world.learner("B")
    form = world.form(first)
    with world.sessions() as db:
        assert claim_credit(db, first, form, link, NOW).is_new
        db.rollback()
    assert world.claim(second).certificates[0].certificate.number.endswith("-000001")


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", "claim_missing"),
        ("   ", "claim_missing"),
        ("1.25", "claim_above_maximum"),
        ("9999", "claim_above_maximum"),
        ("0", "claim_below_minimum"),
        ("0.24", "claim_below_minimum"),
        ("0.30", "claim_not_in_steps"),
        ("0.99", "claim_not_in_steps"),
        ("NaN", "claim_not_a_number"),
        ("Infinity", "claim_not_a_number"),
        ("1e0", "claim_not_a_number"),
        ("1e3", "claim_not_a_number"),
        ("-0.5", "claim_not_a_number"),
        ("+0.5", "claim_not_a_number"),
        ("0,5", "claim_not_a_number"),
        ("0.500", "claim_not_a_number"),
        ("1_0", "claim_not_a_number"),
        ("١", "claim_not_a_number"),
        ("１", "claim_not_a_number"),
        ("0x1", "claim_not_a_number"),
        ("0.5\n0.5", "claim_not_a_number"),
        ("9" * 5000, "claim_not_a_number"),
    ],
)
def test_amounts_that_are_refused(quick_world: World, typed: str, fault: str) -> None:
    visit = quick_world.learner()
    assert faults_of(quick_world, visit, amount=typed) == {f"amount.{AMA}": fault}


@pytest.mark.parametrize("typed", ["0.25", "0.5", "0.50", "0.75", "1", "1.0", "1.00", " 1.00 "])
def test_amounts_that_are_accepted(quick_world: World, typed: str) -> None:
    quick_world.claim(quick_world.learner(), typed)
    assert quick_world.counts() == (1, 1, 1)


def test_below_the_minimum_of_the_offer(make_world: Callable[..., World]) -> None:
    world = make_world(credits=(CreditOffer(AMA, Decimal("2.00"), Decimal("1.00")),))
    assert faults_of(world, world.learner(), amount="0.75") == {f"amount.{AMA}": "claim_below_minimum"}


def test_without_attestation_or_particulars(quick_world: World) -> None:
    assert faults_of(quick_world, quick_world.learner(), is_attested=False) == {"attestation": "missing"}
    unconfirmed = quick_world.learner(degree=None)
    assert faults_of(quick_world, unconfirmed) == {"profile": "missing"}


def test_particulars_changed_in_another_tab(quick_world: World) -> None:
    visit = quick_world.learner()
    form = quick_world.form(visit)
    with transaction(quick_world.sessions) as db:
        db.get_one(models.Learner, visit.learner_id).degree = "RN"
    with pytest.raises(BadInput) as caught, transaction(quick_world.sessions) as db:
        claim_credit(db, visit, form, link, NOW)
    assert caught.value.faults == {"profile": "changed"}
    assert quick_world.counts() == (0, 0, 0)


@pytest.mark.parametrize("degree", sorted(set(Degree) - PHYSICIAN_DEGREES))
def test_nobody_but_a_physician_is_awarded_ama_credit(quick_world: World, degree: Degree) -> None:
    visit = quick_world.learner(degree=degree)
    certificate = quick_world.claim(visit, "0.25").certificates[0].certificate
    words = " ".join([certificate.sentence.plain, certificate.title, *(note.plain for note in certificate.notes)])
    assert "award" not in words.lower()
    assert "This activity was designated for 1.00 AMA PRA Category 1 Credit™." in certificate.sentence.plain
    assert certificate.title == "Certificate of Participation"
    assert [(line.is_awarded, line.amount) for line in certificate.credits] == [(False, Decimal("1.00"))]
    with transaction(quick_world.sessions) as db:
        assert not db.scalars(select(models.CreditEntry)).one().is_awarded


@pytest.mark.parametrize("degree", [Degree.MD, Degree.DO, Degree.MBBS, Degree.OTHER_PHYSICIAN])
def test_physicians_are_awarded_what_they_claim(quick_world: World, degree: Degree) -> None:
    visit = quick_world.learner(degree=degree)
    certificate = quick_world.claim(visit, "0.50").certificates[0].certificate
    assert "and is awarded 0.50 AMA PRA Category 1 Credits™." in certificate.sentence.plain
    with transaction(quick_world.sessions) as db:
        statement = db.scalars(select(models.CreditEntry)).one().terms["profile"]["statement"]
    assert bool(statement) is (degree is Degree.OTHER_PHYSICIAN)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), "not_released"),
        (datetime(2027, 1, 1, tzinfo=UTC), "expired"),
    ],
)
def test_outside_the_window(quick_world: World, now: datetime, code: str) -> None:
    visit = quick_world.learner()
    with pytest.raises(Refused) as caught:
        quick_world.claim(visit, now=now)
    assert code in {blocker.code for blocker in caught.value.facts["blockers"]}
    assert quick_world.counts() == (0, 0, 0)


def test_the_last_second_counts(quick_world: World) -> None:
    quick_world.claim(quick_world.learner(), now=datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert quick_world.counts() == (1, 1, 1)


def test_before_the_day_of_designation(make_world: Callable[..., World]) -> None:
    world = make_world(designated_on=date(2026, 3, 3))
    with pytest.raises(Refused) as caught:
        world.claim(world.learner())
    assert {blocker.code for blocker in caught.value.facts["blockers"]} == {"not_designated"}


def test_a_locked_claim(quick_world: World) -> None:
    visit = quick_world.learner(is_ready=False)
    with pytest.raises(Refused) as caught:
        quick_world.claim(visit)
    assert [blocker.code for blocker in caught.value.facts["blockers"]] == [
        "needs_information",
        "needs_content",
        "needs_post-test",
        "needs_evaluation",
    ]


def test_a_trial_leaves_nothing_behind(world: World) -> None:
    visit = world.learner(is_trial=True)
    assert world.claim(visit) == Claimed((), is_new=True)
    assert world.counts() == (0, 0, 0)


def test_the_whole_is_not_suggested_for_live_activities(quick_world: World) -> None:
    visit = quick_world.learner()
    with transaction(quick_world.sessions) as db:
        view = claim_view(db, visit, NOW)
    profile, made = view.progress.profile, view.progress.activity
    assert profile is not None and view.claimable[0].suggested == Decimal("1.00")
    assert claimable_credits(replace(made, format=LearningFormat.LIVE), profile)[0].suggested is None
    one = (CreditOffer(AMA, Decimal("0.25"), Decimal("0.25")),)
    assert claimable_credits(replace(made, format=LearningFormat.LIVE, credits=one), profile)[0].suggested == Decimal(
        "0.25"
    )


def test_participation_without_credit(make_world: Callable[..., World]) -> None:
    world = make_world(credits=(CreditOffer("attendance", Decimal("1.00"), Decimal("0.25")),))
    certificate = world.claim(world.learner()).certificates[0].certificate
    assert certificate.credits == () and "redit" not in certificate.sentence.plain
    assert certificate.title == "Certificate of Participation"


def test_two_offers_one_claim(make_world: Callable[..., World]) -> None:
    offers = (
        CreditOffer(AMA, Decimal("1.00"), Decimal("0.25")),
        CreditOffer("attendance", Decimal("1.00"), Decimal("0.25")),
    )
    world = make_world(credits=offers)
    done = world.claim(world.learner())
    assert [each.certificate.title for each in done.certificates] == ["Certificate of Credit"]
    nurse = world.claim(world.learner("Nina", Degree.RN))
    assert "designated for 1.00" in nurse.certificates[0].certificate.sentence.plain


def test_another_tenants_learner(world: World) -> None:
    visit = world.learner()
    world.claim(visit)
    stranger = world.learner("Stranger", is_ready=False)
    with transaction(world.sessions) as db:
        assert claim_view(db, stranger, NOW).progress.record.claims == ()
    form = ClaimForm({AMA: "1.00"}, True, "")
    with pytest.raises(Refused), transaction(world.sessions) as db:
        claim_credit(db, stranger, form, link, NOW)
    assert world.counts() == (1, 1, 1)
