"""Roles, decisions and mitigation in the database: nothing is overwritten, and nothing is done out of order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.company import CompanyKind
from lti_tool.domain.errors import BadInput, Conflict, Forbidden, NotFound
from lti_tool.domain.mitigation import DisclosureStatus
from lti_tool.services.disclosure_form import RelationshipRow
from lti_tool.services.evidence import Upload, evidence_file
from lti_tool.services.mitigation import held_relationship
from lti_tool.services.roster import RoleForm, change_role, remove_role
from tests.unit.lti_tool.services.collecting import CONSULTS, MONTHS, NOW, START, Office, opened
from tests.unit.lti_tool.services.disclosure_officers import with_only
from tests.unit.lti_tool.services.evidence_files import PDF

EMPLOYED = RelationshipRow("Acme Pharma", "employee", "none", "no")
ARGUED = "The session is about hand hygiene, and Acme sells nothing for that."


@pytest.fixture(name="offices")
def _offices(migrated_database_url: str) -> Iterator[tuple[Office, Office]]:
    with opened(migrated_database_url) as made:
        yield made


@pytest.fixture(name="office")
def _office(offices: tuple[Office, Office]) -> Office:
    return offices[0]


@pytest.fixture(name="case")
def _case(office: Office) -> tuple[Office, str, str, str]:
    """An office with a consultant of a pharmaceutical company as faculty: office, person, role, relationship."""
    person = office.person()
    role = office.role(person)
    office.disclose(person, CONSULTS)
    return office, person, role, f"{office.review()}:consultant"


def test_from_nobody_to_mitigated(office: Office) -> None:
    person = office.person()
    role = office.role(person)
    assert office.statuses() == [("Sam Lee", DisclosureStatus.NONE)]
    office.disclose(person, CONSULTS)
    assert office.statuses() == [("Sam Lee", DisclosureStatus.REVIEW)]
    key = f"{office.review()}:consultant"
    office.decide(role, key)
    assert office.statuses() == [("Sam Lee", DisclosureStatus.REVIEW)]
    office.mitigate(role, key)
    assert office.statuses() == [("Sam Lee", DisclosureStatus.MITIGATED)]
    office.now += timedelta(days=400)
    assert office.statuses() == [("Sam Lee", DisclosureStatus.EXPIRED)]
    office.disclose(person)
    assert office.statuses() == [("Sam Lee", DisclosureStatus.NOTHING)]


def test_an_employee_is_excluded_until_an_exception_is_argued(office: Office) -> None:
    """ACCME Standard 3.2, a to c."""
    person = office.person()
    role = office.role(person)
    office.disclose(person, EMPLOYED)
    key = f"{office.review()}:employee"
    office.decide(role, key, exclusion="none")
    assert office.statuses() == [("Sam Lee", DisclosureStatus.EXCLUDED)]
    for faulty, fault in (
        ({"exclusion": ""}, {"exclusion": "missing"}),
        ({"exclusion": "x"}, {"exclusion": "missing"}),
        ({"exclusion": "basic-science", "argument": "short"}, {"argument": "too_short"}),
        ({"exclusion": "unrelated-content", "argument": ARGUED}, {"exclusion": "contradicted"}),
    ):
        with pytest.raises(BadInput) as caught:
            office.decide(role, key, **faulty)
        assert caught.value.faults == fault
    office.decide(role, key, "not-relevant", exclusion="unrelated-content", argument=ARGUED)
    assert office.statuses() == [("Sam Lee", DisclosureStatus.NOTHING_RELEVANT)]


def test_decisions_add_up_and_stay(case: tuple[Office, str, str, str]) -> None:
    office, _, role, key = case
    office.decide(role, key)
    office.decide(role, key, "not-relevant")
    with office.db() as db:
        rows = db.scalars(select(models.RelevanceDecision).order_by(models.RelevanceDecision.number)).all()
        assert [(row.number, row.relevance, row.decided_by) for row in rows] == [
            (1, "relevant", office.officer.person_id),
            (2, "not-relevant", office.officer.person_id),
        ]
    assert office.statuses() == [("Sam Lee", DisclosureStatus.NOTHING_RELEVANT)]


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"done_on": START.isoformat()}, {"done_on": "after_start"}),
        ({"done_on": (START + timedelta(days=30)).isoformat()}, {"done_on": "after_start"}),
        ({"done_on": (NOW + timedelta(days=1)).date().isoformat()}, {"done_on": "in_future"}),
        ({"done_on": ""}, {"done_on": "missing"}),
        ({"done_on": "yesterday"}, {"done_on": "not_a_day"}),
        ({"strategy": ""}, {"strategy": "missing"}),
        ({"strategy": "recusal"}, {"strategy": "wrong_for_role"}),
        ({"strategy": "divest"}, {"strategy": "still_active"}),
        ({"strategy": "other"}, {"note": "missing"}),
    ],
)
def test_mitigation_that_does_not_count_is_refused(
    case: tuple[Office, str, str, str], change: dict[str, Any], faults: dict[str, str]
) -> None:
    """ACCME Standard 3.4: before the role, by a step of the role's list."""
    office, _, role, key = case
    office.decide(role, key)
    with pytest.raises(BadInput, match="mitigation_unusable") as caught:
        office.mitigate(role, key, **change)
    assert caught.value.faults == faults
    with office.db() as db:
        assert db.scalars(select(models.Mitigation)).all() == []


