"""A certificate as values: everything that is printed, fixed at the moment of issue.

A certificate is frozen. The values, the edition of every text and the template's version are stored
with it; a later change of name, logo or template never alters one already issued. Required fields:
AMA PRA credit system, documentation provided to physicians (see ``docs/reference/rules.md``, 1.6).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from lti_tool.domain.design import Design
from lti_tool.domain.errors import BadInput
from lti_tool.domain.text import RichText, Run


class CertificateStatus(StrEnum):
    """What a verifier is told."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class StatusReason(StrEnum):
    """Why a certificate is no longer valid, as anybody may know it who has its code."""

    NAME_CORRECTED = "name-corrected"
    ISSUED_IN_ERROR = "issued-in-error"
    CREDIT_ADJUSTED = "credit-adjusted"
    CREDIT_WITHDRAWN = "credit-withdrawn"
    CREDIT_EXPIRED = "credit-expired"
    HOLDER_ASKED = "holder-asked"
    HELD_TWICE = "held-twice"
    """The same credit of the same person stands on another certificate."""


REVOCATION_REASONS = (StatusReason.ISSUED_IN_ERROR, StatusReason.CREDIT_WITHDRAWN, StatusReason.HOLDER_ASKED)


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
    sessions: tuple[RichText, ...] = ()
    """Attended sessions with what each gave of each credit, where the page has no room for them: for verifiers."""
    design: Design | None = None
    """The look, frozen too. ``None`` on certificates from before there was a choice; its template is ``template``."""


def renamed(certificate: Certificate, name: str) -> Certificate:
    """The same certificate for the corrected name, in its line and in its sentence.

    The sentence names the provider first ("The … certifies that …"): a provider whose name holds the learner's stays.
    Raises ``BadInput("correction_impossible")`` where the sentence does not hold the old name.
    """
    start = certificate.sentence.plain.find(certificate.provider_name) + len(certificate.provider_name)
    whole = re.compile(rf"(?<!\w){re.escape(certificate.learner_name)}(?!\w)")
    runs, position, is_done = [], 0, False
    for run in certificate.sentence.runs:
        found = None if is_done else whole.search(run.text, max(0, start - position))
        position += len(run.text)
        if found is not None:
            run, is_done = Run(run.text[: found.start()] + name + run.text[found.end() :], run.is_italic), True
        runs.append(run)
    if not is_done:
        raise BadInput("correction_impossible", "the certificate's sentence does not hold its name in one piece")
    return replace(certificate, learner_name=name, sentence=RichText(tuple(runs)))
