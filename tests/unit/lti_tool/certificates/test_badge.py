"""Badges that another Open Badges library verifies, and that a revocation reaches."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, FormatChecker
from openbadgeslib.ob3.status import decode_encoded_list, set_indices
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier

from lti_tool.certificates.badge import BadgeSigner
from lti_tool.certificates.issuer_key import make_issuer_key
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.domain.badge import (
    Issuer,
    StatusPlace,
    badge_names,
    badge_types,
    credential,
    did_document,
    status_credential,
)
from lti_tool.domain.certificate import Certificate, PrintedCredit
from lti_tool.domain.design import Design
from lti_tool.domain.text import RichText
from tests.unit.lti_tool.certificates.sealing import ISSUER, NOW, NUMBER, badges, key, sealed
from tests.unit.lti_tool.certificates.test_designs import SIX

Make = Callable[..., Certificate]
SIGNER = BadgeSigner()
SCHEMAS = Path(__file__).parent / "schemas"


def verifier() -> OB3Verifier:
    """Trusts nothing but the issuer's address."""
    document = json.dumps(did_document(ISSUER, [SIGNER.public_jwk(key())])).encode()
    asked: list[str] = []

    def download(address: str) -> bytes:
        asked.append(address)
        return document

    found = OB3Verifier.for_issuer_did(ISSUER.did, download=download)
    assert asked == [f"{ISSUER.address}/did.json"]
    return found


def status_list(*revoked: int) -> Callable[[str], bytes]:
    made = status_credential(ISSUER, 2026, SIGNER.encoded_list(revoked), NOW, NOW + timedelta(days=1))
    token = SIGNER.sign(made, key()).encode()

    def download(address: str) -> bytes:
        assert address == f"{ISSUER.address}/status/2026"
        return token

    return download


@pytest.fixture(autouse=True)
def _today() -> Any:
    """The verifier reads the clock."""
    with time_machine.travel(NOW + timedelta(hours=1)):
        yield


def test_another_library_verifies_each_badge(make: Make) -> None:
    certificate = make(number=NUMBER, credits=SIX)
    for name, token in badges(certificate).items():
        found = verifier().verify(token, check_status=True, download=status_list(7, 41))
        assert found.id == f"{certificate.verify_url}/badges/{name}"
        assert found.issuer.id == ISSUER.did


def test_a_revoked_certificate_revokes_its_badges(make: Make) -> None:
    token = badges(make(number=NUMBER))["ama-pra-1"]
    with pytest.raises(OB3VerificationError, match="revo"):
        verifier().verify(token, check_status=True, download=status_list(42))


def test_a_changed_badge_and_a_foreign_key_are_refused(make: Make) -> None:
    token = badges(make(number=NUMBER))["ama-pra-1"]
    head, body, signature = token.split(".")
    for forged in (f"{head}.{body[:-4]}AAAA.{signature}", f"{head}.{body}.{signature[:-6]}AAAAAA"):
        with pytest.raises(OB3VerificationError):
            verifier().verify(forged)
    values = credential(make(number=NUMBER), "ama-pra-1", ISSUER, NOW)
    other = SIGNER.sign(values, make_issuer_key("Other", NOW))
    with pytest.raises(OB3VerificationError):
        verifier().verify(other)


def test_a_badge_says_what_the_certificate_says(make: Make) -> None:
    certificate = make(number=NUMBER)
    values = credential(certificate, "ama-pra-1", ISSUER, NOW)
    subject = values["credentialSubject"]
    assert subject["identifier"][0]["identityHash"] == "Elena M. Vasquez"
    assert subject["creditsEarned"] == 1.25
    assert subject["activityEndDate"] == "2026-11-20T00:00:00Z"
    assert "AMA PRA Category 1 Credit(s)™" in subject["achievement"]["name"]
    assert values["description"] == certificate.sentence.plain
    assert values["validFrom"] == values["awardedDate"] == "2026-11-24T12:30:00Z"
    assert values["credentialStatus"]["statusListIndex"] == "42"


