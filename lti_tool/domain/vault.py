"""A provider's documents: policies, mission, procedures, and the papers that belong to one activity.

Criteria: ACCME Core Accreditation Criteria and the commendation menu (rules 2.1, 2.2), Standards (rules 2.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lti_tool.domain.fields import FieldKind, FieldRule


class DocumentKind(StrEnum):
    MISSION = "mission"
    POLICY = "policy"
    PROCEDURE = "procedure"
    MINUTES = "minutes"
    SELF_STUDY = "self-study"
    DECISION = "decision"
    NEEDS = "needs"
    AGENDA = "agenda"
    DISCLOSURE_FORM = "disclosure-form"
    MITIGATION = "mitigation"
    SUPPORT_AGREEMENT = "support-agreement"
    INCOME_EXPENSE = "income-expense"
    INSTRUMENT = "instrument"
    OUTCOME = "outcome"
    OTHER = "other"


OF_ACTIVITIES = frozenset(
    {
        DocumentKind.NEEDS,
        DocumentKind.AGENDA,
        DocumentKind.DISCLOSURE_FORM,
        DocumentKind.MITIGATION,
        DocumentKind.SUPPORT_AGREEMENT,
        DocumentKind.INCOME_EXPENSE,
        DocumentKind.INSTRUMENT,
        DocumentKind.OUTCOME,
        DocumentKind.OTHER,
    }
)
"""Kinds that may belong to one activity; they go into its review file."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """``code`` is stable; ``name`` is the accreditor's own; ``group`` where the name stands."""

    code: str
    name: str
    group: str


def _menu(group: str, *names: str) -> tuple[Criterion, ...]:
    return tuple(Criterion(code, name, group) for code, _, name in (one.partition(" ") for one in names))


CRITERIA: Mapping[str, Criterion] = {
    one.code: one
    for one in (
        *_menu(
            "Core Accreditation Criteria",
            *("C1 Mission", "C2 Educational Needs", "C3 Designed to Change", "C5 Appropriate Formats"),
            *("C6 Competencies", "C11 Analyzes Change", "C12 Program Analysis", "C13 Program Improvements"),
        ),
        *_menu(
            "Standards for Integrity and Independence",
            *("S1 Ensure Content is Valid", "S2 Prevent Commercial Bias and Marketing"),
            *("S3 Identify, Mitigate, and Disclose Relevant Financial Relationships",),
            *("S4 Manage Commercial Support Appropriately", "S5 Manage Ancillary Activities"),
        ),
        *_menu(
            "Promotes Team-Based Education",
            *("C23 Engages Teams", "C24 Engages Patients/Public", "C25 Engages Students"),
        ),
        *_menu(
            "Addresses Public Health Priorities",
            *("C26 Advances Data Use", "C27 Addresses Population Health", "C28 Collaborates Effectively"),
        ),
        *_menu(
            "Enhances Skills",
            *("C29 Optimizes Communication Skills", "C30 Optimizes Technical/Procedural Skills"),
            *("C31 Creates Individualized Learning Plans", "C32 Utilizes Support Strategies"),
        ),
        *_menu(
            "Demonstrates Educational Leadership",
            *("C33 Engages in CME Research & Scholarship", "C34 Supports CPD for CME Team"),
            "C35 Demonstrates Creativity/Innovation",
        ),
        *_menu(
            "Achieves Outcomes",
            *("C36 Improves Performance", "C37 Improves Healthcare Quality", "C38 Improves Patient/Community Health"),
        ),
    )
}
"""By code, in the order of the accreditor's pages. Numbers are those used before 2020, still in everybody's mouth."""

DOCUMENT = (
    FieldRule("title", is_required=True),
    FieldRule("kind", FieldKind.CHOICE, is_required=True, choices=tuple(DocumentKind)),
    FieldRule("owner", FieldKind.CHOICE),
    FieldRule("review_on", FieldKind.DAY),
    FieldRule("criteria", FieldKind.CHOICES, choices=tuple(CRITERIA)),
    FieldRule("activity", FieldKind.CHOICE),
)
VERSION_NOTE = (FieldRule("note", longest=500),)

MAX_FILE_BYTES = 20_000_000
MAX_PAGES = 500
FILE_TYPES: Mapping[str, str] = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".txt": "text/plain",
    ".csv": "text/csv",
}
"""What may be kept, by the ending of its name. The content must be what the ending says."""
