"""Staff's own entries: award, adjust, revoke; the certificate and the grade follow, and nothing is ever changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.load import accounts
from lti_tool.domain.capability import Capability
from lti_tool.domain.certificate import CertificateStatus
from lti_tool.domain.credit import CreditOffer, Degree
from lti_tool.domain.errors import BadInput, Forbidden, NotFound, Refused
from lti_tool.domain.ledger import EntryKind, balance
from lti_tool.services.certificate import IssuedCertificate, issued_certificates, verify
from lti_tool.services.ledger import Posting, post
from lti_tool.services.override import (
    adjust_by_staff,
    award_by_staff,
    found_progress,
    learner_accounts,
    revoke_by_staff,
)
from lti_tool.services.session import Visit
from lti_tool.services.transcript import own_transcript
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, World, link, opened_world
from tests.unit.lti_tool.services.officers import officer

REASON = "Came to the workshop; sign-in sheet 14"
ABIM = "moc-abim"


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    with opened_world(migrated_database_url) as made:
        yield made


def act(world: World, visit: Visit, what: Any, *values: str, reason: str = REASON, who: Any = None, **how: Any) -> Any:
    whom = who or officer(world.provider_id)
    with transaction(world.sessions) as db:
        return what(db, whom, visit.learner_id, world.activity_id, AMA, *values, reason, link, NOW, **how)


def held(world: World, visit: Visit, code: str = AMA) -> Decimal:
    with transaction(world.sessions) as db:
        return balance(accounts(db, visit.learner_id, world.activity_id).get(code, ()))


def certificates(world: World, visit: Visit) -> list[IssuedCertificate]:
    with transaction(world.sessions) as db:
        return list(issued_certificates(db, visit))


def actions(world: World) -> list[tuple[str, Any]]:
    with transaction(world.sessions) as db:
        rows = db.scalars(select(models.AuditEntry).order_by(models.AuditEntry.number)).all()
        return [(row.action, row.detail) for row in rows]


def test_award_to_somebody_who_did_nothing_in_the_tool(world: World) -> None:
    visit = world.learner(is_ready=False)
    act(world, visit, award_by_staff, "0.75")
    assert held(world, visit) == Decimal("0.75")
    with transaction(world.sessions) as db:
        row = db.scalars(select(models.CreditEntry)).one()
        assert (row.actor, row.reason, row.terms["offer"]["maximum"]) == ("officer:" + "9" * 32, REASON, "1.00")
    assert "is awarded 0.75" in certificates(world, visit)[0].certificate.sentence.plain
    assert actions(world) == [("credit.awarded", {"credit_type": AMA, "amount": ["0", "0.75"]})]


@pytest.mark.parametrize(
    ("degree", "amount", "reason", "code"),
    [
        (Degree.MD, "1.25", REASON, "claim_above_maximum"),
        (Degree.MD, "0.30", REASON, "claim_not_in_steps"),
        (Degree.MD, "", REASON, "claim_missing"),
        (Degree.MD, "1.00", " ", "reason_unusable"),
        (Degree.MD, "1.00", "x" * 501, "reason_unusable"),
        (None, "1.00", REASON, "profile_unconfirmed"),
    ],
)
def test_the_bodys_rules_stay(world: World, degree: Degree | None, amount: str, reason: str, code: str) -> None:
    visit = world.learner(degree=degree, is_ready=False)
    with pytest.raises((BadInput, Refused)) as caught:
        act(world, visit, award_by_staff, amount, reason=reason)
    assert caught.value.code == code and world.counts() == (0, 0, 0) and actions(world) == []


def test_a_nurse_is_never_awarded_ama_credit_by_staff_either(world: World) -> None:
    visit = world.learner("Nina", Degree.RN, is_ready=False)
    act(world, visit, award_by_staff, "1.00")
    (issued,) = certificates(world, visit)
    assert "award" not in issued.certificate.sentence.plain
    with transaction(world.sessions) as db:
        assert not db.scalars(select(models.CreditEntry)).one().is_awarded


def test_no_award_before_the_day_of_designation(world: World) -> None:
    visit = world.learner(is_ready=False)
    early = datetime(2025, 11, 30, 23, 59, tzinfo=UTC)
    with pytest.raises(Refused) as caught, transaction(world.sessions) as db:
        award_by_staff(
            db, officer(world.provider_id), visit.learner_id, world.activity_id, AMA, "1.00", REASON, link, early
        )
    assert caught.value.code == "not_designated"


def test_one_award_at_a_time(world: World) -> None:
    visit = world.learner()
    world.claim(visit, "0.50")
    with pytest.raises(Refused) as caught:
        act(world, visit, award_by_staff, "1.00")
    assert caught.value.code == "award_live" and held(world, visit) == Decimal("0.50")


def test_adjusting_replaces_the_certificate_and_keeps_the_old_one_readable(world: World) -> None:
    visit = world.learner()
    world.claim(visit, "1.00")
    act(world, visit, adjust_by_staff, "0.50")
    old, new = certificates(world, visit)
    assert held(world, visit) == Decimal("0.50")
    assert (old.status, new.status) == (CertificateStatus.SUPERSEDED, CertificateStatus.VALID)
    assert "0.50 AMA PRA" in new.certificate.sentence.plain and "1.00 AMA PRA" in old.certificate.sentence.plain
    assert new.certificate.completed_on == old.certificate.completed_on
    with transaction(world.sessions) as db:
        found = verify(db, old.code)
        assert found is not None and found.status is CertificateStatus.SUPERSEDED
    with pytest.raises(BadInput) as caught:
        act(world, visit, adjust_by_staff, "0.50")
    assert caught.value.code == "amount_unchanged"


def test_revoking_is_seen_by_the_verifier_the_learner_and_the_ledger(world: World) -> None:
    visit = world.learner()
    world.claim(visit, "1.00")
    act(world, visit, revoke_by_staff)
    (issued,) = certificates(world, visit)
    assert issued.status is CertificateStatus.REVOKED and held(world, visit) == 0
    with transaction(world.sessions) as db:
        line = own_transcript(db, visit)[0]
        assert line.amount == 0 and not line.is_live
        assert [row.amount for row in db.scalars(select(models.CreditEntry).order_by(models.CreditEntry.amount))] == [
            Decimal("-1.00"),
            Decimal("1.00"),
        ]
    with pytest.raises(Refused) as caught:
        world.claim(visit)
    assert "credit_ended" in [blocker.code for blocker in caught.value.facts["blockers"]]


def test_staff_can_award_again_what_they_took_back(world: World) -> None:
    visit = world.learner()
    world.claim(visit, "1.00")
    act(world, visit, revoke_by_staff)
    act(world, visit, award_by_staff, "0.25")
    assert held(world, visit) == Decimal("0.25")
    assert [one.status for one in certificates(world, visit)] == [CertificateStatus.REVOKED, CertificateStatus.VALID]
    assert [action for action, _ in actions(world)] == ["credit.revoked", "credit.awarded"]


def test_of_two_changes_at_once_one_is_refused_by_the_database(world: World) -> None:
    visit = world.learner()
    world.claim(visit, "1.00")
    with transaction(world.sessions) as db:
        found = found_progress(db, visit.learner_id, world.activity_id, NOW)
        first = db.scalars(select(models.CreditEntry)).one()
        posting = Posting(AMA, EntryKind.ADJUST, Decimal("0.50"), True, "officer:x", {}, "late")
        post(db, found, posting)
        columns = {column.name: getattr(first, column.name) for column in models.CreditEntry.__table__.columns}
        doubled = {**columns, "id": "d" * 32, "follows": first.id, "kind": "adjust", "amount": Decimal("-0.75")}
        with pytest.raises(IntegrityError), db.begin_nested():
            db.execute(insert(models.CreditEntry).values(**doubled))
    assert held(world, visit) == Decimal("0.50")


@pytest.mark.parametrize("what", [adjust_by_staff, revoke_by_staff])
def test_nothing_to_change(world: World, what: Any) -> None:
    visit = world.learner()
    with pytest.raises(Refused) as caught:
        act(world, visit, what, *(["0.50"] if what is adjust_by_staff else []))
    assert caught.value.code == "award_missing"


def test_a_participation_has_no_amount(world: World) -> None:
    visit = world.learner("Nina", Degree.RN)
    world.claim(visit)
    with pytest.raises(Refused) as caught:
        act(world, visit, adjust_by_staff, "0.50")
    assert caught.value.code == "participation_has_no_amount"


def test_who_may_and_where(world: World) -> None:
    visit = world.learner()
    world.claim(visit)
    nobody = officer(world.provider_id, Capability.REPORT, Capability.PLAN)
    with pytest.raises(Forbidden):
        act(world, visit, revoke_by_staff, who=nobody)
    elsewhere = officer(world.provider_id, Capability.OVERRIDE_CLAIMS, activity_id="0" * 32)
    with pytest.raises(Forbidden):
        act(world, visit, revoke_by_staff, who=elsewhere)
    stranger = officer("f" * 32)
    for what in (revoke_by_staff, adjust_by_staff, award_by_staff):
        with pytest.raises(NotFound):
            act(world, visit, what, *([] if what is revoke_by_staff else ["0.50"]), who=stranger)
    with pytest.raises(NotFound), transaction(world.sessions) as db:
        learner_accounts(db, stranger, visit.learner_id, world.activity_id)
    assert held(world, visit) == Decimal("1.00")
    act(world, visit, revoke_by_staff, who=officer(world.provider_id, Capability.OVERRIDE_CLAIMS))


def test_taking_back_one_of_several_replaces_the_certificate(migrated_sqlite_url: str) -> None:
    offers = (
        CreditOffer(AMA, Decimal("1.00"), Decimal("0.25")),
        CreditOffer("aafp", Decimal("1.00"), Decimal("0.25"), variant="Prescribed"),
    )
    with opened_world(migrated_sqlite_url, credits=offers) as world:
        visit = world.learner()
        world.claim(visit, amounts={AMA: "1.00", "aafp": "0.75"})
        act(world, visit, revoke_by_staff)
        old, new = certificates(world, visit)
        assert (old.status, new.status) == (CertificateStatus.SUPERSEDED, CertificateStatus.VALID)
        assert [line.credit_type for line in new.certificate.credits] == ["aafp"]
        assert held(world, visit) == 0 and held(world, visit, "aafp") == Decimal("0.75")
        found = learner_accounts_of(world, visit)
        assert found == [("aafp", True), (AMA, False)]


def learner_accounts_of(world: World, visit: Visit) -> list[tuple[str, bool]]:
    with transaction(world.sessions) as db:
        found = learner_accounts(db, officer(world.provider_id), visit.learner_id, world.activity_id)
    return [(one.credit_type, one.is_live) for one in found]


def test_the_terms_of_the_award_count_when_it_is_adjusted(world: World) -> None:
    """A newer version of the activity gives less; the learner keeps what stood at the award."""
    visit = world.learner()
    world.claim(visit, "0.50")
    with transaction(world.sessions) as db:
        row = db.get_one(models.ActivityVersion, (world.activity_id, 1))
        body = dict(row.definition["body"])
        fewer = [{**body["credits"][0], "maximum": "0.50"}]
        db.add(
            models.ActivityVersion(
                activity_id=world.activity_id,
                number=2,
                definition={**row.definition, "body": {**body, "credits": fewer}},
                content_hash="x",
                created_at=NOW,
            )
        )
        db.get_one(models.Activity, world.activity_id).version = 2
    act(world, replace(visit), adjust_by_staff, "1.00")
    assert held(world, visit) == Decimal("1.00")
