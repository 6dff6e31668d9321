"""Disclosure forms: what is asked, what is refused, and how long a form counts."""

from __future__ import annotations

from datetime import date

import pytest

from lti_tool.domain.disclosure import DEFINITION
from lti_tool.domain.person import (
    NOTICE,
    PRINTED_NATURE,
    PRINTED_RESEARCH,
    DisclosedRelationship,
    Nature,
    Notice,
    ResearchRole,
    last_valid_day,
    months_after,
    newest,
    relationship_faults,
)
from tests.unit.lti_tool.domain.disclosed import form


def test_the_notice_holds_the_definition_and_the_window() -> None:
    """ACCME Standard 3.1: the definition and the 24 months are told to everybody who is asked."""
    assert NOTICE.paragraphs[0] == DEFINITION and "24 months" in NOTICE.paragraphs[1]
    assert "amount" in NOTICE.paragraphs[1]
    assert NOTICE.fingerprint != Notice((DEFINITION,)).fingerprint and len(NOTICE.fingerprint) == 64


def test_every_nature_and_role_has_its_words() -> None:
    assert set(PRINTED_NATURE) == set(Nature) and set(PRINTED_RESEARCH) == set(ResearchRole)


@pytest.mark.parametrize(
    ("relationship", "faults"),
    [
        (DisclosedRelationship("c", Nature.SPEAKER), {}),
        (DisclosedRelationship("c", Nature.RESEARCHER), {"research_role": "missing"}),
        (DisclosedRelationship("c", Nature.RESEARCHER, ResearchRole.PRINCIPAL_INVESTIGATOR), {}),
        (DisclosedRelationship("c", Nature.OTHER), {"detail": "missing"}),
        (DisclosedRelationship("c", Nature.OTHER, detail="Data safety board since 2024"), {}),
        (DisclosedRelationship("c", Nature.OTHER, detail="Board, $500"), {"detail": "amount_given"}),
        (DisclosedRelationship("c", Nature.OTHER, detail="Board, 12,000 a year"), {"detail": "amount_given"}),
        (DisclosedRelationship("c", Nature.OTHER, detail="10 dollars"), {"detail": "amount_given"}),
        (DisclosedRelationship("c", Nature.OTHER, detail="x" * 201), {"detail": "too_long"}),
    ],
)
def test_what_a_row_needs(relationship: DisclosedRelationship, faults: dict[str, str]) -> None:
    """ACCME Standard 3.1: company and nature, the investigator's role, never an amount."""
    assert relationship_faults(relationship) == faults


def test_what_learners_read() -> None:
    assert DisclosedRelationship("c", Nature.CONSULTANT).printed == "Consultant"
    led = DisclosedRelationship("c", Nature.RESEARCHER, ResearchRole.PRINCIPAL_INVESTIGATOR)
    assert led.printed == "Researcher (principal investigator)"
    assert DisclosedRelationship("c", Nature.OTHER, detail="Data safety board").printed == "Data safety board"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 2, 1), 12, date(2027, 2, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_months_are_calendar_months(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == last_valid_day(day, months) == expected


def test_the_highest_number_is_in_force() -> None:
    assert newest([]) is None
    assert newest([form(number=2), form(number=10), form(number=1)]) == form(number=10)
