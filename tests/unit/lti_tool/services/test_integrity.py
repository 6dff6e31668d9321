"""Support, joint providers and exceptions of one activity, and what comes out of them for learners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lti_tool.domain.activity import Accreditation, LearningFormat, Standard3Exception
from lti_tool.domain.capability import Capability
from lti_tool.domain.company import CompanyKind
from lti_tool.domain.disclosure import NO_SUPPORT, Statements, information_page
from lti_tool.domain.errors import BadInput, Conflict, Forbidden, NotFound
from lti_tool.services.activity import import_activity
from lti_tool.services.activity_file import read_activity_text, write_activity_file
from lti_tool.services.evidence import Upload
from lti_tool.services.integrity import Integrity, choose_exception, integrity
from lti_tool.services.support import (
    SupportForm,
    add_partner,
    add_support,
    read_amount,
    remove_partner,
    remove_support,
)
from tests.unit.lti_tool.services.collecting import CONSULTS, MONTHS, NOW, START, Office, opened, planned
from tests.unit.lti_tool.services.disclosure_officers import with_only
from tests.unit.lti_tool.services.evidence_files import PDF

DAY_BEFORE = (START - timedelta(days=1)).isoformat()
GRANT = SupportForm("Acme Pharma", "monetary", DAY_BEFORE, "25,000.00", "usd")
WHY = "Leadership training without any clinical content."


@pytest.fixture(name="offices")
def _offices(migrated_database_url: str) -> Iterator[tuple[Office, Office]]:
    with opened(migrated_database_url) as made:
        yield made


@pytest.fixture(name="office")
def _office(offices: tuple[Office, Office]) -> Office:
    return offices[0]


def now_held(office: Office) -> Integrity:
    with office.db() as db:
        return integrity(db, office.officer, office.plan_id, office.now, MONTHS)


def codes(office: Office) -> list[str]:
    return [one.reason.code for one in now_held(office).unmet]


def support(office: Office, **changes: Any) -> str:
    with office.db() as db:
        return add_support(db, office.officer, office.plan_id, replace(GRANT, **changes), office.now).id


def partner(office: Office, name: str) -> str:
    with office.db() as db:
        return add_partner(db, office.officer, office.plan_id, name, NOW).id


def test_a_settled_activity_says_everything(office: Office) -> None:
    person = office.person("Sam Lee", credentials="MD")
    role = office.role(person)
    office.role(office.person("Ann Roy"), "planner")
    assert codes(office) == ["disclosure_missing", "disclosure_missing"]
    office.disclose(person, CONSULTS)
    key = f"{office.review()}:consultant"
    office.decide(role, key)
    office.mitigate(role, key)
    assert codes(office) == ["disclosure_missing"]
    found = now_held(office)
    people = {one.name: one for one in found.people}
    assert people["Sam Lee"].relationships[0].company == "Acme Pharma"
    lines = [text.plain for section in found.statement for text in section.paragraphs]
    assert "Sam Lee, MD (faculty): Consultant – Acme Pharma." in lines and NO_SUPPORT in lines
    assert "Ann Roy (planner): no relevant financial relationships." in lines


def test_the_bridge_gives_a_definition_that_the_files_rules_accept(office: Office, tmp_path: Path) -> None:
    """What was decided becomes a version of the activity: learners' information page, and a file that checks."""
    person = office.person("Sam Lee", credentials="MD")
    role = office.role(person)
    office.disclose(person, CONSULTS)
    key = f"{office.review()}:consultant"
    office.decide(role, key)
    office.mitigate(role, key)
    support(office)
    office.review("Lakeside Clinic", CompanyKind.HOSPITAL)
    partner(office, "Lakeside Clinic")
    found = now_held(office)
    made = found.applied_to(planned())
    assert (made.provider.accreditation, made.provider.joint_providers) == (Accreditation.JOINT, ("Lakeside Clinic",))
    assert found.applied_to(made) == made
    assert replace(found, partners=()).applied_to(made).provider.accreditation is Accreditation.DIRECT
    page = information_page(made, Statements((), ()))
    shown = [section for section in page.sections if section.key in {each.key for each in found.statement}]
    assert tuple(shown) == found.statement
    checked = read_activity_text(write_activity_file(made).encode(), name="made.yaml", folder=tmp_path)
    about = ("people", "commercial_support", "provider", "standard3")
    assert [fault for fault in checked.faults if fault.where.startswith(about)] == []


