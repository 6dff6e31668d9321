"""The office's pages about people: lists, decisions, mitigation, companies, support; and everybody who must not."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.domain.disclosure import MITIGATED, NO_SUPPORT
from tests.functional.disclosing import (
    DECISION,
    NOTHING,
    SOME,
    Case,
    add_person,
    give_role,
    invite,
    office,
    plan,
    review_company,
    row_key,
    step,
    token_of,
    world,
)
from tests.functional.office_world import OfficePerson, invited
from tests.functional.staff_world import World, text_of
from tests.unit.lti_tool.services.collecting import START
from tests.unit.lti_tool.services.evidence_files import PDF

ARGUED = "The session is about hand hygiene, and the company sells nothing for that."

__all__ = ["office", "plan", "world"]


def test_from_nobody_to_a_statement(world: World, office: OfficePerson, plan: str) -> None:
    """The whole way: invited, disclosed, reviewed, mitigated with evidence, told to learners."""
    case = Case(world, office, plan)
    roster = f"/activities/{plan}/people"
    assert "Whether the relationship with Acme Pharma is relevant is not decided" in text_of(office.get(roster))
    assert office.post(case.decide, DECISION).status_code == 303
    assert "is not mitigated (ACCME Standard 3.4)" in text_of(office.get(roster))
    facts = text_of(office.get(case.page))
    assert "Role Faculty" in facts and "Eligibility Ineligible company" in facts and "State Active" in facts
    assert "Not final:" in text_of(office.get(roster))
    answer = office.post(case.mitigate, step(evidence=(io.BytesIO(PDF), "Slides reviewed.pdf")))
    assert answer.status_code == 303
    text = text_of(office.get(roster))
    assert "Everything about people, support and joint providers is in order" in text and "Mitigated" in text
    assert "Not final:" not in text
    for told in ("Sam Lee, MD (faculty): Consultant – Acme Pharma.", MITIGATED, NO_SUPPORT):
        assert told in text
    page = office.get(case.page).get_data(as_text=True)
    (path,) = re.findall(r'href="(?:/office/[0-9a-f]+)(/activities/[^"]+/evidence/[^"]+)">Slides reviewed.pdf', page)
    kept = office.get(path)
    assert kept.data == PDF and kept.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in kept.headers["Content-Security-Policy"] and kept.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("day", [START.isoformat(), (START + timedelta(days=1)).isoformat()])
def test_mitigation_after_the_role_began_is_refused(world: World, office: OfficePerson, plan: str, day: str) -> None:
    """ACCME Standard 3.4."""
    case = Case(world, office, plan)
    office.post(case.decide, DECISION)
    answer = office.post(case.mitigate, step(day))
    assert answer.status_code == 422 and "It must be done before the role begins" in text_of(answer)
    with world.db() as db:
        assert db.scalar(select(func.count()).select_from(models.Mitigation)) == 0


def test_mitigation_waits_for_the_decision(world: World, office: OfficePerson, plan: str) -> None:
    case = Case(world, office, plan)
    answer = office.post(case.mitigate, step())
    assert answer.status_code == 409 and "Decide first that the relationship is relevant" in text_of(answer)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"GIF89a", "Choose a PDF, PNG or JPEG file"),
        (b"%PDF-1.7 cut", "The file is damaged"),
        (b"", "The file is empty"),
    ],
)
def test_evidence_that_proves_nothing_is_refused(
    world: World, office: OfficePerson, plan: str, body: bytes, words: str
) -> None:
    case = Case(world, office, plan)
    office.post(case.decide, DECISION)
    answer = office.post(case.mitigate, step(evidence=(io.BytesIO(body), "a.pdf")))
    assert answer.status_code == 422 and words in text_of(answer)


def test_an_owner_is_excluded_unless_an_exception_is_argued(world: World, office: OfficePerson, plan: str) -> None:
    """ACCME Standard 3.2."""
    case = Case(world, office, plan, "ownership-interest")
    roster = f"/activities/{plan}/people"
    assert "Excluded" in text_of(office.get(roster))
    page = text_of(office.get(case.page))
    assert "Owners and employees are excluded. Does one of the three exceptions hold?" in page
    short = office.post(case.decide, DECISION, exclusion="basic-science", argument="because")
    assert short.status_code == 422 and "Argue the exception in at least 20 characters" in text_of(short)
    unrelated = {"relevance": "not-relevant", "reason": "Hygiene", "exclusion": "unrelated-content", "argument": ARGUED}
    assert office.post(case.decide, unrelated).status_code == 303
    text = text_of(office.get(roster))
    assert "Nothing relevant" in text and "Owner" not in text.split("What learners will be told")[1]
    assert ARGUED in text_of(office.get(case.page))


def test_the_dashboard_tells_at_a_glance(world: World, office: OfficePerson, plan: str) -> None:
    Case(world, office, plan)
    add_person(office, "Mo Missing")
    text = text_of(office.get("/disclosures"))
    for told in ("Disclosure missing 1", "Disclosure expired 0", "Hypertension in the Elderly", "Needs review: 1"):
        assert told in text
    world.clock.now += timedelta(days=366)
    office = invited(world, email="again@example.org")
    assert "Disclosure expired 1" in text_of(office.get("/disclosures"))


def test_the_list_filters_searches_and_links(world: World, office: OfficePerson, plan: str) -> None:
    Case(world, office, plan)
    add_person(office, "Mo Missing", email="mo@school.example")
    for shown, found in (("all", {"Sam Lee", "Mo Missing"}), ("missing", {"Mo Missing"}), ("open", {"Sam Lee"})):
        text = text_of(office.get(f"/people?show={shown}"))
        assert {name for name in ("Sam Lee", "Mo Missing") if name in text} == found
    assert "Mo Missing" in text_of(office.get("/people?search=MO@"))
    assert "Nobody matches" in text_of(office.get("/people?search=%00%25zz&show=nonsense&after=%00"))


def test_a_person_page_shows_every_version(world: World, office: OfficePerson) -> None:
    person = add_person(office)
    link = invite(world, office, person)
    link.fill(**SOME)
    link.fill(**{**NOTHING, **{f"{name}.0": "" for name in ("company", "nature", "has_ended")}})
    text = text_of(office.get(f"/people/{person}"))
    for told in (
        "Version 2",
        "Version 1",
        "Acme Pharma",
        "No financial relationships",
        "by a link",
        "1 link works now",
    ):
        assert told in text


def test_faults_of_particulars_are_named(office: OfficePerson) -> None:
    answer = office.post("/people/new", name=" ", email="nobody")
    assert answer.status_code == 422
    assert "Enter the person's name" in text_of(answer) and "Enter one e-mail address" in text_of(answer)
    person = add_person(office, email="lee@school.example")
    assert office.post("/people/new", name="Sam", email="LEE@school.example").status_code == 409
    assert office.post(f"/people/{person}", name="Sam Lee", credentials="M" * 99).status_code == 422
    assert office.post(f"/people/{person}", name="Samuel Lee").status_code == 303
    assert "Samuel Lee" in text_of(office.get(f"/people/{person}"))


def test_a_link_is_shown_once_where_no_mail_is_set_up(world: World, office: OfficePerson) -> None:
    person = add_person(office, email="lee@school.example")
    page = office.get(f"/people/{person}").get_data(as_text=True)
    assert "Invite by e-mail" not in page
    token = token_of(office.post(f"/people/{person}/invite", how="mail").get_data(as_text=True))
    assert token not in office.get(f"/people/{person}").get_data(as_text=True)
    with world.db() as db:
        assert db.scalars(select(models.Mail)).all() == []


def test_companies_are_reviewed_merged_and_never_mere_marks(world: World, office: OfficePerson) -> None:
    invite(world, office, add_person(office)).fill(**{**SOME, "company.0": "Akme Pharma"})
    invite(world, office, add_person(office, "Ann Roy")).fill(**SOME)
    page = office.get("/companies?show=unknown").get_data(as_text=True)
    keys = dict(re.findall(r'/companies/([0-9a-f]{32})">([^<]+)<', page))
    (double,) = [key for key, name in keys.items() if name == "Akme Pharma"]
    for fields, words in (
        ({"company": "Acmezole®", "kind": "device"}, "no address, logo"),
        ({"company": "Akme", "kind": ""}, "Choose from the list"),
        ({"company": "Akme", "kind": "other-eligible"}, "Say why"),
    ):
        answer = office.post(f"/companies/{double}", fields)
        assert answer.status_code == 422 and words in text_of(answer)
    taken = office.post(f"/companies/{double}", company="ACME pharma", kind="device")
    assert taken.status_code == 409 and "Merge the two instead" in text_of(taken)
    assert office.post(f"/companies/{double}/merge", into="Nobody").status_code == 422
    target = row_key(office.post(f"/companies/{double}/merge", into="acme pharma"))
    assert keys[target] == "Acme Pharma"
    assert "Akme" not in text_of(office.get("/companies"))
    assert "company.merged" in text_of(office.get("/audit"))


def test_support_and_joint_providers(world: World, office: OfficePerson, plan: str) -> None:
    """ACCME Standard 4, and joint providership."""
    Case(world, office, plan)
    page, before = f"/activities/{plan}/independence", (START - timedelta(days=1)).isoformat()
    grant = {"company": "Acme Pharma", "kind": "monetary", "signed_on": before, "amount": "25,000", "currency": "usd"}
    late = office.post(f"/activities/{plan}/support", {**grant, "signed_on": START.isoformat()})
    assert late.status_code == 422 and "must be signed before the activity begins" in text_of(late)
    unreviewed = office.post(f"/activities/{plan}/support", {**grant, "company": "Beta"})
    assert unreviewed.status_code == 422 and "whether this company is eligible" in text_of(unreviewed)
    agreement = (io.BytesIO(PDF), "Agreement.pdf")
    assert office.post(f"/activities/{plan}/support", grant, evidence=agreement).status_code == 303
    text = text_of(office.get(page))
    assert "25,000" in text and "Commercial support: Acme Pharma." in text
    roster = text_of(office.get(f"/activities/{plan}/people"))
    assert "Commercial support: Acme Pharma." in roster and "25,000" not in roster
    refused = office.post(f"/activities/{plan}/partners", partner="Acme Pharma")
    assert refused.status_code == 422 and "ineligible company cannot be a joint provider" in text_of(refused)
    assert office.post(f"/activities/{plan}/partners", partner="Lakeside Clinic").status_code == 422
    review_company(office, "Lakeside Clinic", "hospital")
    assert office.post(f"/activities/{plan}/partners", partner="Lakeside Clinic").status_code == 303
    assert office.post(f"/activities/{plan}/partners", partner="Lakeside Clinic").status_code == 409
    html = office.get(page).get_data(as_text=True)
    for kind in ("support", "partners"):
        (path,) = re.findall(rf'(/activities/{plan}/{kind}/[0-9a-f]+/remove)"', html)
        assert office.post(path).status_code == 303 and office.post(path).status_code == 404


def test_only_exceptions_that_the_standard_allows_are_offered(world: World, office: OfficePerson, plan: str) -> None:
    """ACCME Standard 3, exceptions: an enduring material."""
    page = office.get(f"/activities/{plan}/independence").get_data(as_text=True)
    assert 'value="non_clinical"' in page and "self_directed" not in page and "learner_controlled" not in page
    forced = office.post(f"/activities/{plan}/exception", exception="self_directed", reason=ARGUED)
    assert forced.status_code == 422 and "does not allow this exception" in text_of(forced)
    assert office.post(f"/activities/{plan}/exception", exception="non_clinical", reason=ARGUED).status_code == 303
    assert "This activity is non-clinical education" in text_of(office.get(f"/activities/{plan}/people"))


def test_roles_are_given_changed_and_taken_away(world: World, office: OfficePerson, plan: str) -> None:
    person = add_person(office)
    assert "Sam Lee" in text_of(office.get(f"/activities/{plan}/people?search=sam"))
    role = give_role(office, plan, person)
    rule = f"/activities/{plan}/people"
    again = office.post(rule, person=person, role="faculty", starts_on="2026-04-01")
    assert again.status_code == 409
    assert office.post(f"{rule}?search=sam", person=person, role="x", starts_on="soon").status_code == 422
    assert office.post(f"{rule}/{role}", starts_on="2026-05-01", ends_on="2026-04-30").status_code == 422
    assert office.post(f"{rule}/{role}", starts_on="2026-05-01").status_code == 303
    assert "May 1, 2026" in text_of(office.get(rule))
    assert office.post(f"{rule}/{role}/remove").status_code == 303
    assert "Nobody has a role yet" in text_of(office.get(rule))
    assert office.post(f"{rule}/{role}/remove").status_code == 404


def test_hostile_names_are_shown_as_text(world: World, office: OfficePerson, plan: str) -> None:
    person = add_person(office, "Bobby <img src=x onerror=alert(1)>", affiliation="<script>alert(1)</script>")
    give_role(office, plan, person)
    for rule in ("/people", f"/people/{person}", f"/activities/{plan}/people", "/disclosures"):
        html = office.get(rule).get_data(as_text=True)
        assert "<img src=x" not in html and "<script>alert" not in html
