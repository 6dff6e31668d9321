"""Wording that nobody has compared is not used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.db.engine import transaction
from lti_tool.domain.activity import Accreditation, LearningFormat
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.errors import BadInput, NotFound, Refused
from lti_tool.services.activity import import_activity
from lti_tool.services.audit import ToolActor
from lti_tool.services.wording import confirm_wording, unconfirmed, wordings
from tests.unit.lti_tool.domain.builders import AMA, PROVIDER, activity
from tests.unit.lti_tool.services.claiming import NOW, World, opened_world

DAY = date(2026, 3, 2)


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    with opened_world(migrated_sqlite_url) as made:
        yield made


def offer(code: str, **changes: Any) -> CreditOffer:
    return replace(CreditOffer(code, Decimal("1.00"), Decimal("0.25")), **changes)


def confirm(world: World, code: str, edition: str, by: str = "Avery Admin") -> None:
    with transaction(world.sessions) as db:
        confirm_wording(db, ToolActor(world.provider_id), code, edition, by, NOW)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, ()),
        ({"credits": (offer("ancc"),)}, (("ancc", "ANCC 2022"),)),
        ({"credits": (offer("ipce"),)}, ()),
        ({"format": LearningFormat.MANUSCRIPT_REVIEW}, ()),
        ({"format": LearningFormat.TEST_ITEM_WRITING}, (("ama-pra-category-1", "AMA PRA 2017"),)),
        ({"provider": replace(PROVIDER, accreditation=Accreditation.JOINTLY_ACCREDITED)}, (("accme", "ACCME 2014"),)),
        ({"provider": replace(PROVIDER, accreditation=Accreditation.NONE), "credits": ()}, ()),
    ],
)
def test_what_must_be_confirmed_before_first_use(
    world: World, changes: dict[str, Any], missing: tuple[tuple[str, str], ...]
) -> None:
    made = activity(**changes)
    with transaction(world.sessions) as db:
        assert unconfirmed(db, world.provider_id, made) == missing


def test_an_import_waits_for_the_confirmation(world: World) -> None:
    made = activity(key="nurses", credits=(offer(AMA), offer("ancc")))
    with pytest.raises(Refused) as caught, transaction(world.sessions) as db:
        import_activity(db, world.provider_id, made, {}, NOW)
    assert caught.value.code == "wording_unconfirmed" and "ancc: ANCC 2022" in str(caught.value)
    confirm(world, "ancc", "ANCC 2022")
    confirm(world, "ancc", "ANCC 2022", "Somebody else")
    with transaction(world.sessions) as db:
        assert import_activity(db, world.provider_id, made, {}, NOW).is_new


def test_one_providers_confirmation_is_not_anothers(world: World) -> None:
    confirm(world, "ancc", "ANCC 2022")
    with transaction(world.sessions) as db:
        assert unconfirmed(db, "f" * 32, activity(credits=(offer("ancc"),))) == (("ancc", "ANCC 2022"),)


def test_what_staff_see(world: World) -> None:
    confirm(world, "ancc", "ANCC 2022")
    with transaction(world.sessions) as db:
        found = {one.code: one for one in wordings(db, world.provider_id, DAY)}
        early = {one.code for one in wordings(db, world.provider_id, date(2018, 1, 1))}
    assert len(found) == 27 and early == {"accme", AMA, "attendance"}
    assert (found["ancc"].confirmed_by, found["ancc"].is_usable) == ("Avery Admin", True)
    assert not found["apa"].is_usable and found["ipce"].is_usable
    assert all(text.source for one in found.values() for text in one.texts)


@pytest.mark.parametrize(
    ("code", "edition", "by", "error"),
    [("ancc", "ANCC 1999", "A", NotFound), ("shoes", "1", "A", NotFound), ("ancc", "ANCC 2022", " ", BadInput)],
)
def test_what_cannot_be_confirmed(world: World, code: str, edition: str, by: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        confirm(world, code, edition, by)