def test_support_is_told_without_its_amount(office: Office) -> None:
    """ACCME Standard 4.4."""
    office.review()
    support(office, upload=Upload("agreement.pdf", PDF))
    office.now += timedelta(minutes=1)
    support(office, kind="in_kind", amount="", currency="", description="Loan of two monitors")
    found = now_held(office)
    assert [held.agreement.amount for held in found.support] == [Decimal("25000.00"), None]
    assert found.support[0].evidence_id and not found.support[1].evidence_id
    lines = [text.plain for text in found.statement[-1].paragraphs]
    assert lines == [
        "Commercial support: Acme Pharma.",
        "Commercial support: Acme Pharma (in kind: Loan of two monitors).",
    ]


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"signed_on": START.isoformat()}, {"signed_on": "signed_too_late"}),
        ({"signed_on": ""}, {"signed_on": "missing"}),
        ({"amount": ""}, {"amount": "missing"}),
        ({"amount": "lots"}, {"amount": "not_a_number"}),
        ({"amount": "-5"}, {"amount": "not_a_number"}),
        ({"amount": "NaN"}, {"amount": "not_a_number"}),
        ({"amount": "1e400"}, {"amount": "not_a_number"}),
        ({"amount": "1.005"}, {"amount": "not_a_number"}),
        ({"currency": ""}, {"currency": "missing"}),
        ({"currency": "dollars"}, {"currency": "unknown"}),
        ({"kind": ""}, {"kind": "missing"}),
        ({"kind": "in_kind", "amount": "", "currency": ""}, {"description": "missing"}),
        ({"description": "see www.acme.example"}, {"description": "more_than_a_name"}),
    ],
)
def test_agreements_that_cannot_be_kept(office: Office, changes: dict[str, str], faults: dict[str, str]) -> None:
    office.review()
    with pytest.raises(BadInput, match="support_unusable") as caught:
        support(office, **changes)
    assert {field: code for field, code in caught.value.faults.items() if field in faults} == faults
    assert now_held(office).support == ()


@pytest.mark.parametrize(("kind", "fault"), [(CompanyKind.HOSPITAL, "company_eligible"), (None, "company_unreviewed")])
def test_support_comes_from_ineligible_companies(office: Office, kind: CompanyKind | None, fault: str) -> None:
    """ACCME Standard 4: commercial support is what an ineligible company gives."""
    if kind:
        office.review("Acme Pharma", kind)
    with pytest.raises(BadInput) as caught:
        support(office)
    assert caught.value.faults == {"company": fault}


@pytest.mark.parametrize("name", ["<b>Acme</b>", "acme.com", "", "Acmezole®"])
def test_hostile_names_are_refused(office: Office, name: str) -> None:
    for act in (lambda: support(office, company=name), lambda: partner(office, name)):
        with pytest.raises(BadInput, match="company_unusable"):
            act()


def test_support_whose_dates_were_overtaken_is_unmet(office: Office) -> None:
    office.review()
    office.role(office.person())
    support(office)
    with office.db() as db:
        import_activity(db, office.provider_id, planned(key="pressure", released_on=START - timedelta(days=9)), {}, NOW)
    assert "support_signed_too_late" in codes(office)


def test_support_is_taken_off_and_stays_on_file(office: Office) -> None:
    office.review()
    key = support(office)
    with office.db() as db:
        remove_support(db, office.officer, office.plan_id, key, NOW)
        for wrong in (key, "x", "\x00", "0" * 32):
            with pytest.raises(NotFound, match="support_unknown"):
                remove_support(db, office.officer, office.plan_id, wrong, NOW)
    assert now_held(office).support == ()


