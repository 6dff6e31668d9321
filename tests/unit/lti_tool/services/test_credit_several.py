"""Credit of several bodies for one activity: one claim, one certificate, and what each body needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.sealing import Sealer
from lti_tool.domain.credential import Requirement
from lti_tool.domain.credit import CreditOffer, Degree
from lti_tool.domain.errors import BadInput, Refused
from lti_tool.domain.wire import write_activity
from lti_tool.services.credential import confirm_credentials, held_credentials, opened_credentials, own_credentials
from lti_tool.services.credit import NOT_CLAIMED, Claimed, ClaimForm, asked_credentials, claim_credit, claim_view
from lti_tool.services.session import Visit
from lti_tool.services.transcript import own_transcript, totals
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, World, do_everything, link, opened_world

SEALER = Sealer("a secret of the installation for tests")
ABIM, ANCC, IPCE = "moc-abim", "ancc", "ipce"
UAN = "0798-9999-26-246-H04-P"


def offer(code: str, maximum: str = "1.00", **changes: Any) -> CreditOffer:
    return replace(CreditOffer(code, Decimal(maximum), Decimal("0.25")), **changes)


PHYSICIANS_AND_NURSES = (offer(AMA), offer(ABIM, variant="Medical Knowledge"), offer(ANCC))


@pytest.fixture
def make_world(migrated_sqlite_url: str) -> Iterator[Callable[..., World]]:
    with ExitStack() as stack:
        yield lambda **changes: stack.enter_context(opened_world(migrated_sqlite_url, **changes))


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    with opened_world(migrated_database_url, credits=PHYSICIANS_AND_NURSES) as made:
        yield made


def claim(world: World, visit: Visit, now: datetime = NOW, /, **amounts: str) -> Claimed:
    form = world.form(visit, amounts={code.replace("_", "-"): text for code, text in amounts.items()})
    with transaction(world.sessions) as db:
        return claim_credit(db, visit, form, link, now)


def give(world: World, visit: Visit, **typed: str) -> None:
    with transaction(world.sessions) as db:
        asked = asked_credentials(claim_view(db, visit, NOW))
        confirm_credentials(db, visit, {key.replace("_", "-"): text for key, text in typed.items()}, asked, SEALER, NOW)


def entries(world: World) -> list[models.CreditEntry]:
    with transaction(world.sessions) as db:
        return list(db.scalars(select(models.CreditEntry).order_by(models.CreditEntry.credit_type)))


def faults(world: World, visit: Visit, **amounts: str) -> Mapping[str, str]:
    before = world.counts()
    with pytest.raises(BadInput) as caught:
        claim(world, visit, NOW, **amounts)
    assert world.counts() == before
    return caught.value.faults


BOARD = {"abim": "123456", "birth_day": "0704", "consent_pars": "yes"}


def test_one_claim_one_certificate_for_both_bodies(world: World) -> None:
    visit = world.learner()
    give(world, visit, **BOARD)
    done = claim(world, visit, ama_pra_category_1="1.00", moc_abim="0.75")
    rows = entries(world)
    assert [(row.credit_type, row.amount, row.kind, row.follows) for row in rows] == [
        (AMA, Decimal("1.00"), "award", ""),
        (ABIM, Decimal("0.75"), "award", ""),
    ]
    assert len({row.claim_id for row in rows}) == 1
    (issued,) = done.certificates
    assert issued.certificate.sentence.plain.endswith(
        "is awarded 1.00 AMA PRA Category 1 Credit™ and 0.75 ABIM MOC points (Medical Knowledge)."
    )
    assert [line.credit_type for line in issued.certificate.credits] == [AMA, ABIM]


def test_a_nurse_is_awarded_contact_hours_and_never_ama_credit(world: World) -> None:
    visit = world.learner("Nina", Degree.RN)
    (issued,) = claim(world, visit, ancc="0.98").certificates
    assert [(row.credit_type, row.is_awarded) for row in entries(world)] == [(ANCC, True)]
    words = " ".join([issued.certificate.sentence.plain, *(text.plain for text in issued.certificate.statements)])
    assert "0.98 nursing contact hours" in words and "AMA" not in words and "ACCME" not in words
    assert "American Nurses Credentialing Center" in words


def test_a_nurse_who_sends_a_physicians_amount_gets_nothing_of_it(world: World) -> None:
    visit = world.learner("Nina", Degree.RN)
    assert faults(world, visit, ama_pra_category_1="1.00") == {f"amount.{ANCC}": "claim_missing"}


def test_what_a_board_needs_is_asked_for_its_credit_only(world: World) -> None:
    visit = world.learner()
    assert faults(world, visit, ama_pra_category_1="1.00", moc_abim="1.00") == {
        "id.abim": "missing",
        "id.birth-day": "missing",
        "id.consent-pars": "missing",
    }
    claim(world, visit, ama_pra_category_1="1.00", moc_abim=NOT_CLAIMED)
    assert [row.credit_type for row in entries(world)] == [AMA]


def test_nothing_chosen_of_several(world: World) -> None:
    assert faults(world, world.learner()) == {"amounts": "claim_nothing"}


def test_what_was_left_can_be_claimed_later_with_a_certificate_of_its_own(world: World) -> None:
    visit = world.learner()
    claim(world, visit, ama_pra_category_1="1.00")
    with transaction(world.sessions) as db:
        assert [one.credit.code for one in claim_view(db, visit, NOW).claimable] == [ABIM]
    give(world, visit, **BOARD)
    done = claim(world, visit, ama_pra_category_1="0.50", moc_abim="0.50")
    assert done.is_new and len(done.certificates) == 2
    assert [row.amount for row in entries(world)] == [Decimal("1.00"), Decimal("0.50")]
    assert not claim(world, visit, moc_abim="1.00").is_new


def test_what_was_left_cannot_be_claimed_after_the_expiry(world: World) -> None:
    visit = world.learner()
    claim(world, visit, ama_pra_category_1="1.00")
    give(world, visit, **BOARD)
    done = claim(world, visit, datetime(2027, 1, 1, tzinfo=UTC), moc_abim="1.00")
    assert not done.is_new and [row.credit_type for row in entries(world)] == [AMA]


def test_offers_that_exclude_each_other(make_world: Callable[..., World]) -> None:
    world = make_world(credits=(offer(AMA, group="one"), offer("aafp", group="one", variant="Prescribed")))
    visit = world.learner()
    assert faults(world, visit, ama_pra_category_1="1.00", aafp="1.00") == {
        f"amount.{AMA}": "claim_excluded",
        "amount.aafp": "claim_excluded",
    }
    claim(world, visit, aafp="1.00")
    with transaction(world.sessions) as db:
        assert claim_view(db, visit, NOW).claimable == ()


def test_all_or_nothing(make_world: Callable[..., World]) -> None:
    """APA: no partial credit."""
    world = make_world(credits=(offer("apa", "1.50"),))
    visit = world.learner("Pat", Degree.PSYCHOLOGIST)
    assert faults(world, visit, apa="1.00") == {"amount.apa": "claim_below_minimum"}
    claim(world, visit, apa="1.50")


def test_pharmacists_give_their_e_profile(make_world: Callable[..., World]) -> None:
    world = make_world(credits=(offer("acpe", variant="Knowledge", reference=UAN),))
    visit = world.learner("Phil", Degree.PHARMACIST)
    give(world, visit, nabp_e_profile="123456", birth_day="07/04", consent_cpe_monitor="yes")
    (issued,) = claim(world, visit, acpe="1.00").certificates
    assert "not an official statement of credit" in issued.certificate.notes[0].plain


def test_a_licence_of_the_place(make_world: Callable[..., World]) -> None:
    world = make_world(credits=(offer("california-brn", "1.0", reference="CEP 12345"), offer(ANCC)))
    visit = world.learner("Cal", Degree.RN)
    assert faults(world, visit, california_brn="1.0") == {"id.licence:US-CA": "missing"}
    with transaction(world.sessions) as db:
        asked = asked_credentials(claim_view(db, visit, NOW))
        confirm_credentials(db, visit, {"licence:US-CA": "RN 123456"}, asked, SEALER, NOW)
    claim(world, visit, california_brn="1.0", ancc="1.00")
    assert len(entries(world)) == 2


def test_identifiers_are_sealed_and_permission_can_be_withdrawn(world: World) -> None:
    visit = world.learner()
    give(world, visit, **BOARD, licence="us-ca A 12345")
    with transaction(world.sessions) as db:
        rows = list(db.scalars(select(models.Credential)))
        assert not any(b"123456" in row.sealed or b"0704" in row.sealed for row in rows)
        opened = own_credentials(db, visit, SEALER)
        assert {str(need): text for need, text in opened.items()} == {
            "abim": "123456",
            "birth-day": "0704",
            "consent-pars": "YES",
            "licence:US-CA": "A12345",
        }
        assert Requirement.parse("licence") in held_credentials(db, visit.learner_id)
    give(world, visit, abim="654321")
    with transaction(world.sessions) as db:
        left = {str(need): text for need, text in opened_credentials(db, visit.learner_id, SEALER).items()}
    assert "consent-pars" not in left and left["abim"] == "654321" and left["birth-day"] == "0704"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"npi": "1234567890"}, {"id.npi": "malformed"}),
        ({"birth_day": "0230"}, {"id.birth-day": "malformed"}),
        ({"licence": "12345"}, {"id.licence": "malformed"}),
        ({"consent_pars": "yes"}, {"id.birth-day": "incomplete", "id.npi": "incomplete"}),
        ({"consent_pars": "yes", "npi": "1234567893"}, {"id.birth-day": "incomplete"}),
    ],
)
def test_identifiers_that_cannot_be_used(world: World, typed: dict[str, str], expected: dict[str, str]) -> None:
    visit = world.learner()
    with pytest.raises(BadInput) as caught:
        give(world, visit, **typed)
    assert caught.value.faults == expected
    with transaction(world.sessions) as db:
        assert list(db.scalars(select(models.Credential))) == []


def test_no_identifier_before_the_claim_is_open(world: World) -> None:
    visit = world.learner(is_ready=False)
    with pytest.raises(Refused), transaction(world.sessions) as db:
        confirm_credentials(db, visit, {"npi": "1234567893"}, [Requirement.parse("npi")], SEALER, NOW)


def second_activity(world: World, visit: Visit, **changes: Any) -> Visit:
    """Another activity of the provider, done by the same learner up to the claim."""
    made = replace(world.activity, key="second", title="The recording", **changes)
    with transaction(world.sessions) as db:
        row = models.Activity(provider_id=world.provider_id, key=made.key, title=made.title, version=1, created_at=NOW)
        db.add(row)
        db.flush()
        version = {"definition": write_activity(made), "content_hash": row.id, "created_at": NOW}
        db.add(models.ActivityVersion(activity_id=row.id, number=1, **version))
        key = {"learner_id": visit.learner_id, "activity_id": row.id}
        part = models.Participation(**key, version=1, is_trial=False, started_at=NOW)
        db.add(part)
        do_everything(db, part, made)
        return replace(visit, activity_id=row.id)


@pytest.mark.parametrize("names", ["forward", "backward"])
def test_no_credit_for_the_same_education_twice(make_world: Callable[..., World], names: str) -> None:
    world = make_world(equivalents=("second",) if names == "backward" else ())
    first = world.learner()
    second = second_activity(world, first, equivalents=("hypertension",) if names == "forward" else ())
    claim(world, first, ama_pra_category_1="0.50")
    with pytest.raises(Refused) as caught:
        claim(world, second, ama_pra_category_1="1.00")
    (blocker,) = caught.value.facts["blockers"]
    assert (blocker.code, blocker.facts["title"]) == ("credited_elsewhere", "Hypertension in the Elderly")
    assert world.counts()[0] == 1


def test_unrelated_activities_both_give_credit_and_stand_on_the_transcript(make_world: Callable[..., World]) -> None:
    world = make_world()
    first = world.learner()
    second = second_activity(world, first)
    claim(world, first, ama_pra_category_1="0.50")
    claim(world, second, ama_pra_category_1="1.00")
    with transaction(world.sessions) as db:
        lines = own_transcript(db, first)
    assert {(line.activity_title, line.amount) for line in lines} == {
        ("Hypertension in the Elderly", Decimal("0.50")),
        ("The recording", Decimal("1.00")),
    }
    assert totals(lines) == {"AMA PRA Category 1 Credit™": Decimal("1.50")}


def test_the_other_tenants_entries_are_not_on_the_transcript(make_world: Callable[..., World]) -> None:
    world = make_world()
    visit = world.learner()
    claim(world, visit, ama_pra_category_1="1.00")
    with transaction(world.sessions) as db:
        assert own_transcript(db, replace(visit, provider_id="0" * 32)) == ()


def test_a_form_of_another_page_is_refused(world: World) -> None:
    visit = world.learner()
    with pytest.raises(BadInput) as caught, transaction(world.sessions) as db:
        claim_credit(db, visit, ClaimForm({AMA: "1.00"}, True, "0" * 16), link, NOW)
    assert caught.value.faults == {"profile": "changed"}
