"""The accreditation and designation statements, word for word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.catalogue import accreditation_statement, statements
from lti_tool.domain.activity import Accreditation, LearningFormat
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.errors import BadInput, NotFound
from tests.unit.lti_tool.domain.builders import AMA, PROVIDER, activity

DAY = date(2026, 3, 2)


def stated(**changes: Any) -> str:
    return accreditation_statement(replace(PROVIDER, **changes), DAY).plain


def test_direct() -> None:
    """ACCME, accreditation statement for directly provided activities."""
    assert stated() == (
        "The Example Medical School is accredited by the Accreditation Council for Continuing Medical Education "
        "(ACCME) to provide continuing medical education for physicians."
    )


@pytest.mark.parametrize(
    ("names", "printed"),
    [
        (("Heart Society",), "Example Medical School and Heart Society"),
        (("Heart Society", "Kidney Trust"), "Example Medical School and Heart Society and Kidney Trust"),
        (("A", "B", "C"), "Example Medical School and A, B, and C"),
    ],
)
def test_joint(names: tuple[str, ...], printed: str) -> None:
    """ACCME, accreditation statement for jointly provided activities: both kinds of provider by name."""
    assert stated(accreditation=Accreditation.JOINT, joint_providers=names) == (
        "This activity has been planned and implemented in accordance with the accreditation requirements and policies "
        "of the Accreditation Council for Continuing Medical Education (ACCME) through the joint providership of "
        f"{printed}. The Example Medical School is accredited by the ACCME to provide continuing medical education "
        "for physicians."
    )


def test_state() -> None:
    """ACCME, accreditation statement of a state-accredited provider."""
    assert stated(accreditation=Accreditation.STATE, state_body="Massachusetts Medical Society") == (
        "The Example Medical School is accredited by the Massachusetts Medical Society to provide continuing "
        "medical education for physicians."
    )


@pytest.mark.parametrize(
    ("kind", "slot"), [(Accreditation.JOINT, "joint_providers"), (Accreditation.STATE, "state_body")]
)
def test_a_missing_partner_is_refused_by_name(kind: Accreditation, slot: str) -> None:
    with pytest.raises(BadInput) as refusal:
        stated(accreditation=kind)
    assert refusal.value.faults == {slot: "missing"}


def test_one_designation_statement_per_offer() -> None:
    """AMA PRA credit system, credit designation statement."""
    offers = (CreditOffer(AMA, Decimal("1.5"), Decimal("0.25")), CreditOffer("attendance", Decimal(1), Decimal(1)))
    found = statements(activity(credits=offers, format=LearningFormat.JOURNAL), DAY)
    assert [text.plain for text in found.designation] == [
        "The Example Medical School designates this journal-based CME activity for a maximum of 1.50 AMA PRA "
        "Category 1 Credits™. Physicians should claim only the credit commensurate with the extent of their "
        "participation in the activity."
    ]
    assert [run.text for run in found.designation[0].runs if run.is_italic] == ["AMA PRA Category 1 Credits"]
    assert len(found.accreditation) == 1


def test_an_activity_without_credit_has_no_designation_statement() -> None:
    assert statements(activity(credits=()), DAY).designation == ()


@pytest.mark.parametrize("offer", ["nothing-of-the-kind", "AMA-PRA-CATEGORY-1"])
def test_an_unknown_credit_type_is_refused(offer: str) -> None:
    with pytest.raises(NotFound, match=offer):
        statements(activity(credits=(CreditOffer(offer, Decimal(1), Decimal(1)),)), DAY)


def test_a_day_before_every_edition_is_refused() -> None:
    with pytest.raises(NotFound, match="no edition in force"):
        statements(activity(), date(2000, 1, 1))