def test_joint_providers_are_eligible_organisations(office: Office) -> None:
    """ACCME, joint providership: an ineligible company is never one."""
    with pytest.raises(BadInput) as caught:
        partner(office, "Lakeside Clinic")
    assert caught.value.faults == {"company": "company_unreviewed"}
    office.review("Lakeside Clinic", CompanyKind.HOSPITAL)
    office.review("Acme Pharma")
    key = partner(office, "lakeside clinic")
    with pytest.raises(Conflict, match="partner_named"):
        partner(office, "Lakeside Clinic")
    with pytest.raises(BadInput) as caught:
        partner(office, "Acme Pharma")
    assert caught.value.faults == {"company": "company_ineligible"}
    assert now_held(office).joint_providers == ("Lakeside Clinic",)
    office.review("Lakeside Clinic", CompanyKind.DEVICE)
    assert "company_ineligible" in codes(office)
    with office.db() as db:
        remove_partner(db, office.officer, office.plan_id, key, NOW)
        with pytest.raises(NotFound, match="partner_unknown"):
            remove_partner(db, office.officer, office.plan_id, key, NOW)
    assert now_held(office).joint_providers == ()


def choose(office: Office, exception: str, reason: str = WHY) -> None:
    with office.db() as db:
        choose_exception(db, office.officer, office.plan_id, exception, reason, NOW)


def test_an_exception_is_offered_argued_and_withdrawn(office: Office) -> None:
    """ACCME Standard 3, exceptions: an enduring material never fits the two narrow ones."""
    office.role(office.person())
    for exception in ("learner_controlled_group", "self_directed", "x"):
        with pytest.raises(BadInput) as caught:
            choose(office, exception)
        assert caught.value.faults == {"exception": "not_offered"}
    with pytest.raises(BadInput) as caught:
        choose(office, "non_clinical", "obvious")
    assert caught.value.faults == {"reason": "too_short"}
    choose(office, "non_clinical")
    found = now_held(office)
    assert (found.exception, found.exception_reason, found.unmet) == (Standard3Exception.NON_CLINICAL, WHY, ())
    choose(office, "none", "")
    assert codes(office) == ["disclosure_missing"]


def test_an_exception_does_not_survive_a_change_of_format(office: Office) -> None:
    with office.db() as db:
        live = planned(key="pressure", format=LearningFormat.LIVE)
        import_activity(db, office.provider_id, live, {}, NOW)
    choose(office, "learner_controlled_group", "Peers discuss cases that they bring along.")
    assert codes(office) == []
    with office.db() as db:
        import_activity(db, office.provider_id, planned(key="pressure"), {}, NOW)
    assert codes(office) == ["exception_not_offered"]


def test_who_may_do_what(office: Office) -> None:
    office.review()
    planner = replace(office, officer=with_only(office.officer, Capability.PLAN))
    with pytest.raises(Forbidden, match="is not granted"):
        choose(planner, "non_clinical")
    lesser = replace(office, officer=with_only(office.officer, Capability.REVIEW_DISCLOSURES))
    for act in (lambda: support(lesser), lambda: partner(lesser, "Acme Pharma")):
        with pytest.raises(Forbidden, match="is not granted"):
            act()


def test_another_providers_activity_is_not_there(offices: tuple[Office, Office]) -> None:
    office, other = offices
    office.review()
    key = support(office)
    stranger = replace(other, plan_id=office.plan_id)
    for act in (lambda: now_held(stranger), lambda: support(stranger), lambda: choose(stranger, "non_clinical")):
        with pytest.raises(NotFound, match="plan_unknown"):
            act()
    with other.db() as db, pytest.raises(NotFound, match="support_unknown"):
        remove_support(db, other.officer, other.plan_id, key, NOW)


@pytest.mark.parametrize(("text", "amount"), [("", None), (" 1 200.50 ", "1200.50"), ("25,000", "25000")])
def test_amounts_as_people_write_them(text: str, amount: str | None) -> None:
    assert read_amount(text) == (Decimal(amount) if amount else None)
