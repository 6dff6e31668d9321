"""One's own credit: by activity, type and year, what is still owed, signed to take away, and behind a link."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.activity import Activity
from lti_tool.domain.credit import CreditOffer
from lti_tool.services.audit import ToolActor
from lti_tool.services.session import forget_expired
from lti_tool.services.wording import confirm_wording
from tests.functional.browsing import Browser
from tests.functional.claim_walk import Claimant, arrive, claimable_activity
from tests.functional.pages import Page
from tests.functional.world import World
from tests.pdf_text import pdf_text


@pytest.fixture
def claimed(sqlite_world: World) -> Claimant:
    claimant = arrive(sqlite_world, claimable_activity(sqlite_world))
    claimant.confirm()
    claimant.claim("0.75")
    return claimant


def begun(claimant: Claimant, **changes: Any) -> Activity:
    """Another activity, opened and left at its first step."""
    made = claimable_activity(claimant.world, key="begun", title="Begun and left", **changes)
    claimant.person.open(claimant.world.placement(made.key))
    return made


def taken(claimant: Claimant, form: str) -> bytes:
    page = claimant.get(f"transcript.{form}")
    assert page.status == 200
    return bytes(page.response.content)


def linked(claimant: Claimant) -> str:
    """The address of a new link."""
    page = claimant.person.submit(claimant.get("transcript"), "/transcript/link", {})
    assert "Your link is ready" in page.text
    return page.link("/transcript?token=")


def test_the_page_names_credit_year_certificate_and_what_is_owed(claimed: Claimant) -> None:
    begun(claimed)
    page = claimed.get("transcript")
    year = claimed.world.clock().year
    number = claimed.get("certificate").text.partition("Certificate number ")[2][:20].split()[0]
    assert f"{year} Credit AMA PRA Category 1 Credit™ Amount 0.75" in page.text
    assert number in page.text
    assert "Begun and left" in page.text and "Read and acknowledge the information and disclosure" in page.text


def test_what_can_no_longer_be_claimed_is_not_owed(claimed: Claimant) -> None:
    made = begun(claimed)
    claimed.world.clock.advance(days=(made.expires_on - claimed.world.clock().date()).days + 2)
    renewed = replace(claimed, session_id=claimed.person.open(claimed.world.placement(made.key)).session_id)
    assert "Begun and left" not in renewed.get("transcript").text.partition("Still to be claimed")[2]


def test_the_pdf_is_signed_and_says_the_same(claimed: Claimant) -> None:
    pdf = taken(claimed, "pdf")
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[signature.signer_cert]))
    assert status.intact and status.valid and status.bottom_line
    words = " ".join(pdf_text(pdf).split())
    assert "Ada Byron" in words and "0.75" in words and "Hypertension" in words


def test_the_json_holds_the_values_and_the_same_signed(claimed: Claimant) -> None:
    found = json.loads(taken(claimed, "json"))
    provider = claimed.world.provider_id
    keys = json.loads(claimed.person.get(f"/issuers/{provider}/did.json").html)["verificationMethod"]
    known = KeySet.import_key_set({"keys": [{**one["publicKeyJwk"], "kid": one["id"]} for one in keys]})
    claims = jwt.decode(found["credential"], known, algorithms=["RS256", "ES256"]).claims
    subject = claims["credentialSubject"]
    assert {name: subject[name] for name in found["transcript"]} == found["transcript"]
    (line,) = found["transcript"]["credits"]
    assert (line["amount"], line["status"], line["credit_type"]) == ("0.75", "awarded", "ama-pra-category-1")
    assert claims["iss"] == claims["issuer"]["id"] and claims["type"][0] == "VerifiableCredential"
    assert subject["totals"] == {"AMA PRA Category 1 Credit™": "0.75"}


def test_the_table_is_the_one_that_the_signed_file_names(claimed: Claimant) -> None:
    table = taken(claimed, "csv")
    assert json.loads(taken(claimed, "json"))["transcript"]["csv_sha256"] == sha256(table).hexdigest()
    (row,) = csv.DictReader(StringIO(table.decode("utf-8-sig")))
    assert (row["amount"], row["status"]) == ("0.75", "awarded") and "/verify/" in row["verify_url"]


def test_a_link_opens_it_without_the_platform_until_it_ends(claimed: Claimant) -> None:
    address = linked(claimed)
    stranger = Browser(claimed.world, "nurse")
    page = stranger.get(address)
    assert page.status == 200 and "0.75" in page.text and "Ada Byron" in page.text
    assert stranger.get(page.link("Transcript (PDF)")).status == 200
    claimed.world.clock.advance(days=7)
    assert stranger.get(address).status == 403


def test_a_link_that_was_called_back_says_so(claimed: Claimant) -> None:
    first, second = linked(claimed), linked(claimed)
    page = claimed.get("transcript")
    assert page.text.count("End it") == 2 and "Links that open this page now" in page.text
    ended = claimed.person.submit(page, "End it", {})
    assert ended.path.endswith("/transcript") and ended.text.count("End it") == 1
    stranger = Browser(claimed.world, "nurse")
    gone, left = sorted((stranger.get(address) for address in (first, second)), key=lambda one: -one.status)
    assert (gone.status, left.status) == (403, 200) and "This link was called back" in gone.text
    assert "Ada" not in gone.text
    linked(claimed)
    claimed.person.submit(claimed.get("transcript"), "End all links", {})
    assert stranger.get(second).status == 403 and stranger.get(first).status == 403
    assert "Links that open this page now" not in claimed.get("transcript").text
    with claimed.world.db() as db:
        notes = db.scalars(select(models.AuditEntry).where(models.AuditEntry.action == "transcript_link.ended")).all()
        assert [entry.detail for entry in notes] == [{"links": 1}, {"links": 2}]


def test_nobody_ends_the_links_of_somebody_else(claimed: Claimant) -> None:
    address = linked(claimed)
    with claimed.world.db() as db:
        key = db.scalars(select(models.TranscriptLink.id)).one()
    other = arrive(claimed.world, claimable_activity(claimed.world, key="other"), "nurse")
    linked(other)
    page = other.get("transcript")
    other.person.submit(page, "End it", {"link": key})
    other.person.submit(page, "End it", {"link": "x" * 500})
    assert other.get("transcript").text.count("End it") == 1
    assert Browser(claimed.world, "nurse").get(address).status == 200


def test_links_that_have_ended_by_themselves_are_forgotten(claimed: Claimant) -> None:
    linked(claimed)
    claimed.world.clock.advance(days=7)
    with claimed.world.db() as db:
        forget_expired(db, claimed.world.clock())
        assert db.scalars(select(models.TranscriptLink)).all() == []


@pytest.mark.parametrize("spoilt", ["", "x", "gAAAAA", "ü", "x" * 5000])
def test_what_is_no_link_of_ours_opens_nothing(claimed: Claimant, spoilt: str) -> None:
    page: Page = Browser(claimed.world, "nurse").get(f"/transcript?token={spoilt}")
    assert page.status == 403 and "This link opens nothing any more" in page.text


def test_a_participation_has_no_amount(sqlite_world: World) -> None:
    claimant = arrive(sqlite_world, claimable_activity(sqlite_world), "nurse")
    claimant.confirm(degree="RN")
    claimant.participate()
    (line,) = json.loads(taken(claimant, "json"))["transcript"]["credits"]
    assert (line["amount"], line["status"]) == (None, "participated")
    assert json.loads(taken(claimant, "json"))["transcript"]["totals"] == {}


def test_kinds_of_one_type_are_never_added_up(sqlite_world: World) -> None:
    """AOA: Category 1-A and 2-A are different requirements."""
    with sqlite_world.db() as db:
        confirm_wording(db, ToolActor(sqlite_world.provider_id), "aoa", "AOA 2025", "Avery", sqlite_world.clock())
    for kind in ("Category 1-A", "Category 2-A"):
        offer = CreditOffer("aoa", Decimal("1.00"), Decimal("0.25"), variant=kind)
        made = claimable_activity(sqlite_world, key=kind.casefold().replace(" ", "-"), credits=(offer,))
        claimant = arrive(sqlite_world, made, "physician-do")
        claimant.confirm(degree="DO")
        fields = {"amount.aoa": "1.00", "id.aoa": "123456", "attestation": "yes"}
        claimant.person.submit(claimant.get("claim"), "/claim", fields)
    found = json.loads(taken(claimant, "json"))["transcript"]
    assert found["totals"] == {"AOA credit (Category 1-A)": "1.00", "AOA credit (Category 2-A)": "1.00"}
