"""A certificate as Open Badges 3.0 credentials: one per credit type, said in the words that were printed.

Source: 1EdTech Open Badges Specification 3.0 (AchievementCredential), W3C Verifiable Credentials Data Model 2.0,
W3C Bitstring Status List 1.0, did:web. A badge is an addition: boards count the certificate and the provider's report.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from lti_tool.domain.certificate import Certificate, PrintedCredit

VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
BADGE_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
BADGE_SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
LIST_BITS = 131_072
"""The least a status list may have, so that one entry hides among many (Bitstring Status List 1.0, 3.1)."""
ATTENDANCE = "attendance"
_NAMESPACE = uuid.UUID("6f1a4d0e-3a6f-5a3b-9f0a-8f2f4f3c1d21")


@dataclass(frozen=True, slots=True)
class Issuer:
    """A provider as the issuer of badges, below its public address."""

    address: str
    """Absolute, without a trailing slash; the DID document and the status lists lie below it."""
    name: str

    @property
    def did(self) -> str:
        """The address as ``did:web``: whoever has the badge finds the keys."""
        parts = urlsplit(self.address)
        return ":".join(("did:web", quote(parts.netloc, safe=""), *filter(None, parts.path.split("/"))))

    def status_list(self, year: int) -> str:
        """Address of the list that says which certificates of a year are still good."""
        return f"{self.address}/status/{year}"


@dataclass(frozen=True, slots=True)
class StatusPlace:
    """A certificate's bit: its number within its year."""

    year: int
    index: int

    @classmethod
    def of(cls, number: str) -> StatusPlace:
        """From a certificate number such as ``2026-0A1B2C3D-000042``."""
        year, _, rest = number.partition("-")
        return cls(int(year), int(rest.rpartition("-")[2]))


def badge_types(certificate: Certificate) -> tuple[str, ...]:
    """The credit types that get a badge each; attendance where there is no credit."""
    return tuple(credit.credit_type for credit in certificate.credits) or (ATTENDANCE,)


def badge_names(certificate: Certificate) -> dict[str, str]:
    """What each of :func:`badge_types` is for, as the certificate prints it; the title where there is no credit."""
    labels = {credit.credit_type: credit.label.plain for credit in certificate.credits}
    return {kind: labels.get(kind, certificate.title) for kind in badge_types(certificate)}


def badge_address(certificate: Certificate, credit_type: str) -> str:
    """Where the badge can be had, which is also its id."""
    return f"{certificate.verify_url}/badges/{credit_type}"


def credential(certificate: Certificate, credit_type: str, issuer: Issuer, issued_at: datetime) -> dict[str, Any]:
    """The unsigned credential. Raises ``KeyError`` for a type that is not on the certificate."""
    credit = _credit(certificate, credit_type)
    place = StatusPlace.of(certificate.number)
    status_list = issuer.status_list(place.year)
    return {
        "@context": [VC_CONTEXT, BADGE_CONTEXT],
        "id": badge_address(certificate, credit_type),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"{certificate.title}: {certificate.activity_title}",
        "description": certificate.sentence.plain,
        "issuer": profile(issuer),
        "validFrom": instant(issued_at),
        "awardedDate": instant(issued_at),
        "credentialSubject": _subject(certificate, credit, issuer),
        "credentialSchema": [{"id": BADGE_SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        "credentialStatus": {
            "id": f"{status_list}#{place.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(place.index),
            "statusListCredential": status_list,
        },
    }


def _credit(certificate: Certificate, credit_type: str) -> PrintedCredit | None:
    if not certificate.credits and credit_type == ATTENDANCE:
        return None
    found = {credit.credit_type: credit for credit in certificate.credits}
    return found[credit_type]


def profile(issuer: Issuer) -> dict[str, Any]:
    """The issuer as it stands in each of its credentials."""
    return {"id": issuer.did, "type": ["Profile"], "name": issuer.name, "url": issuer.address}


def _subject(certificate: Certificate, credit: PrintedCredit | None, issuer: Issuer) -> dict[str, Any]:
    earned = {"creditsEarned": float(credit.amount)} if credit is not None and credit.is_awarded else {}
    return {
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "identityType": "ext:name",
                "hashed": False,
                "identityHash": certificate.learner_name,
            }
        ],
        "activityEndDate": _midnight(certificate.completed_on),
        **earned,
        "achievement": _achievement(certificate, credit, issuer),
    }


def _achievement(certificate: Certificate, credit: PrintedCredit | None, issuer: Issuer) -> dict[str, Any]:
    kind = ATTENDANCE if credit is None else credit.credit_type
    key = "\n".join((issuer.address, certificate.activity_title, str(certificate.released_on), kind))
    return {
        "id": uuid.uuid5(_NAMESPACE, key).urn,
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "name": certificate.activity_title if credit is None else f"{certificate.activity_title}: {_unit(credit)}",
        "description": certificate.sentence.plain,
        "criteria": {"narrative": " ".join(text.plain for text in (*certificate.statements, *certificate.notes))},
        "humanCode": kind,
        "inLanguage": certificate.language,
        "creator": profile(issuer),
    }


def _unit(credit: PrintedCredit) -> str:
    """Open Badges counts credits without a unit, so the unit stands in the name."""
    return credit.label.plain if credit.is_awarded else f"participation in an activity for {credit.label.plain}"


def status_credential(
    issuer: Issuer, year: int, encoded_list: str, made_at: datetime, valid_until: datetime
) -> dict[str, Any]:
    """The unsigned status list of a year."""
    address = issuer.status_list(year)
    return {
        "@context": [VC_CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.did,
        "validFrom": instant(made_at),
        "validUntil": instant(valid_until),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded_list,
        },
    }


def did_document(issuer: Issuer, keys: list[dict[str, Any]]) -> dict[str, Any]:
    """The keys of the issuer, newest first, as ``did.json`` (did:web; W3C DID 1.0, 5.2)."""
    methods = [
        {"id": f"{issuer.did}#{key['kid']}", "type": "JsonWebKey", "controller": issuer.did, "publicKeyJwk": key}
        for key in keys
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": issuer.did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
