"""A certificate as values: everything that is printed, fixed at the moment of issue.

A certificate is frozen. The values, the edition of every text and the template's version are stored
with it; a later change of name, logo or template never alters one already issued. Required fields:
AMA PRA credit system, documentation provided to physicians (see ``docs/reference/rules.md``, 1.6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from lti_tool.domain.design import Design
from lti_tool.domain.text import RichText


class CertificateStatus(StrEnum):
    """What a verifier is told."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class PrintedCredit:
    """One credit line. ``amount`` is in the type's own unit; ``label`` is the body's exact phrase."""

    credit_type: str
    label: RichText
    amount: Decimal
    is_awarded: bool
    """False where the learner only took part in an activity designated for the credit (AMA: not an MD/DO)."""
    details: tuple[RichText, ...] = ()
    """What the amount is made of, one line each, e.g. ``0.50 pharmacotherapeutic hours``."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The frozen values behind one PDF."""

    number: str
    verify_url: str
    """Absolute address of the public verification page, also encoded in the QR code."""
    language: str
    """BCP 47 tag of the certificate's own text."""
    title: str
    """"Certificate of Credit" or "Certificate of Participation"."""
    learner_name: str
    degree: str
    """Degree or profession as printed after the name; may be empty."""
    sentence: RichText
    """The body's certifying sentence with all slots filled."""
    activity_title: str
    learning_format: str
    location: str
    provider_name: str
    provider_contact: str
    completed_on: date
    issued_on: date
    released_on: date
    expires_on: date
    credits: tuple[PrintedCredit, ...]
    statements: tuple[RichText, ...]
    """Accreditation and designation statements, in print order."""
    notes: tuple[RichText, ...]
    """Small print, e.g. what a certificate of participation is."""
    signatory_name: str
    signatory_title: str
    template: str = "classic-v1"
    is_specimen: bool = False
    """Previews are marked as such across the page and never carry a real number."""
    learner_language: str = ""
    """BCP 47 tag of the learner's name if known (e.g. ``ja`` for Han characters in Japanese forms); else empty."""
    design: Design | None = None
    """The look, frozen too. ``None`` on certificates from before there was a choice; its template is ``template``."""
