"""The people of a plan come from its roster: what is refused, what is approved, and what learners are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from lti_tool.catalogue.statements import statements
from lti_tool.domain.disclosure import information_page
from lti_tool.services.activity import export_activity
from lti_tool.services.platform import provider_id_of
from tests.functional.disclosing import DECISION, NOTHING, Case, add_person, give_role, invite, step
from tests.functional.office_world import invited
from tests.functional.plan_pages import Planner, acts, begin, sent, write
from tests.functional.staff_world import PROVIDER, World, make_world, text_of
from tests.unit.lti_tool.services.plans import spotless

DAY = datetime(2026, 8, 24, 15, 0, tzinfo=UTC)


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    made = make_world(migrated_sqlite_url)
    made.clock.now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    yield made
    made.close()


@pytest.fixture
def planner(world: World) -> Planner:
    made = begin(invited(world))
    document = spotless()
    document["reviewed"] = document["validation"]["date"] = "2026-03-01"
    document["expires"] = "2028-12-31"
    write(world, made, document)
    return made


def learners_read(world: World) -> str:
    with world.db() as db:
        activity, _ = export_activity(db, provider_id_of(db, PROVIDER, DAY), "high-blood-pressure")
    page = information_page(activity, statements(activity, activity.designated_on))
    return " ".join(text.plain for section in page.sections for text in section.paragraphs)


def test_the_documents_people_count_until_the_roster_has_somebody(world: World, planner: Planner) -> None:
    assert "The people below count until something is entered in the roster" in planner.get("/people").text
    Case(world, planner.person, planner.plan_id)
    text = planner.get("/people").text
    assert "Sam Lee · Faculty Needs review" in text and "count until" not in text
    answer = planner.post("/people", revision="1")
    assert answer.status_code == 403 and "come from its roster" in text_of(answer)


def test_an_unmitigated_relationship_keeps_the_plan_from_approval(world: World, planner: Planner) -> None:
    """ACCME Standard 3.4."""
    case = Case(world, planner.person, planner.plan_id)
    planner.person.post(case.decide, DECISION)
    acts(planner, "submit")
    answer = planner.post("/acts/approve", **sent(planner, "/acts/approve"))
    assert answer.status_code == 409
    text = text_of(answer)
    assert "The relationship with Acme Pharma is not mitigated" in text and "ACCME Standard 3.4" in text


def test_learners_read_what_the_roster_holds(world: World, planner: Planner) -> None:
    case = Case(world, planner.person, planner.plan_id)
    planner.person.post(case.decide, DECISION)
    assert planner.person.post(case.mitigate, step()).status_code == 303
    acts(planner, "submit", "approve", "publish")
    told = learners_read(world)
    assert "Sam Lee, MD (faculty): Consultant – Acme Pharma" in told and "mitigated" in told
    assert "Okafor" not in told
    assert "The roster has changed" not in planner.get("/review").text
    give_role(planner.person, planner.plan_id, add_other(world, planner))
    assert "The roster has changed since the approval" in planner.get("/review").text
    assert "Mo Mild" not in learners_read(world), "what was approved stays until a change is applied"
    assert planner.post("/change", reason="A new speaker").status_code == 303
    review = planner.get("/review")
    assert "Mo Mild" in review.text and "an approver decides" in review.text
    seen = sent(planner, "/change/apply")
    give_role(planner.person, planner.plan_id, add_other(world, planner, "Li Late"))
    late = planner.post("/change/apply", **seen)
    assert late.status_code == 409 and "have changed since you saw them" in text_of(late)
    assert "Li Late" in text_of(late) and "Mo Mild" not in learners_read(world)
    assert planner.post("/change/apply", **sent(planner, "/change/apply")).status_code == 303
    told = learners_read(world)
    assert "Mo Mild" in told and "Li Late" in told and "Consultant – Acme Pharma" in told


def test_an_approval_is_for_the_people_that_were_read(world: World, planner: Planner) -> None:
    """Somebody joins between opening the review and pressing the button."""
    case = Case(world, planner.person, planner.plan_id)
    planner.person.post(case.decide, DECISION)
    assert planner.person.post(case.mitigate, step()).status_code == 303
    acts(planner, "submit")
    seen = sent(planner, "/acts/approve")
    give_role(planner.person, planner.plan_id, add_other(world, planner))
    late = planner.post("/acts/approve", **seen)
    assert late.status_code == 409 and "have changed since you saw them" in text_of(late)
    assert planner.post("/acts/approve", revision=seen["revision"]).status_code == 409, "nothing was read at all"
    acts(planner, "approve", "publish")
    assert "Mo Mild" in learners_read(world)


def add_other(world: World, planner: Planner, name: str = "Mo Mild") -> str:
    """Somebody who disclosed that there is nothing."""
    person = add_person(planner.person, name)
    assert invite(world, planner.person, person).fill(**NOTHING, signed_name=name).status_code == 303
    return person
