"""Claims divided among certificates, as tests make and look at them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lti_tool.db.engine import transaction
from lti_tool.db.load import accounts
from lti_tool.domain.certificate import CertificateStatus
from lti_tool.domain.division import Division
from lti_tool.domain.ledger import balance
from lti_tool.services.certificate import IssuedCertificate, issued_certificates
from lti_tool.services.certificate_division import choose_division
from lti_tool.services.session import Visit
from tests.unit.lti_tool.services.claiming import NOW, World, link
from tests.unit.lti_tool.services.officers import officer
from tests.unit.lti_tool.services.rounds import mark

VALID, SUPERSEDED, REVOKED = (one for one in CertificateStatus)
WHY = "Sign-in sheet 14"


def choose(world: World, division: Division | str) -> None:
    with transaction(world.sessions) as db:
        choose_division(db, officer(world.provider_id), str(division), NOW)


def issued(world: World, visit: Visit, *statuses: CertificateStatus) -> list[IssuedCertificate]:
    """By number; every one must agree with the ledger."""
    with transaction(world.sessions) as db:
        found = list(issued_certificates(db, visit))
        chains = accounts(db, visit.learner_id, world.activity_id)
    for code, chain in chains.items():
        valid = [line for one in found if one.status is VALID for line in one.certificate.credits]
        assert sum(line.amount for line in valid if line.credit_type == code) == balance(chain)
    return [one for one in found if not statuses or one.status in statuses]


def amounts(found: list[IssuedCertificate]) -> list[tuple[str, Decimal]]:
    return [(line.credit_type, line.amount) for one in found for line in one.certificate.credits]


def act(world: World, visit: Visit, what: Any, code: str, *values: str, **how: Any) -> None:
    with transaction(world.sessions) as db:
        what(db, officer(world.provider_id), visit.learner_id, world.activity_id, code, *values, link, NOW, **how)


def sequence(found: list[IssuedCertificate]) -> list[int]:
    return [int(one.certificate.number.rpartition("-")[2]) for one in found]


def attend(world: World, visit: Visit, *keys: str) -> None:
    for key in keys:
        mark(world, visit, key)
