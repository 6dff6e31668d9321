"""Dated, reviewed texts and numbers per accreditor: data files under ``data/`` and this typed door to them.

Every text carries its source and how sure it is. Nothing here reads a clock: the day is an argument.
"""

from lti_tool.catalogue.credit import (
    attestation,
    certificate_title,
    certifying_sentence,
    credit_type,
    credit_types,
    designation_statement,
    participation_note,
    phrase,
    worded,
)
from lti_tool.catalogue.statements import accreditation_statement, statements
from lti_tool.catalogue.wording import OwnWording, check_wording, own_wordings

__all__ = [
    "OwnWording",
    "accreditation_statement",
    "attestation",
    "certificate_title",
    "certifying_sentence",
    "check_wording",
    "credit_type",
    "credit_types",
    "designation_statement",
    "own_wordings",
    "participation_note",
    "phrase",
    "statements",
    "worded",
]
