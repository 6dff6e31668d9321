"""The list of companies: it grows, finds, is reviewed and merged; each provider has its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.company import CompanyKind, Eligibility
from lti_tool.domain.errors import BadInput, Conflict, Forbidden, NotFound
from lti_tool.domain.mitigation import DisclosureStatus
from lti_tool.services.company import (
    PAGE,
    CompanyReview,
    company_of,
    find_companies,
    list_companies,
    merge_companies,
    named_company,
    review_company,
)
from tests.unit.lti_tool.services.collecting import CONSULTS, NOW, Office, opened
from tests.unit.lti_tool.services.disclosure_officers import with_only


@pytest.fixture(name="offices")
def _offices(migrated_database_url: str) -> Iterator[tuple[Office, Office]]:
    with opened(migrated_database_url) as made:
        yield made


@pytest.fixture(name="office")
def _office(offices: tuple[Office, Office]) -> Office:
    return offices[0]


def name_all(office: Office, *names: str) -> list[str]:
    with office.db() as db:
        return [named_company(db, office.provider_id, name, NOW).id for name in names]


def test_the_list_grows_and_one_name_is_one_company(office: Office) -> None:
    first, second, third = name_all(office, "Acme Pharma, Inc.", "ACME pharma inc", "Beta Devices")
    assert first == second != third
    with office.db() as db:
        assert find_companies(db, office.provider_id) == ["Acme Pharma, Inc.", "Beta Devices"]
        assert company_of(db, office.provider_id, first).eligibility == Eligibility.UNKNOWN


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("acme", ["Acme Pharma"]),
        ("PHARMA", ["Acme Pharma", "Zeta Pharma"]),
        ("pharma acme", ["Acme Pharma"]),
        ("nobody", []),
        ("ac_e", []),
        ("\x00", ["Acme Pharma", "Beta Devices", "Zeta Pharma"]),
    ],
)
def test_a_search_finds_every_word_anywhere(office: Office, text: str, found: list[str]) -> None:
    name_all(office, "Acme Pharma", "Zeta Pharma", "Beta Devices")
    with office.db() as db:
        assert find_companies(db, office.provider_id, text) == found


def test_another_providers_companies_are_neither_found_nor_reached(offices: tuple[Office, Office]) -> None:
    office, other = offices
    (key,) = name_all(other, "Secret Labs")
    with office.db() as db:
        assert find_companies(db, office.provider_id, "secret") == []
        with pytest.raises(NotFound, match="company_unknown"):
            review_company(db, office.officer, key, CompanyReview("X", "device"), NOW)
        with pytest.raises(BadInput):
            merge_companies(db, office.officer, named_company(db, office.provider_id, "Y", NOW).id, "Secret Labs", NOW)
        for wrong in ("", "x", "\x00", "0" * 32):
            with pytest.raises(NotFound):
                company_of(db, office.provider_id, wrong)


def test_a_review_decides_eligibility_and_says_who(office: Office) -> None:
    key = office.review("Acme Pharma", CompanyKind.PHARMACEUTICAL)
    with office.db() as db:
        row = company_of(db, office.provider_id, key)
        assert (row.eligibility, row.kind, row.reviewed_by) == (
            "ineligible",
            "pharmaceutical",
            office.officer.person_id,
        )
        page = list_companies(db, office.officer)
    assert [(one.company.name, one.uses) for one in page.rows] == [("Acme Pharma", 0)] and page.unreviewed == 0


def test_a_name_that_is_taken_is_merged_instead(office: Office) -> None:
    key, _ = name_all(office, "Acme", "Acme Pharma")
    with office.db() as db, pytest.raises(Conflict, match="company_named"):
        review_company(db, office.officer, key, CompanyReview("ACME Pharma", "device"), NOW)


def test_a_double_stands_for_the_other_everywhere(office: Office) -> None:
    """What was decided about one spelling holds for the other; forms keep what was written."""
    person = office.person()
    role = office.role(person)
    office.disclose(person, replace(CONSULTS, company="Akme Pharma"))
    office.review("Akme Pharma")
    with office.db() as db:
        double = named_company(db, office.provider_id, "Akme Pharma", NOW).id
    office.decide(role, f"{double}:consultant")
    office.mitigate(role, f"{double}:consultant")
    target = office.review("Acme Pharma")
    with office.db() as db:
        assert merge_companies(db, office.officer, double, "acme pharma", NOW) == target
    assert office.statuses() == [("Sam Lee", DisclosureStatus.MITIGATED)]
    with office.db() as db:
        assert db.query(models.DisclosedRelationship).one().company_name == "Akme Pharma"
        assert named_company(db, office.provider_id, "Akme Pharma", NOW).id == target
        assert find_companies(db, office.provider_id, "akme") == ["Acme Pharma"]
        assert [one.company.name for one in list_companies(db, office.officer).rows] == ["Acme Pharma"]


def test_merging_follows_merges_and_never_circles(office: Office) -> None:
    a, b, c = name_all(office, "Aaa", "Bbb", "Ccc")
    with office.db() as db:
        assert merge_companies(db, office.officer, a, "Bbb", NOW) == b
        assert merge_companies(db, office.officer, b, "Ccc", NOW) == c
        assert named_company(db, office.provider_id, "Aaa", NOW).id == c
        for into, fault in (("Aaa", "itself"), ("Ccc", "itself"), ("", "missing"), ("Ddd", "unknown")):
            with pytest.raises(BadInput) as caught:
                merge_companies(db, office.officer, c, into, NOW)
            assert caught.value.faults == {"into": fault}


def test_pages_follow_each_other_without_gap_or_double(office: Office) -> None:
    names = [f"Company {number:03}" for number in range(PAGE + 7)]
    name_all(office, *names)
    with office.db() as db:
        first = list_companies(db, office.officer)
        second = list_companies(db, office.officer, after=first.following)
        assert [one.company.name for one in (*first.rows, *second.rows)] == names
        assert (first.unreviewed, second.following) == (PAGE + 7, "")
        assert list_companies(db, office.officer, eligibility="ineligible").rows == ()


def test_who_may_not_review_changes_nothing(office: Office) -> None:
    (key,) = name_all(office, "Acme")
    planner = with_only(office.officer, Capability.PLAN)
    one_activity = with_only(office.officer, Capability.REVIEW_DISCLOSURES, activity_id=office.plan_id)
    for lesser in (planner, one_activity):
        with office.db() as db:
            with pytest.raises(Forbidden, match="is not granted"):
                review_company(db, lesser, key, CompanyReview("Acme", "device"), NOW)
            with pytest.raises(Forbidden, match="is not granted"):
                merge_companies(db, lesser, key, "Acme", NOW)
