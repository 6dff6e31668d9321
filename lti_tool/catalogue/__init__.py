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
    named_credit,
    participation_note,
    phrase,
    worded,
)
from lti_tool.catalogue.protected import claiming_word
from lti_tool.catalogue.statements import accreditation_statement, own_statement, provider_statements, statements
from lti_tool.catalogue.wording import OwnWording, check_wording, own_wordings

__all__ = [
    "OwnWording",
    "Printed",
    "accreditation_statement",
    "attestation",
    "awarded_note",
    "certificate_title",
    "certifying_sentence",
    "check_wording",
    "claiming_word",
    "credit_name",
    "credit_type",
    "credit_types",
    "designation_statement",
    "named_credit",
    "own_statement",
    "own_wordings",
    "participation_note",
    "phrase",
    "provider_statements",
    "statements",
    "worded",
]