def test_what_is_not_relevant_is_not_mitigated(case: tuple[Office, str, str, str]) -> None:
    office, _, role, key = case
    for relevance in ("", "not-relevant"):
        if relevance:
            office.decide(role, key, relevance)
        with pytest.raises(Conflict, match="relationship_not_relevant"):
            office.mitigate(role, key)


def test_nothing_is_decided_about_a_company_nobody_has_looked_at(office: Office) -> None:
    person = office.person()
    role = office.role(person)
    office.disclose(person, CONSULTS)
    with office.db() as db:
        company = db.scalars(select(models.Company)).one().id
    with pytest.raises(BadInput) as caught:
        office.decide(role, f"{company}:consultant")
    assert caught.value.faults == {"company": "unreviewed"}


def test_what_the_person_did_not_disclose_is_not_decided(case: tuple[Office, str, str, str]) -> None:
    office, person, role, key = case
    for wrong in ("", "x", f"{key}x", "\x00"):
        with pytest.raises(NotFound, match="relationship_unknown"):
            office.decide(role, wrong)
    office.disclose(person)
    with pytest.raises(NotFound, match="relationship_unknown"):
        office.decide(role, key)


def test_each_role_is_mitigated_by_itself(case: tuple[Office, str, str, str]) -> None:
    office, person, role, key = case
    planner = office.role(person, "planner")
    office.decide(role, key)
    office.mitigate(role, key)
    assert sorted(status for _, status in office.statuses()) == sorted(
        [DisclosureStatus.MITIGATED, DisclosureStatus.REVIEW]
    )
    office.mitigate(planner, key, "recusal")
    assert {status for _, status in office.statuses()} == {DisclosureStatus.MITIGATED}


def test_moving_the_start_before_the_mitigation_undoes_it(case: tuple[Office, str, str, str]) -> None:
    office, person, role, key = case
    office.decide(role, key)
    office.mitigate(role, key)
    with office.db() as db:
        change_role(db, office.officer, office.plan_id, role, RoleForm(person, "", "2026-03-01"), NOW)
    assert office.statuses() == [("Sam Lee", DisclosureStatus.REVIEW)]


def test_a_role_is_given_once_and_may_be_given_up(case: tuple[Office, str, str, str]) -> None:
    office, person, role, _ = case
    with pytest.raises(Conflict, match="role_given"):
        office.role(person)
    with office.db() as db:
        remove_role(db, office.officer, office.plan_id, role, NOW)
    assert office.statuses() == []
    with office.db() as db, pytest.raises(NotFound, match="role_unknown"):
        remove_role(db, office.officer, office.plan_id, role, NOW)
    assert office.role(person) != role


