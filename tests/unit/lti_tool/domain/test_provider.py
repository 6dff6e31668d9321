"""Which accreditation statement a day allows."""

from __future__ import annotations

from datetime import date

import pytest

from lti_tool.domain.activity import Accreditation
from lti_tool.domain.dossier import safe_name
from lti_tool.domain.errors import BadInput
from lti_tool.domain.provider import AccreditationStatus, Accredited, Accreditor, kind_of
from lti_tool.domain.statement import Override, Overrides

DAY = date(2026, 3, 2)


def held(
    accreditor: Accreditor = Accreditor.ACCME, status: AccreditationStatus = AccreditationStatus.ACCREDITED
) -> Accredited:
    return Accredited("Ohio State Medical Association", accreditor, "1", status, date(2026, 1, 1), date(2026, 12, 31))


def test_the_national_accreditation_goes_before_a_states() -> None:
    both = [held(Accreditor.STATE), held()]
    assert kind_of(both, DAY, is_joint=False) == (Accreditation.DIRECT, "")
    assert kind_of(both, DAY, is_joint=True) == (Accreditation.JOINT, "")
    assert kind_of(both[:1], DAY, is_joint=False) == (Accreditation.STATE, "Ohio State Medical Association")


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 12, 31)])
def test_both_ends_of_a_term_count(day: date) -> None:
    assert held().is_in_force(day)


@pytest.mark.parametrize(
    "found",
    [[], [held(Accreditor.OTHER)], [held(status=AccreditationStatus.NONACCREDITED)]],
    ids=["none", "another body", "lost"],
)
def test_nothing_is_claimed_that_is_not_held(found: list[Accredited]) -> None:
    with pytest.raises(BadInput, match="no accreditation"):
        kind_of(found, DAY, is_joint=False)


def test_under_probation_a_provider_is_still_accredited() -> None:
    assert kind_of([held(status=AccreditationStatus.PROBATION)], DAY, is_joint=False)[0] is Accreditation.DIRECT


def test_the_joint_statement_is_the_accmes_own() -> None:
    with pytest.raises(BadInput, match="ACCME"):
        kind_of([held(Accreditor.STATE)], DAY, is_joint=True)


def test_the_newest_wording_in_force_on_the_day() -> None:
    old, new = Override("accme", "direct", "old", date(2025, 1, 1)), Override("accme", "direct", "new", DAY)
    found = Overrides((new, old))
    assert [found.text("accme", "direct", day) for day in (date(2024, 1, 1), date(2026, 3, 1), DAY)] == [
        "",
        "old",
        "new",
    ]
    assert found.text("accme", "joint", DAY) == ""


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\évil name.pdf", "evil-name.pdf"),
        ("...", "file"),
        ("李.pdf", "pdf"),
        ("a" * 200 + ".docx", "a" * 75 + ".docx"),
    ],
)
def test_names_in_an_archive_are_plain(name: str, safe: str) -> None:
    assert safe_name(name) == safe
