"""Facts: which attempts are open, what was opened and played."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lti_tool.domain.activity import ContentItem, ContentKind
from lti_tool.domain.assessment import TestKind
from lti_tool.domain.record import Record, Study
from tests.unit.lti_tool.domain.builders import NOW, attempt, record


def test_attempts_are_told_apart_by_test_and_state() -> None:
    pre, first, second = attempt(TestKind.PRE), attempt(), attempt(number=2, is_open=True)
    facts = record(attempts=(pre, first, second))
    assert facts.attempts_at(TestKind.POST) == (first, second)
    assert facts.submitted(TestKind.POST) == (first,)
    assert facts.open_attempt(TestKind.POST) is second
    assert facts.open_attempt(TestKind.PRE) is None


def test_time_is_added_up() -> None:
    assert record().seconds_studied == 600
    assert Record().seconds_studied == 0


HALF = Decimal("0.5")


@pytest.mark.parametrize(
    ("kind", "minimum", "study", "expected"),
    [
        (ContentKind.PAGE, None, None, False),
        (ContentKind.PAGE, None, Study("i"), False),
        (ContentKind.PAGE, None, Study("i", first_opened_at=NOW), True),
        (ContentKind.PDF, HALF, Study("i", first_opened_at=NOW), True),
        (ContentKind.VIDEO, None, Study("i", first_opened_at=NOW), True),
        (ContentKind.VIDEO, None, Study("i", coverage=Decimal(1)), False),
        (ContentKind.VIDEO, HALF, None, False),
        (ContentKind.VIDEO, HALF, Study("i", coverage=Decimal("0.49"), first_opened_at=NOW), False),
        (ContentKind.VIDEO, HALF, Study("i", coverage=HALF), True),
        (ContentKind.AUDIO, HALF, Study("i", coverage=HALF), True),
        (ContentKind.AUDIO, HALF, Study("i", first_opened_at=NOW), False),
    ],
)
def test_what_counts_as_covered(
    kind: ContentKind, minimum: Decimal | None, study: Study | None, expected: bool
) -> None:
    item = ContentItem("i", kind, "Item", minimum_coverage=minimum)
    facts = Record(studies={"i": study} if study else {})
    assert facts.has_covered(item) is expected
