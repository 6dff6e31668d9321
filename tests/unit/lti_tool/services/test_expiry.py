"""Credit that expires: by staff's decision with its evidence, once, and told from credit that was taken back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.certificates.badge import BadgeSigner
from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.load import accounts
from lti_tool.domain.badge import StatusPlace
from lti_tool.domain.capability import Capability
from lti_tool.domain.certificate import CertificateStatus, StatusReason
from lti_tool.domain.errors import BadInput, Forbidden, NotFound, Refused
from lti_tool.domain.ledger import balance
from lti_tool.services.certificate import issued_certificates
from lti_tool.services.issuer import status_list
from lti_tool.services.override import award_by_staff, expire_by_staff, learner_accounts, revoke_by_staff
from lti_tool.services.session import Visit
from lti_tool.services.transcript import own_transcript
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, World, link, opened_world
from tests.unit.lti_tool.services.officers import officer

REASON = "Its term is over"


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    with opened_world(migrated_sqlite_url) as made:
        yield made


def expire(world: World, visit: Visit, evidence: str = "Board letter of 3 November 2026", **how: Any) -> None:
    with transaction(world.sessions) as db:
        who = how.get("who") or officer(world.provider_id)
        expire_by_staff(db, who, visit.learner_id, world.activity_id, AMA, REASON, evidence, link, NOW)


def held(world: World, visit: Visit) -> Decimal:
    with transaction(world.sessions) as db:
        return balance(accounts(db, visit.learner_id, world.activity_id)[AMA])


def test_expired_credit_is_told_from_credit_that_was_taken_back(world: World) -> None:
    visit = world.learner()
    world.claim(visit, "1.00")
    expire(world, visit)
    expire(world, visit)
    with transaction(world.sessions) as db:
        (issued,) = issued_certificates(db, visit)
    assert (issued.status, issued.status_reason) == (CertificateStatus.REVOKED, StatusReason.CREDIT_EXPIRED)
    with transaction(world.sessions) as db:
        (line,) = own_transcript(db, visit)
        assert line.is_expired and not line.is_live and line.amount == 0
        (account,) = learner_accounts(db, officer(world.provider_id), visit.learner_id, world.activity_id)
        assert account.is_expired and account.entries[-1].evidence == "Board letter of 3 November 2026"
        numbers = status_list(
            db, world.provider_id, NOW.year, lambda key: f"https://x.example/{key}", BadgeSigner(), NOW
        )
    place = StatusPlace.of(issued.certificate.number).index
    assert numbers["credentialSubject"]["encodedList"] == BadgeSigner().encoded_list({place})
    with transaction(world.sessions) as db:
        assert db.scalars(select(models.AuditEntry.action)).all() == ["credit.expired"]
    with pytest.raises(Refused) as caught, transaction(world.sessions) as db:
        revoke_by_staff(db, officer(world.provider_id), visit.learner_id, world.activity_id, AMA, REASON, link, NOW)
    assert caught.value.code == "award_missing"


@pytest.mark.parametrize(("evidence", "fault"), [(" ", "missing"), ("12", "missing"), ("x" * 501, "too_long")])
def test_nothing_expires_without_evidence(world: World, evidence: str, fault: str) -> None:
    visit = world.learner()
    world.claim(visit, "1.00")
    with pytest.raises(BadInput) as caught:
        expire(world, visit, evidence)
    assert caught.value.faults == {"evidence": fault} and held(world, visit) == Decimal("1.00")


def test_nobody_else_lets_credit_expire(world: World) -> None:
    visit = world.learner()
    world.claim(visit, "1.00")
    with pytest.raises(Forbidden):
        expire(world, visit, who=officer(world.provider_id, Capability.REPORT))
    with pytest.raises(NotFound):
        expire(world, visit, who=officer("0" * 32))
    assert held(world, visit) == Decimal("1.00")


def test_expired_credit_can_be_awarded_again_and_expire_again(world: World) -> None:
    visit, whom = world.learner(), officer(world.provider_id)
    world.claim(visit, "1.00")
    expire(world, visit)
    with transaction(world.sessions) as db:
        award_by_staff(db, whom, visit.learner_id, world.activity_id, AMA, "0.25", REASON, link, NOW)
    assert held(world, visit) == Decimal("0.25")
    expire(world, visit)
    assert held(world, visit) == 0
