"""One renderer for all tests of this folder, and a certificate to vary."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.certificates.render import CertificateRenderer
from lti_tool.domain.certificate import Certificate, PrintedCredit
from lti_tool.domain.text import RichText

PHRASE = "*AMA PRA Category 1 Credit(s)*™"
PROVIDER = "Northlake Academy of Medicine"
SENTENCE = (
    "The {provider} certifies that {name} has participated in the enduring material titled {activity} "
    "on November 20, 2026 and is awarded 1.25 " + PHRASE + "."
)
DESIGNATION = "The {provider} designates this enduring material for a maximum of 1.25 " + PHRASE + "."


def make_certificate(learner_name: str = "Elena M. Vasquez", **changes: Any) -> Certificate:
    """A physician's certificate; the name also stands in the sentence."""
    activity = changes.get("activity_title", "Recognizing Sepsis Early")
    values: dict[str, Any] = {
        "number": "NAM-2026-7F3K-92QX",
        "verify_url": "https://cme.northlake.example/verify/0M3kq7vT9xZLr2Wc8yNbQa",
        "language": "en",
        "title": "Certificate of Credit",
        "learner_name": learner_name,
        "degree": "MD",
        "sentence": RichText.parse(SENTENCE, provider=PROVIDER, name=learner_name, activity=activity),
        "activity_title": activity,
        "learning_format": "Enduring material",
        "location": "",
        "provider_name": PROVIDER,
        "provider_contact": "400 Lakeshore Drive, Northlake",
        "completed_on": date(2026, 11, 20),
        "issued_on": date(2026, 11, 24),
        "released_on": date(2025, 12, 1),
        "expires_on": date(2028, 11, 30),
        "credits": (PrintedCredit("ama-pra-1", RichText.parse(PHRASE), Decimal("1.25"), True),),
        "statements": (RichText.parse(DESIGNATION, provider=PROVIDER),),
        "notes": (),
        "signatory_name": "Margaret O’Connell, MD",
        "signatory_title": "Chair",
    }
    return Certificate(**(values | changes))


@pytest.fixture
def make() -> Callable[..., Certificate]:
    """Builds certificates."""
    return make_certificate


@pytest.fixture(scope="session")
def whole() -> CertificateRenderer:
    """Prints every certificate as a whole and casts none from a page that it printed before."""
    return CertificateRenderer(most_moulds=0)


@pytest.fixture(scope="session")
def renderer() -> CertificateRenderer:
    """Loading WeasyPrint and fonts once is enough."""
    return CertificateRenderer()
