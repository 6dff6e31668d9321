"""Two identities that are one person: credit, certificates, facts and grades afterwards, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.load import accounts
from lti_tool.db.sealing import Sealer
from lti_tool.domain.certificate import CertificateStatus, StatusReason
from lti_tool.domain.errors import BadInput, CmeError, NotFound, Refused
from lti_tool.domain.launch import PersonName, Role
from lti_tool.domain.ledger import balance
from lti_tool.domain.roster import Member, MemberStatus
from lti_tool.services.audit import first_break
from lti_tool.services.certificate import IssuedCertificate, issued_certificates, verify
from lti_tool.services.course_roster import attendance
from lti_tool.services.credit import claim_credit
from lti_tool.services.merge import Confirmed, merge_learners, undo_merge
from lti_tool.services.merge_preview import find_learners, merge_preview, past_merges
from lti_tool.services.override import award_by_staff, revoke_by_staff
from lti_tool.services.own_data import own_data
from lti_tool.services.session import Visit
from lti_tool.services.transcript import transcript
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, World, link, opened_world
from tests.unit.lti_tool.services.officers import officer

LATER = NOW + timedelta(hours=1)
REASON = "Showed a passport; both addresses answered"
NAMES = (f"Ada {number}" for number in count())


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    with opened_world(migrated_database_url) as made:
        yield made


@pytest.fixture(name="small")
def _small(migrated_sqlite_url: str) -> Iterator[World]:
    with opened_world(migrated_sqlite_url) as made:
        yield made


def merge(world: World, kept: Visit, absorbed: Visit, reason: str = REASON, provider_id: str = "") -> str:
    actor = officer(provider_id or world.provider_id)
    with transaction(world.sessions) as db:
        confirmed = Confirmed(actor, f"officer:{actor.person_id}", reason)
        return merge_learners(db, confirmed, kept.learner_id, absorbed.learner_id, link, LATER)


def held(world: World, visit: Visit) -> Decimal:
    with transaction(world.sessions) as db:
        return balance(accounts(db, visit.learner_id, world.activity_id).get(AMA, ()))


def certificates(world: World, visit: Visit) -> list[IssuedCertificate]:
    with transaction(world.sessions) as db:
        return list(issued_certificates(db, visit))


def test_credit_and_certificate_are_found_under_either_identity(world: World) -> None:
    kept, absorbed = world.learner(degree=None, is_ready=False), world.learner("Ada B.")
    claimed = world.claim(absorbed, "0.75")
    merge(world, kept, absorbed)
    for visit in (kept, absorbed):
        assert held(world, visit) == Decimal("0.75")
        assert [one.id for one in certificates(world, visit)] == [one.id for one in claimed.certificates]
    with transaction(world.sessions) as db:
        (row,) = db.scalars(select(models.CreditEntry)).all()
        assert row.learner_id == absorbed.learner_id, "the ledger stays as it was written"
        assert db.scalars(select(models.Participation.learner_id)).one() == kept.learner_id
        assert [line.amount for line in transcript(db, world.provider_id, kept.learner_id)] == [Decimal("0.75")]
        assert db.get_one(models.Learner, kept.learner_id).printed_name == "Ada B."
        assert first_break(db, world.provider_id) is None
        document = own_data(db, kept, Sealer("a secret for tests"), LATER).document
        assert document["awards"][0]["amount"] == "0.75" and len(document["further_identities"]) == 1


def test_credit_that_both_hold_counts_once_and_no_certificate_is_lost(world: World) -> None:
    kept, absorbed = world.learner(), world.learner("Ada B.")
    world.claim(kept, "0.50")
    world.claim(absorbed, "1.00")
    merge(world, kept, absorbed)
    assert held(world, kept) == held(world, absorbed) == Decimal("1.00")
    old, new = sorted(certificates(world, kept), key=lambda one: one.certificate.learner_name, reverse=True)
    assert old.certificate.learner_name == "Ada Byron" and new.status is CertificateStatus.VALID
    assert (old.status, old.status_reason) == (CertificateStatus.SUPERSEDED, StatusReason.HELD_TWICE)
    assert old.successor_code == new.code
    with transaction(world.sessions) as db:
        assert verify(db, old.code) is not None
        assert db.scalar(select(func.count()).select_from(models.CreditEntry)) == 3


def test_staff_change_the_account_as_before_and_award_nothing_twice(world: World) -> None:
    kept, absorbed = world.learner(is_ready=False), world.learner()
    world.claim(absorbed, "1.00")
    merge(world, kept, absorbed)
    who = officer(world.provider_id)
    whose = (kept.learner_id, world.activity_id, AMA)
    for visit in (kept, absorbed):
        with pytest.raises(Refused, match="award_live"), transaction(world.sessions) as db:
            award_by_staff(db, who, visit.learner_id, world.activity_id, AMA, "1.00", REASON, link, LATER)
    with transaction(world.sessions) as db:
        revoke_by_staff(db, who, *whose, REASON, link, LATER)
    assert held(world, kept) == 0 and certificates(world, kept)[0].status is CertificateStatus.REVOKED
    with transaction(world.sessions) as db:
        award_by_staff(db, who, absorbed.learner_id, world.activity_id, AMA, "0.50", REASON, link, LATER)
    assert held(world, absorbed) == held(world, kept) == Decimal("0.50")
    with transaction(world.sessions) as db:
        assert db.scalars(select(models.Participation.learner_id)).all() == [kept.learner_id]


def test_the_preview_shows_both_and_changes_nothing(small: World) -> None:
    kept, absorbed = small.learner(), small.learner("Ada B.")
    small.claim(kept, "0.50")
    small.claim(absorbed, "1.00")
    with transaction(small.sessions) as db:
        found = merge_preview(db, small.provider_id, kept.learner_id, absorbed.learner_id, NOW)
    (twice,) = found.doubled
    assert (twice.stands.amount, twice.ends.amount) == (Decimal("1.00"), Decimal("0.50"))
    assert (found.kept.printed_name, found.absorbed.printed_name) == ("Ada Byron", "Ada B.")
    assert len(found.kept.certificates) == len(found.absorbed.certificates) == len(found.kept.lines) == 1
    assert small.counts()[0] == 2


def test_done_steps_are_never_lost(small: World) -> None:
    """Both began, and the one that is to be taken in is ready to claim."""
    kept, absorbed = small.learner(is_ready=False), small.learner()
    begun = {"activity_id": small.activity_id, "version": 1, "is_trial": False, "started_at": NOW}
    with transaction(small.sessions) as db:
        db.add(models.Participation(learner_id=kept.learner_id, **begun))
    with pytest.raises(Refused, match="merge_loses_progress"):
        merge(small, kept, absorbed)
    merge(small, absorbed, kept)
    assert small.claim(absorbed, "1.00").certificates


@pytest.mark.parametrize("case", ["same", "unknown", "hostile", "other provider", "merged", "reason", "staff"])
def test_what_cannot_be_merged(small: World, case: str) -> None:
    kept, absorbed = small.learner(), small.learner()
    changes: dict[str, Any] = {}
    expected: type[CmeError] = Refused
    match case:
        case "same":
            absorbed = kept
        case "unknown" | "hostile":
            absorbed = replace(absorbed, learner_id="0" * 32 if case == "unknown" else "\0'")
            expected = NotFound
        case "other provider":
            changes, expected = {"provider_id": "f" * 32}, NotFound
        case "merged":
            merge(small, small.learner(), absorbed)
        case "reason":
            changes, expected = {"reason": " "}, BadInput
        case _:
            account = {"person_id": absorbed.learner_id, "provider_id": small.provider_id, "email": "a@b.example"}
            with transaction(small.sessions) as db:
                db.add(models.OfficeAccount(**account))
    with pytest.raises(expected):
        merge(small, kept, absorbed, **changes)
    with transaction(small.sessions) as db:
        assert db.get_one(models.Learner, kept.learner_id).merged_into is None


def rows(world: World) -> list[Any]:
    """Whose is what."""
    member = models.CourseMember
    with transaction(world.sessions) as db:
        return [
            db.scalars(select(models.Participation.learner_id)).all(),
            [tuple(row) for row in db.execute(select(member.learner_id, member.seen_as))],
            db.scalars(select(models.Credential.learner_id)).all(),
            {tuple(row) for row in db.execute(select(models.Learner.id, models.Learner.merged_into))},
        ]


def test_a_merge_is_undone_while_it_is_clear_whose_is_what(world: World) -> None:
    kept, absorbed = world.learner(is_ready=False), world.learner()
    world.claim(absorbed, "1.00")
    seen = {"course_id": world.course_id, "is_staff": False, "last_seen_at": NOW}
    with transaction(world.sessions) as db:
        db.add(models.CourseMember(learner_id=absorbed.learner_id, **seen))
        db.add(models.Credential(learner_id=absorbed.learner_id, kind="npi", sealed=b"x", confirmed_at=NOW))
    before = rows(world)
    key = merge(world, kept, absorbed)
    assert rows(world)[1] == [(kept.learner_id, absorbed.learner_id)] and rows(world)[2] == [kept.learner_id]
    with transaction(world.sessions) as db:
        undo_merge(db, officer(world.provider_id), key, "Two sisters", LATER)
    assert rows(world) == before and held(world, kept) == 0 and held(world, absorbed) == Decimal("1.00")
    with pytest.raises(Refused, match="merge_settled"), transaction(world.sessions) as db:
        undo_merge(db, officer(world.provider_id), key, "Again", LATER)
    with pytest.raises(NotFound), transaction(world.sessions) as db:
        undo_merge(db, officer("f" * 32), key, "Not mine", LATER)
    with transaction(world.sessions) as db:
        (past,) = past_merges(db, world.provider_id)
        assert past.undone_at == LATER and len(find_learners(db, world.provider_id, "ada")) == 2


def test_a_merge_stays_once_it_has_ended_credit_or_credit_came_after_it(small: World) -> None:
    first, second, third, fourth = (small.learner(is_ready=name != "third") for name in ("1", "2", "third", "4"))
    small.claim(first, "0.50")
    small.claim(second, "1.00")
    ended, followed = merge(small, first, second), merge(small, third, fourth)
    small.claim(third, "1.00", now=LATER)
    for key in (ended, followed):
        with pytest.raises(Refused, match="merge_settled"), transaction(small.sessions) as db:
            undo_merge(db, officer(small.provider_id), key, REASON, LATER)


CLAIMS = st.lists(st.sampled_from(["", "0.25", "0.50", "1.00"]), min_size=2, max_size=4)


@given(CLAIMS, st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_balance_is_as_if_one_person_had_done_it(small: World, claims: list[str], order: Random) -> None:
    """Whatever they claimed and in whatever order they are merged: the largest claim, once; every certificate there."""
    people = [small.learner(next(NAMES)) for _ in claims]
    for visit, amount in zip(people, claims, strict=True):
        if amount:
            small.claim(visit, amount)
    left = list(people)
    while len(left) > 1:
        order.shuffle(left)
        merge(small, left[0], left.pop())
    expected = max(Decimal(amount or 0) for amount in claims)
    for visit in people:
        assert held(small, visit) == expected
        found = certificates(small, visit)
        assert len(found) == sum(amount != "" for amount in claims)
        assert sum(one.status is CertificateStatus.VALID for one in found) == (1 if expected else 0)


def test_the_lms_list_of_members_knows_the_identity_that_began(small: World) -> None:
    kept, absorbed = small.learner(is_ready=False), small.learner()
    seen = {"course_id": small.course_id, "is_staff": False, "last_seen_at": NOW}
    with transaction(small.sessions) as db:
        db.add(models.CourseMember(learner_id=absorbed.learner_id, **seen))
    merge(small, kept, absorbed)
    with transaction(small.sessions) as db:
        subject = db.get_one(models.Learner, absorbed.learner_id).subject
        member = Member(subject, frozenset({Role.LEARNER}), MemberStatus.ACTIVE, PersonName("Ada"), "")
        found = attendance(db, replace(kept, is_staff=True), [member])
    assert (found.enrolled, found.started, found.not_started, found.gone) == (1, 1, (), ())


def test_whoever_merges_and_claims_at_once_ends_with_one_award(world: World) -> None:
    kept, absorbed = world.learner(), world.learner()
    world.claim(kept, "0.50")
    form = world.form(absorbed)

    def claim() -> bool:
        with transaction(world.sessions) as db:
            return bool(claim_credit(db, absorbed, form, link, NOW).certificates)

    def join() -> bool:
        return bool(merge(world, kept, absorbed))

    with ThreadPoolExecutor(2) as both:
        done = [both.submit(work) for work in (claim, join)]
        errors = [one.exception() for one in done]
    assert errors[1] is None and (errors[0] is None or isinstance(errors[0], CmeError))
    # Claimed first, the larger award stands; merged first, the person holds the credit already.
    assert held(world, kept) == held(world, absorbed) and held(world, kept) in {Decimal("0.50"), Decimal("1.00")}
    valid = [one for one in certificates(world, kept) if one.status is CertificateStatus.VALID]
    assert len(valid) == 1
