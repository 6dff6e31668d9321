"""A certificate of nobody, to warm the printer before the first learner needs it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lti_tool.domain.certificate import Certificate, PrintedCredit
from lti_tool.domain.text import RichText, Run

DAY = date(2026, 1, 1)
PHRASE = RichText((Run("AMA PRA Category 1 Credit", is_italic=True), Run("™")))


def specimen() -> Certificate:
    """Every field filled, marked as a specimen; printed once at start-up and thrown away."""
    return Certificate(
        number="SPECIMEN",
        verify_url="https://example.org/verify/specimen",
        language="en",
        title="Certificate of Credit",
        learner_name="Specimen",
        degree="MD",
        sentence=RichText.of("This is a specimen."),
        activity_title="Specimen",
        learning_format="enduring material",
        location="",
        provider_name="Specimen",
        provider_contact="Specimen",
        completed_on=DAY,
        issued_on=DAY,
        released_on=DAY,
        expires_on=DAY,
        credits=(PrintedCredit("ama-pra-category-1", PHRASE, Decimal("1.00"), is_awarded=True),),
        statements=(RichText.of("Specimen."),),
        notes=(),
        signatory_name="Specimen",
        signatory_title="Specimen",
        is_specimen=True,
    )
