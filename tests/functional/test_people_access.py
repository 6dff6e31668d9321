"""Who must not see or change anything about people: other capabilities, other activities, other providers."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from tests.functional.disclosing import DECISION, Case, add_person, give_role, office, plan, step, world
from tests.functional.office_world import OfficePerson, from_course, invited
from tests.functional.staff_world import World, text_of
from tests.unit.lti_tool.services.collecting import planned
from tests.unit.lti_tool.services.evidence_files import PDF

__all__ = ["office", "plan", "world"]
OTHER = "Another school"


def test_planners_do_not_see_what_was_disclosed_nor_decide(world: World, office: OfficePerson, plan: str) -> None:
    case = Case(world, office, plan)
    planner = invited(world, Capability.PLAN, email="planner@example.org")
    for rule in (f"/people/{case.person}", f"/activities/{plan}/people"):
        answer = planner.get(rule)
        assert answer.status_code == 200 and "Consultant" not in text_of(answer)
    for rule in ("/people", "/disclosures", "/companies", case.page):
        assert planner.get(rule).status_code == 403
    for rule, form in ((case.decide, DECISION), (case.mitigate, step())):
        answer = planner.post(rule, form)
        assert (answer.status_code, "capability_missing" in answer.get_data(as_text=True)) == (403, True)
    with world.db() as db:
        assert db.scalars(select(models.RelevanceDecision)).all() == []


def test_reviewers_decide_and_do_not_plan(world: World, office: OfficePerson, plan: str) -> None:
    case = Case(world, office, plan)
    reviewer = invited(world, Capability.REVIEW_DISCLOSURES, email="reviewer@example.org")
    assert reviewer.post(case.decide, DECISION).status_code == 303
    for rule in ("/people/new", f"{case.base}/remove", f"/people/{case.person}/invite", f"/activities/{plan}/support"):
        assert reviewer.post(rule, name="X").status_code == 403


@pytest.mark.parametrize("capability", [Capability.REPORT, Capability.APPROVE])
def test_others_see_nothing_of_people(world: World, office: OfficePerson, plan: str, capability: Capability) -> None:
    case = Case(world, office, plan)
    other = invited(world, capability, email="other@example.org")
    for rule in (f"/people/{case.person}", f"/activities/{plan}/people", f"/activities/{plan}/independence"):
        assert other.get(rule).status_code == 403


def test_a_course_role_plans_its_own_activity_only(world: World, office: OfficePerson, plan: str) -> None:
    other = world.place(planned(key="other", title="Another activity"))
    teacher = from_course(world.staff(name="Iris Instructor"))
    assert teacher.get(f"/activities/{plan}/people").status_code == 200
    assert teacher.get(f"/activities/{other}/people").status_code == 403
    assert "Another activity" not in text_of(teacher.get("/rosters"))
    person = add_person(office)
    form = {"person": person, "role": "faculty", "starts_on": "2026-04-01"}
    assert teacher.post(f"/activities/{other}/people", form).status_code == 403
    assert teacher.post(f"/activities/{plan}/people", form).status_code == 303


def test_a_course_role_does_not_take_over_people_of_others(world: World, office: OfficePerson, plan: str) -> None:
    """Whoever could change an address could sign in somebody's name."""
    other = world.place(planned(key="other", title="Another activity"))
    teacher = from_course(world.staff(name="Iris Instructor"))
    person, free = add_person(office), add_person(teacher, "Free Agent")
    give_role(office, other, person)
    acts: tuple[tuple[str, dict[str, Any]], ...] = (
        ("", {"name": "Sam Lee", "email": "iris@example.org"}),
        ("/invite", {"how": "link"}),
        ("/revoke", {}),
        ("/lms", {"learner": "0" * 32}),
    )
    assert teacher.get(f"/people/{person}").status_code == 403
    assert {rule: teacher.post(f"/people/{person}{rule}", form).status_code for rule, form in acts} == {
        rule: 403 for rule, _ in acts
    }
    give_role(teacher, plan, person)
    assert teacher.post(f"/people/{person}/invite", {"how": "link"}).status_code == 200
    assert teacher.post(f"/people/{person}", acts[0][1]).status_code == 403
    assert teacher.post(f"/people/{free}", {"name": "Free Agent", "email": "free@example.org"}).status_code == 303


def test_everything_of_another_provider_does_not_exist(world: World, office: OfficePerson, plan: str) -> None:
    case = Case(world, office, plan)
    office.post(case.decide, DECISION)
    office.post(case.mitigate, step(evidence=(io.BytesIO(PDF), "a.pdf")))
    with world.db() as db:
        evidence = db.scalars(select(models.EvidenceFile.id)).one()
        company = db.scalars(select(models.Company.id)).one()
    theirs = invited(world, provider=OTHER, email="o@example.org")
    own_plan = world.place(planned(key="theirs"), provider=OTHER)
    own_person = add_person(theirs, "Olu Other")
    looks = (
        f"/people/{case.person}",
        f"/companies/{company}",
        f"/activities/{plan}/people",
        f"/activities/{plan}/independence",
        f"/activities/{plan}/evidence/{evidence}",
        f"/activities/{own_plan}/evidence/{evidence}",
        case.page,
        case.page.replace(plan, own_plan),
    )
    assert {rule: theirs.get(rule).status_code for rule in looks} == dict.fromkeys(looks, 404)
    acts: tuple[tuple[str, dict[str, Any]], ...] = (
        (f"/people/{case.person}", {"name": "X"}),
        (f"/people/{case.person}/invite", {"how": "link"}),
        (f"/people/{case.person}/revoke", {}),
        (f"/companies/{company}", {"company": "X", "kind": "device"}),
        (f"/companies/{company}/merge", {"into": "X"}),
        (f"/activities/{plan}/people", {"person": own_person, "role": "faculty", "starts_on": "2026-04-01"}),
        (f"/activities/{own_plan}/people", {"person": case.person, "role": "faculty", "starts_on": "2026-04-01"}),
        (case.decide, DECISION),
        (case.mitigate, step()),
        (f"{case.base}/remove", {}),
        (f"/activities/{plan}/exception", {"exception": "none"}),
    )
    assert {rule: theirs.post(rule, form).status_code for rule, form in acts} == {rule: 404 for rule, _ in acts}
    for rule in ("/people", "/companies", "/disclosures"):
        text = text_of(theirs.get(rule))
        assert "Sam Lee" not in text and "Acme" not in text


def test_the_trail_holds_every_act_and_no_names(world: World, office: OfficePerson, plan: str) -> None:
    case = Case(world, office, plan)
    office.post(case.decide, DECISION)
    office.post(case.mitigate, step())
    text = text_of(office.get(f"/audit?activity={plan}"))
    for action in ("role.added", "disclosure.decided", "disclosure.mitigated"):
        assert action in text
    whole = text_of(office.get("/audit"))
    for action in ("person.added", "disclosure.invited", "disclosure.submitted", "company.reviewed"):
        assert action in whole
    assert "Sam Lee" not in whole