@pytest.mark.parametrize(
    ("form", "faults"),
    [
        (("boss", "2026-04-01", ""), {"role": "unknown"}),
        (("", "", ""), {"role": "missing", "starts_on": "missing"}),
        (("faculty", "soon", ""), {"starts_on": "not_a_day"}),
        (("faculty", "2026-04-01", "2026-03-31"), {"ends_on": "before_start"}),
        (("faculty", "2026-04-01", "never"), {"ends_on": "not_a_day"}),
    ],
)
def test_roles_that_cannot_be_given(office: Office, form: tuple[str, str, str], faults: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="role_unusable") as caught:
        office.role(office.person(), *form)
    assert caught.value.faults == faults


def test_another_providers_rows_are_not_there(offices: tuple[Office, Office]) -> None:
    office, other = offices
    person = office.person()
    role = office.role(person)
    office.disclose(person, CONSULTS)
    key = f"{office.review()}:consultant"
    intruder = replace(other, plan_id=office.plan_id)
    with pytest.raises(NotFound, match="plan_unknown"):
        intruder.decide(role, key)
    with pytest.raises(NotFound, match="role_unknown"):
        other.decide(role, key)
    with pytest.raises(NotFound, match="plan_unknown"):
        replace(office, plan_id="x").decide(role, key)


@pytest.mark.parametrize("held", [(Capability.PLAN,), (Capability.APPROVE,)])
def test_only_reviewers_decide(case: tuple[Office, str, str, str], held: tuple[Capability, ...]) -> None:
    office, _, role, key = case
    office.decide(role, key)
    lesser = replace(office, officer=with_only(office.officer, *held))
    for act in (lesser.decide, lesser.mitigate):
        with pytest.raises(Forbidden, match="is not granted"):
            act(role, key)


def test_a_grant_for_another_activity_decides_nothing_here(case: tuple[Office, str, str, str]) -> None:
    office, _, role, key = case
    elsewhere = with_only(office.officer, Capability.REVIEW_DISCLOSURES, activity_id="0" * 32)
    with pytest.raises(Forbidden, match="is not granted"):
        replace(office, officer=elsewhere).decide(role, key)
    here = with_only(office.officer, Capability.REVIEW_DISCLOSURES, activity_id=office.plan_id)
    replace(office, officer=here).decide(role, key)


def test_evidence_is_kept_with_the_mitigation(case: tuple[Office, str, str, str]) -> None:
    office, _, role, key = case
    office.decide(role, key)
    office.mitigate(role, key, upload=Upload("../../Review of slides.PDF", PDF))
    with office.db() as db:
        row = db.scalars(select(models.Mitigation)).one()
        assert row.evidence_id is not None
        kept = evidence_file(db, office.officer, office.plan_id, row.evidence_id)
        assert (kept.name, kept.media_type, kept.body) == ("Review of slides.pdf", "application/pdf", PDF)
        for plan, wanted in (("x", row.evidence_id), (office.plan_id, "0" * 32), (office.plan_id, "\x00")):
            with pytest.raises(NotFound, match="evidence_unknown"):
                evidence_file(db, office.officer, plan, wanted)


def test_a_relationship_with_a_hospital_needs_no_decision(office: Office) -> None:
    person = office.person()
    role = office.role(person)
    office.disclose(person, replace(EMPLOYED, company="Lakeside Clinic"))
    key = f"{office.review('Lakeside Clinic', CompanyKind.HOSPITAL)}:employee"
    assert office.statuses() == [("Sam Lee", DisclosureStatus.NOTHING_RELEVANT)]
    with office.db() as db:
        held = held_relationship(db, office.officer, office.plan_id, role, key, NOW, MONTHS)
        assert held.judged.reasons == ()
