"""Where a learner stands, case by case: gates, window, content."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.domain.activity import Requirement, Step
from lti_tool.domain.assessment import TestKind
from lti_tool.domain.errors import Refused
from lti_tool.domain.pathway import content_blockers, require, standing
from lti_tool.domain.record import Acknowledgement, Record, Study
from lti_tool.domain.standing import Standing, StepState
from tests.unit.lti_tool.domain.builders import (
    ALL_REQUIRED,
    CLAIM,
    FINGERPRINT,
    NOW,
    STUDIED,
    activity,
    attempt,
    record,
)

DONE, OPEN, LOCKED = StepState.DONE, StepState.OPEN, StepState.LOCKED


def where(facts: Record, *, fingerprint: str = FINGERPRINT, now: datetime = NOW, **changes: Any) -> Standing:
    return standing(activity(**changes), facts, fingerprint, now)


def codes(found: Standing, step: Step) -> list[str]:
    return [blocker.code for blocker in found.of(step).blockers]


def test_a_newcomer_can_only_read_the_information() -> None:
    """ACCME Standard 3.5: disclosure before learners engage with the education."""
    found = where(Record())
    assert [step.state for step in found.steps] == [OPEN, *[LOCKED] * 6]
    assert codes(found, Step.CONTENT) == ["needs_information", "needs_pre-test"]
    assert found.current is Step.INFORMATION


def test_every_lock_names_the_steps_that_clear_it() -> None:
    assert codes(where(Record()), Step.CERTIFICATE) == [
        "needs_information",
        "needs_pre-test",
        "needs_content",
        "needs_post-test",
        "needs_evaluation",
        "needs_claim",
    ]


FACTS: list[tuple[Step, dict[str, Any]]] = [
    (Step.INFORMATION, {"acknowledgements": ()}),
    (Step.PRE_TEST, {"attempts": (attempt(TestKind.POST),)}),
    (Step.CONTENT, {"content_finished_at": None}),
    (Step.POST_TEST, {"attempts": (attempt(TestKind.PRE), attempt(TestKind.POST, right=1))}),
    (Step.EVALUATION, {"evaluated_at": None}),
]


@pytest.mark.parametrize(("step", "lacking"), FACTS)
def test_each_required_step_gates_the_claim(step: Step, lacking: dict[str, Any]) -> None:
    """AMA PRA: credit is for those who met the completion requirements told in advance (rules 1.3)."""
    found = where(record(**lacking))
    assert codes(found, Step.CLAIM) == [f"needs_{step.value}"]
    assert found.current is step
    with pytest.raises(Refused, match=f"claim is locked: needs_{step.value}") as refusal:
        require(found, Step.CLAIM)
    assert refusal.value.code == "step_locked"
    assert refusal.value.facts["blockers"][0].step is step


@pytest.mark.parametrize(("step", "lacking"), FACTS)
@pytest.mark.parametrize("requirement", [Requirement.OPTIONAL, Requirement.ABSENT])
def test_a_step_that_is_not_required_gates_nothing(
    step: Step, lacking: dict[str, Any], requirement: Requirement
) -> None:
    found = where(record(**lacking), requirements={**ALL_REQUIRED, step: requirement})
    require(found, Step.CLAIM)
    assert found.current is Step.CLAIM


def test_a_claim_completes_the_activity() -> None:
    found = where(record(claims=(CLAIM,)))
    assert found.is_complete
    assert found.done_count == 7
    assert found.current is Step.CERTIFICATE
    require(found, Step.CERTIFICATE)


def test_everything_before_the_claim_is_not_complete() -> None:
    found = where(record())
    assert not found.is_complete
    assert found.done_count == 5
    assert found.is_done(Step.EVALUATION)
    assert not found.is_done(Step.CLAIM)


def test_a_changed_information_page_must_be_acknowledged_again() -> None:
    """ACCME Standard 3.5: what changed was not disclosed yet (rules 2.4)."""
    found = where(record(), fingerprint="0" * 64)
    assert found.of(Step.INFORMATION).state is OPEN
    assert found.of(Step.CONTENT).state is DONE
    assert codes(found, Step.CONTENT) == ["needs_information"]
    with pytest.raises(Refused):
        require(found, Step.CLAIM)


def test_credit_stays_within_reach_whatever_changes() -> None:
    """AMA PRA: documentation of awarded credit is provided on request (rules 1.7)."""
    later = datetime(2030, 1, 1, tzinfo=UTC)
    found = where(record(claims=(CLAIM,), evaluated_at=None), fingerprint="0" * 64, now=later)
    require(found, Step.CLAIM)
    require(found, Step.CERTIFICATE)


def test_any_earlier_acknowledgement_of_the_same_text_counts() -> None:
    facts = record(acknowledgements=(Acknowledgement(FINGERPRINT, NOW), Acknowledgement("0" * 64, NOW)))
    assert where(facts).is_done(Step.INFORMATION)


def test_an_activity_without_credit_has_no_claim() -> None:
    found = where(record(), credits=())
    assert found.is_complete
    with pytest.raises(Refused) as refusal:
        found.of(Step.CLAIM)
    assert refusal.value.code == "step_absent"
    with pytest.raises(Refused):
        require(found, Step.CERTIFICATE)


def test_the_way_on() -> None:
    found = where(record(attempts=(attempt(TestKind.PRE),)))
    assert found.after(Step.INFORMATION) is Step.POST_TEST
    assert found.after(Step.POST_TEST) is Step.CLAIM
    assert found.after(Step.CERTIFICATE) is Step.CERTIFICATE
    assert where(Record(), credits=()).after(Step.CERTIFICATE) is Step.INFORMATION


def test_an_optional_step_is_offered_when_nothing_required_waits() -> None:
    optional = {**ALL_REQUIRED, Step.EVALUATION: Requirement.OPTIONAL}
    done = record(claims=(CLAIM,), evaluated_at=None)
    assert where(done, requirements=optional).current is Step.EVALUATION
    assert where(done, requirements=optional).is_complete
    assert where(replace(done, claims=()), requirements=optional).current is Step.CLAIM


LOS_ANGELES: dict[str, Any] = {
    "time_zone": "America/Los_Angeles",
    "expires_on": date(2026, 12, 31),
    "released_on": date(2026, 1, 1),
}


@pytest.mark.parametrize(
    ("now", "step", "expected"),
    [
        (datetime(2026, 1, 1, 7, 59, 59, tzinfo=UTC), Step.CLAIM, ["not_released"]),
        (datetime(2026, 1, 1, 7, 59, 59, tzinfo=UTC), Step.CONTENT, ["not_released"]),
        (datetime(2026, 1, 1, 7, 59, 59, tzinfo=UTC), Step.INFORMATION, []),
        (datetime(2026, 1, 1, 8, 0, tzinfo=UTC), Step.CLAIM, []),
        (datetime(2027, 1, 1, 7, 59, 59, tzinfo=UTC), Step.CLAIM, []),
        (datetime(2027, 1, 1, 8, 0, tzinfo=UTC), Step.CLAIM, ["expired"]),
        (datetime(2027, 1, 1, 8, 0, tzinfo=UTC), Step.PRE_TEST, ["expired"]),
        (datetime(2027, 1, 1, 8, 0, tzinfo=UTC), Step.POST_TEST, ["expired"]),
        (datetime(2027, 1, 1, 8, 0, tzinfo=UTC), Step.EVALUATION, ["expired"]),
        (datetime(2027, 1, 1, 8, 0, tzinfo=UTC), Step.CONTENT, []),
        (datetime(2027, 1, 1, 8, 0, tzinfo=UTC), Step.INFORMATION, []),
    ],
)
def test_the_window_is_counted_in_the_activitys_own_days(now: datetime, step: Step, expected: list[str]) -> None:
    """ACCME enduring materials: no credit after the expiration date; the day itself counts (rules 1.8)."""
    assert codes(where(record(), now=now, **LOS_ANGELES), step) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 3, 2, 7, 59, 59, tzinfo=UTC), ["not_designated"]),
        (datetime(2026, 3, 2, 8, 0, tzinfo=UTC), []),
    ],
)
def test_nothing_before_the_day_of_designation(now: datetime, expected: list[str]) -> None:
    """AMA PRA: an activity is designated in advance, never retroactively (rules 1.2)."""
    found = where(record(), now=now, designated_on=date(2026, 3, 2), **LOS_ANGELES)
    assert codes(found, Step.CLAIM) == expected
    assert codes(found, Step.CONTENT) == expected


FILM_AT = {"page": STUDIED["page"], "film": Study("film", 300, Decimal("0.89"), first_opened_at=NOW)}
UNOPENED = {"page": STUDIED["page"], "film": Study("film", 300, Decimal("0.89"))}
HASTY = {"page": Study("page", 299, first_opened_at=NOW), "film": STUDIED["film"]}


@pytest.mark.parametrize(
    ("studies", "expected"),
    [
        (STUDIED, []),
        ({}, ["content_unopened", "content_unopened", "content_minutes"]),
        (FILM_AT, ["content_coverage"]),
        (UNOPENED, ["content_unopened"]),
        (HASTY, ["content_minutes"]),
        ({"page": Study("page", 900), "film": STUDIED["film"]}, ["content_unopened"]),
    ],
)
def test_what_content_still_needs(studies: dict[str, Study], expected: list[str]) -> None:
    facts = record(studies=studies)
    assert [blocker.code for blocker in content_blockers(activity(), facts)] == expected
    assert where(facts).is_done(Step.CONTENT) is (expected == [])


def test_content_is_not_studied_before_the_learner_says_so() -> None:
    assert not where(record(content_finished_at=None)).is_done(Step.CONTENT)


def test_content_blockers_say_how_much_is_missing() -> None:
    (blocker,) = content_blockers(activity(), record(studies=HASTY))
    assert blocker.facts == {"minutes": 10, "seconds_left": 1}
    (blocker,) = content_blockers(activity(), record(studies=FILM_AT))
    assert blocker.facts == {"item": "film", "title": "Film", "minimum": Decimal("0.9")}


def test_an_activity_without_content_has_nothing_to_study() -> None:
    assert content_blockers(activity(content=None), Record()) == ()
