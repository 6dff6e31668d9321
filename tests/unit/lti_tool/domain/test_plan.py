"""States of a plan, what changes need an approver, and copies for another year."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lti_tool.domain.document import Change
from lti_tool.domain.errors import Conflict
from lti_tool.domain.plan import (
    FIELDS,
    TRANSITIONS,
    Act,
    Phase,
    PlanSection,
    PlanState,
    after,
    blank_document,
    copied,
    file_data,
    is_accreditation_relevant,
    phase,
    possible_acts,
    section_of,
)
from lti_tool.services.activity_file.fields import ACTIVITY
from tests.unit.lti_tool.domain.builders import activity
from tests.unit.lti_tool.services.plans import TODAY, sample_plan

ALLOWED = {
    (PlanState.DRAFT, Act.SUBMIT): PlanState.IN_REVIEW,
    (PlanState.IN_REVIEW, Act.RETURN): PlanState.DRAFT,
    (PlanState.IN_REVIEW, Act.APPROVE): PlanState.APPROVED,
    (PlanState.APPROVED, Act.PUBLISH): PlanState.PUBLISHED,
    (PlanState.PUBLISHED, Act.CLOSE): PlanState.CLOSED,
    (PlanState.DRAFT, Act.ARCHIVE): PlanState.ARCHIVED,
    (PlanState.APPROVED, Act.ARCHIVE): PlanState.ARCHIVED,
    (PlanState.CLOSED, Act.ARCHIVE): PlanState.ARCHIVED,
}


@pytest.mark.parametrize("state", PlanState)
@pytest.mark.parametrize("act", Act)
def test_every_act_in_every_state(state: PlanState, act: Act) -> None:
    wanted = ALLOWED.get((state, act))
    assert (act in possible_acts(state)) is (wanted is not None)
    if wanted is not None:
        assert after(state, act) is wanted
        return
    with pytest.raises(Conflict) as refused:
        after(state, act)
    assert refused.value.code == "plan_state_wrong"


def test_nothing_leads_from_designated_credit_back_to_a_draft() -> None:
    designated = {PlanState.APPROVED, PlanState.PUBLISHED, PlanState.CLOSED, PlanState.ARCHIVED}
    assert all(step.after in designated for step in TRANSITIONS.values() if step.before & designated)


@pytest.mark.parametrize(
    ("state", "day", "wanted"),
    [
        (PlanState.DRAFT, (2026, 3, 1), Phase.PREPARED),
        (PlanState.APPROVED, (2026, 3, 1), Phase.PREPARED),
        (PlanState.PUBLISHED, (2025, 12, 31), Phase.WAITING),
        (PlanState.PUBLISHED, (2026, 1, 1), Phase.RUNNING),
        (PlanState.PUBLISHED, (2026, 12, 31), Phase.RUNNING),
        (PlanState.PUBLISHED, (2027, 1, 1), Phase.EXPIRED),
        (PlanState.CLOSED, (2026, 3, 1), Phase.OVER),
        (PlanState.ARCHIVED, (2025, 1, 1), Phase.OVER),
    ],
)
def test_what_state_and_dates_mean_together(state: PlanState, day: tuple[int, int, int], wanted: Phase) -> None:
    made = activity()
    assert phase(state, made.opens_at, made.closes_at, datetime(*day, tzinfo=UTC)) is wanted


def test_every_field_of_an_activity_file_belongs_to_one_section() -> None:
    owned = [name for names in FIELDS.values() for name in names]
    set_elsewhere = {"schema", "key", "designated"}
    assert len(owned) == len(set(owned))
    assert {field.name for field in ACTIVITY.fields} - set_elsewhere <= set(owned)
    assert section_of("people[lee].name") is PlanSection.PEOPLE
    assert section_of("designated") is PlanSection.DELIVERY and section_of("") is PlanSection.DELIVERY


@pytest.mark.parametrize(
    ("path", "is_relevant"),
    [
        ("title", True),
        ("credits[c1].maximum", True),
        ("people[lee].relationships[r1].company", True),
        ("post_test.pass_mark", True),
        ("steps.pre-test", True),
        ("questions[q1]", True),
        ("questions[q1].choices[a].is_correct", True),
        ("questions[q1].choices[a]", True),
        ("questions[q1].answer", True),
        ("questions[q1].stem", False),
        ("questions[q1].rationale", False),
        ("content.items[film].minimum_coverage", True),
        ("content.minimum_minutes", True),
        ("content.items[page].body", False),
        ("evaluation.anonymous", True),
        ("new_and_evolving", True),
        ("description", False),
        ("need.gaps[g1].current", False),
        ("references[jnc8].text", False),
    ],
)
def test_which_changes_touch_what_was_designated(path: str, is_relevant: bool) -> None:
    assert is_accreditation_relevant(Change(path, "a", "b")) is is_relevant


def test_a_copy_moves_the_dates_and_opens_what_must_be_looked_at_again() -> None:
    document = sample_plan()
    made = copied(document, 1)
    assert (made["release"], made["expires"]) == ("2027-09-01", "2030-08-19")
    assert "reviewed" not in made and "validation" not in made
    assert not any("disclosed" in person or "mitigation" in person for person in made["people"])
    assert made["questions"] == document["questions"] and document == sample_plan()


def test_a_leap_day_moves_to_the_end_of_february() -> None:
    assert copied({"release": "2028-02-29", "expires": "no day"}, 1) == {"release": "2029-02-28", "expires": "no day"}


def test_the_data_of_the_file_hold_nothing_of_the_planning() -> None:
    data = file_data(sample_plan(), "some-key", TODAY)
    assert (data["key"], data["designated"]) == ("some-key", "2026-08-24")
    assert not data.keys() & {"need", "validation", "credit_working"}
    assert "gap" not in data["objectives"][0] and "key" not in data["credits"][0]
    assert "key" not in data["people"][1]["relationships"][0]


def test_a_new_plan_has_the_path_that_most_have() -> None:
    made = blank_document("Title", "enduring material")
    assert made["steps"]["information"] == "required" and made["title"] == "Title"
