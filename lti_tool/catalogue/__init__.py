"""Dated, reviewed texts and numbers per accreditor: data files under ``data/`` and this typed door to them.

Every text carries its source and how sure it is. Nothing here reads a clock: the day is an argument.
"""

from lti_tool.catalogue.credit import (
    Printed,
    attestation,
    awarded_note,
    certificate_title,
    certifying_sentence,
    credit_name,
    credit_type,
    credit_types,
    designation_statement,
    participation_note,
    phrase,
)
from lti_tool.catalogue.statements import accreditation_statement, own_statement, provider_statements, statements

__all__ = [
    "Printed",
    "accreditation_statement",
    "attestation",
    "awarded_note",
    "certificate_title",
    "certifying_sentence",
    "credit_name",
    "credit_type",
    "credit_types",
    "designation_statement",
    "own_statement",
    "participation_note",
    "phrase",
    "provider_statements",
    "statements",
]