def test_a_badge_fits_the_schema_of_the_standard(make: Make) -> None:
    """1EdTech's own, of the edition before Verifiable Credentials 2.0: the date's old name, and no status list yet."""
    schema = json.loads((SCHEMAS / "ob_v3p0_achievementcredential_draft4.json").read_text(encoding="utf-8"))
    for certificate in (make(number=NUMBER, credits=SIX), make(number=NUMBER, credits=())):
        for name in badge_types(certificate):
            values = credential(certificate, name, ISSUER, NOW)
            values["issuanceDate"] = values.pop("validFrom")
            values["credentialStatus"] = {key: values["credentialStatus"][key] for key in ("id", "type")}
            Draft4Validator(schema, format_checker=FormatChecker()).validate(values)
            broken = values | {"credentialSubject": values["credentialSubject"] | {"creditsEarned": "1.25"}}
            assert not Draft4Validator(schema).is_valid(broken)


def test_participation_earns_no_credits(make: Make) -> None:
    took_part = PrintedCredit("ama-pra-1", RichText.of("credits"), Decimal("1.25"), is_awarded=False)
    subject = credential(make(number=NUMBER, credits=(took_part,)), "ama-pra-1", ISSUER, NOW)["credentialSubject"]
    assert "creditsEarned" not in subject
    assert "participation" in subject["achievement"]["name"]


def test_attendance_without_credit_is_a_badge_too(make: Make) -> None:
    certificate = make(number=NUMBER, credits=())
    assert badge_types(certificate) == ("attendance",)
    verifier().verify(badges(certificate)["attendance"])
    with pytest.raises(KeyError):
        credential(certificate, "ama-pra-1", ISSUER, NOW)


def test_an_activity_is_one_achievement_for_everybody(make: Make) -> None:
    def achievement(**changes: Any) -> str:
        values = make(number=NUMBER, **changes)
        return str(credential(values, "ama-pra-1", ISSUER, NOW)["credentialSubject"]["achievement"]["id"])

    assert achievement() == achievement(learner_name="Somebody Else")
    assert achievement() != achievement(activity_title="Another Activity")


def test_badges_travel_inside_the_file(make: Make, renderer: CertificateRenderer) -> None:
    certificate = make(number=NUMBER, template="classic-v2", design=Design("classic-v2"), credits=SIX)
    pdf = pikepdf.open(io.BytesIO(sealed(certificate, renderer)))
    assert sorted(pdf.attachments) == sorted(f"open-badge-{credit.credit_type}.jwt" for credit in SIX)
    for attached in pdf.attachments.values():
        verifier().verify(attached.get_file().read_bytes().decode())
    assert len(pdf.Root.AF) == len(SIX)


@pytest.mark.parametrize(
    ("address", "did"),
    [
        ("https://cme.example/issuers/a1", "did:web:cme.example:issuers:a1"),
        ("https://cme.example:8443/tools/cme/issuers/a1", "did:web:cme.example%3A8443:tools:cme:issuers:a1"),
    ],
)
def test_an_address_is_a_did(address: str, did: str) -> None:
    assert Issuer(address, "x").did == did


def test_a_number_has_its_place() -> None:
    assert StatusPlace.of(NUMBER) == StatusPlace(2026, 42)


@given(st.sets(st.integers(0, 300_000), max_size=40))
def test_another_library_reads_the_same_bits(places: set[int]) -> None:
    bits = decode_encoded_list(SIGNER.encoded_list(places))
    assert set(set_indices(bits)) == places
    assert len(bits) >= 16_384


def test_only_public_halves_are_published() -> None:
    assert set(SIGNER.public_jwk(key())) == {"kty", "n", "e", "kid", "alg", "use", "x5c"}


def test_a_badge_is_named_as_the_certificate_prints_its_credit(make: Make) -> None:
    certificate = make(number=NUMBER)
    assert set(badge_names(certificate)) == set(badge_types(certificate))
    assert list(badge_names(certificate).values()) == [credit.label.plain for credit in certificate.credits]
    assert badge_names(make(number=NUMBER, credits=())) == {"attendance": certificate.title}
