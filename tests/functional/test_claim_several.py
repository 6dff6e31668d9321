"""Several bodies' credit on one page, what they need, late claims, and credit that waited, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.capability import Capability, Grant, Powers
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.roll import read_roll
from lti_tool.services.audit import ToolActor
from lti_tool.services.bulk_award import check_roll
from lti_tool.services.bulk_entry import enter_roll
from lti_tool.services.late_claim import decide_late_claim, late_claims
from lti_tool.services.office import Officer
from lti_tool.services.wording import confirm_wording
from tests.functional.claim_walk import FIELD, Claimant, arrive, claimable_activity, learner_count, words
from tests.functional.world import World
from tests.unit.lti_tool.domain.builders import AMA

ABIM, ANCC = "amount.moc-abim", "amount.ancc"
OFFERS = (
    CreditOffer(AMA, Decimal("1.00"), Decimal("0.25")),
    CreditOffer("moc-abim", Decimal("1.00"), Decimal("0.25"), variant="Medical Knowledge"),
    CreditOffer("ancc", Decimal("1.00"), Decimal("0.25")),
)
BOARD = {"id.abim": "123456", "id.birth-day": "0704", "id.consent-pars": "yes"}


def several(world: World, **changes: Any) -> Any:
    with world.db() as db:
        for code, edition in (("moc-abim", "ABIM MOC 2022"), ("ancc", "ANCC 2022")):
            confirm_wording(db, ToolActor(world.provider_id), code, edition, "Avery Admin", world.clock())
    return claimable_activity(world, credits=OFFERS, **changes)


@pytest.fixture
def ready(sqlite_world: World) -> Claimant:
    return arrive(sqlite_world, several(sqlite_world))


def officer(world: World) -> Officer:
    powers = Powers(frozenset(Grant(one) for one in Capability))
    return Officer("s" * 32, world.provider_id, "Example", "9" * 32, "Avery", powers, disclosure_months=12)


def test_a_physician_claims_all_at_once(world: World) -> None:
    claimant = arrive(world, several(world))
    page = claimant.confirm()
    form = page.form(0)
    assert form.choices(FIELD) == ["", "none", "0.25", "0.50", "0.75", "1.00"]
    assert (ABIM, "none") in form.filled({}) and ANCC not in form.names
    assert "nursing contact hour: not for your degree or profession" in words(page)
    page = claimant.claim("1.00", **{ABIM: "0.50", **BOARD})
    assert page.heading == "Your credit has been recorded"
    assert "1.00 AMA PRA Category 1 Credit™; 0.50 ABIM MOC points (Medical Knowledge)" in words(page)
    assert learner_count(world) == (2, 1)
    assert "Claim further credit" not in page.text
    transcript = claimant.get("transcript")
    assert transcript.status == 200 and "ABIM MOC" in transcript.text and "0.50" in transcript.text
    assert (
        transcript.text.count("AMA PRA Category 1 Credit") == transcript.text.count("AMA PRA Category 1 Credit™") == 3
    )


def test_what_a_board_needs_is_missing_or_wrong(ready: Claimant) -> None:
    ready.confirm()
    page = ready.claim("1.00", **{ABIM: "0.50"})
    assert page.status == 422 and "This is needed for a credit that you claim." in page.text
    assert "This credit is given only with permission to report it to your boards." in page.text
    page = ready.claim("1.00", **{ABIM: "0.50", **BOARD, "id.birth-day": "1340"})
    assert page.status == 422 and "Month and day of birth: Write month and day in four digits" in page.text
    assert ("id.birth-day", "1340") in page.form(0).filled({}) and (ABIM, "0.50") in page.form(0).filled({})
    assert learner_count(ready.world) == (0, 0)


def test_leaving_a_board_and_claiming_it_later(ready: Claimant) -> None:
    ready.confirm()
    page = ready.claim("1.00")
    assert page.heading == "Your credit has been recorded" and learner_count(ready.world) == (1, 1)
    page = ready.person.get(page.link("Claim further credit"))
    assert page.heading == "Claim your credit" and FIELD not in page.form(0).names
    page = ready.person.submit(page, "/claim", {ABIM: "1.00", "attestation": "yes", **BOARD})
    assert page.heading == "Your credit has been recorded" and learner_count(ready.world) == (2, 2)
    assert ready.get("claim").path.endswith("/certificate")


def test_what_was_left_stands_on_the_transcript_with_the_way_to_it(ready: Claimant) -> None:
    ready.confirm()
    ready.claim("1.00")
    page = ready.get("transcript")
    assert "ABIM MOC (Medical Knowledge): up to 1.00" in page.text and "It can be claimed now" in page.text
    assert "The claim asks for: ABIM ID, Month and day of birth, your permission to report" in page.text
    assert str(ready.world.clock().year) in page.text.partition("Until")[2]
    claim = ready.person.get(page.link("Hypertension in the Elderly"))
    assert claim.heading == "Claim your credit"
    ready.person.submit(claim, "/claim", {ABIM: "1.00", "attestation": "yes", **BOARD})
    assert "all has been claimed that still could be" in ready.get("transcript").text


def test_nothing_chosen(ready: Claimant) -> None:
    ready.confirm()
    page = ready.claim("none")
    assert page.status == 422 and "Choose an amount for at least one credit." in page.text


def test_identifiers_come_back_to_their_owner_only(ready: Claimant) -> None:
    ready.confirm()
    assert ready.claim("1.00", **BOARD).status == 200
    page = ready.get("claim?more=1")
    assert ("id.abim", "123456") in page.form(0).filled({})
    with ready.world.db() as db:
        assert all(b"123456" not in row.sealed for row in db.scalars(select(models.Credential)))


def test_a_nurse_gets_contact_hours(ready: Claimant) -> None:
    page = ready.confirm(degree="RN")
    assert page.heading == "Claim your credit" and FIELD not in page.form(0).names
    page = ready.person.submit(page, "/claim", {ANCC: "0.98", "attestation": "yes"})
    assert "0.98 nursing contact hours" in page.text and "AMA" not in page.text


def test_a_late_claim_from_request_to_certificate(sqlite_world: World) -> None:
    world = sqlite_world
    today = world.clock().date()
    made = several(world, claims_close_on=today, released_on=today - timedelta(days=30))
    claimant = arrive(world, made)
    world.clock.advance(days=1)
    claimant = replace(claimant, session_id=claimant.person.open(world.placement(made.key)).session_id)
    page = claimant.get("claim")
    assert page.status == 403 and "The deadline for claims was" in page.text
    refused = claimant.person.submit(page, "/claim/late", {"reason": " "})
    assert refused.status == 422 and "Say in a few words why you are late." in refused.text
    page = claimant.person.submit(page, "/claim/late", {"reason": "I was ill"})
    assert "Your request for a late claim is being looked at" in page.text
    with world.db() as db:
        (row,) = late_claims(db, officer(world))
        decide_late_claim(db, officer(world), row.id, is_granted=True, words="", now=world.clock())
    claimant.confirm()
    assert claimant.claim("1.00").heading == "Your credit has been recorded"


def test_credit_that_waited_is_taken_at_the_first_launch(sqlite_world: World) -> None:
    world = sqlite_world
    made = several(world)
    email = world.lms.person("physician-md").email
    with world.db() as db:
        activity_id = db.scalars(select(models.Activity.id).where(models.Activity.key == made.key)).one()
        text = f"email,credit_type,amount,reason\n{email},{AMA},0.75,Sheet 3\n"
        checked = check_roll(db, officer(world), activity_id, read_roll(text.encode()), "", world.deps.sealer)
        enter_roll(db, officer(world), activity_id, checked, lambda code: f"https://v.example/{code}", world.clock())
    person = world.enter("physician-md")
    page = person.open(world.placement(made.key))
    assert page.heading == "Credit is waiting for you" and "0.75" in page.text
    assert learner_count(world) == (0, 0)
    details = {"printed_name": "Ada Byron", "degree": "MD", "country": "US"}
    wrong = person.submit(page, "This was me", {**details, "degree": ""})
    assert wrong.status == 422 and "Choose your degree or profession." in wrong.text
    page = person.submit(page, "This was me", details)
    assert learner_count(world) == (1, 1) and "waiting" not in page.path
    other = world.enter("nurse").open(world.placement(made.key))
    assert other.heading != "Credit is waiting for you"
