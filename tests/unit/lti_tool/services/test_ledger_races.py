"""Two hundred claims at once, and staff and learner at once: one entry, one number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.db.engine import transaction
from lti_tool.db.sealing import Sealer
from lti_tool.domain.credit import CreditOffer, Degree
from lti_tool.domain.errors import Refused
from lti_tool.services.certificate_division import choose_division
from lti_tool.services.credential import confirm_credentials
from lti_tool.services.credit import asked_credentials, claim_credit, claim_view
from lti_tool.services.override import award_by_staff
from lti_tool.services.session import Visit
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, World, link, opened_world
from tests.unit.lti_tool.services.officers import officer
from tests.unit.lti_tool.services.test_credit_several import ABIM, BOARD, PHYSICIANS_AND_NURSES, give

SEALER = Sealer("a secret of the installation for tests")
CLAIMS = {"postgresql": 200, "sqlite": 60}
"""SQLite lets one write at a time."""
OFFERS: dict[str, tuple[Degree, dict[str, Any]]] = {
    AMA: (Degree.MD, {}),
    "ancc": (Degree.RN, {}),
    "acpe": (Degree.PHARMACIST, {"variant": "Knowledge", "reference": "0798-9999-26-246-H04-P"}),
    "apa": (Degree.PSYCHOLOGIST, {}),
    "attendance": (Degree.OTHER, {}),
}
PHARMACIST = {"nabp-e-profile": "123456", "birth-day": "0704", "consent-cpe-monitor": "yes"}


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    offers = tuple(
        replace(CreditOffer(code, Decimal("1.00"), Decimal("0.25")), **further) for code, (_, further) in OFFERS.items()
    )
    with opened_world(migrated_database_url, credits=offers) as made:
        yield made


def ready(world: World, code: str) -> Visit:
    visit = world.learner(code, OFFERS[code][0])
    with transaction(world.sessions) as db:
        asked = asked_credentials(claim_view(db, visit, NOW))
        if code == "acpe":
            confirm_credentials(db, visit, PHARMACIST, asked, SEALER, NOW)
    return visit


def at_once(action: Callable[[int], bool], count: int) -> list[bool]:
    with ThreadPoolExecutor(10) as pool:
        return list(pool.map(action, range(count)))


@pytest.mark.parametrize("code", OFFERS)
def test_two_hundred_claims_at_once_make_one_entry_and_one_number(
    world: World, migrated_database_url: str, code: str
) -> None:
    visit = ready(world, code)
    form = world.form(visit, amounts={code: "1.00"})

    def claim(_: int) -> bool:
        with transaction(world.sessions) as db:
            return claim_credit(db, visit, form, link, NOW).is_new

    assert at_once(claim, CLAIMS[migrated_database_url.partition(":")[0].partition("+")[0]]).count(True) == 1
    assert world.counts() == (1, 1, 1)


def test_sixty_claims_at_once_make_one_number_for_each_credit_type(migrated_database_url: str) -> None:
    """The same where each credit type of a claim has a certificate of its own."""
    with opened_world(migrated_database_url, credits=PHYSICIANS_AND_NURSES) as world:
        with transaction(world.sessions) as db:
            choose_division(db, officer(world.provider_id), "by-type", NOW)
        visit = world.learner()
        give(world, visit, **BOARD)
        form = world.form(visit, amounts={AMA: "1.00", ABIM: "0.50"})

        def claim(_: int) -> bool:
            with transaction(world.sessions) as db:
                return claim_credit(db, visit, form, link, NOW).is_new

        assert at_once(claim, 60).count(True) == 1
        assert world.counts() == (2, 2, 2)


def test_staff_and_learner_at_once_make_one_entry_and_one_number(world: World) -> None:
    visit = ready(world, AMA)
    form, who = world.form(visit, amounts={AMA: "1.00"}), officer(world.provider_id)

    def act(turn: int) -> bool:
        with transaction(world.sessions) as db:
            if turn % 2:
                return claim_credit(db, visit, form, link, NOW).is_new
            try:
                award_by_staff(db, who, visit.learner_id, world.activity_id, AMA, "0.50", "Sheet", link, NOW)
            except Refused:
                return False
            return True

    assert at_once(act, 40).count(True) == 1
    assert world.counts() == (1, 1, 1)
