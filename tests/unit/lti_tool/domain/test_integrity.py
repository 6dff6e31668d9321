"""The bridge to what learners are told, commercial support, joint providers and the exceptions to Standard 3."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.domain.activity import (
    CommercialSupport,
    LearningFormat,
    PersonRole,
    Standard3Exception,
    SupportKind,
)
from lti_tool.domain.disclosure import MITIGATED, NOBODY, SectionKey, disclosure_sections, support_section
from lti_tool.domain.integrity import (
    PRINTED_STRATEGY,
    RosterEntry,
    SupportAgreement,
    joint_provider_fault,
    offered_exceptions,
    people_in_control,
    support_faults,
    unmet,
)
from lti_tool.domain.mitigation import ActivityRole, Decisions, Relevance, Strategy
from lti_tool.domain.person import DisclosureForm, Nature, Person
from tests.unit.lti_tool.domain.disclosed import (
    ACME,
    CLINIC,
    NEW,
    START,
    decided,
    form,
    given,
    mitigated,
    role,
    standing,
)

LEE = Person("lee", "Sam Lee", "MD", "Example Medical School")
ROY = Person("roy", "Ann Roy", "PhD")
CONSULTS, SPEAKS = given(), given(nature=Nature.SPEAKER)
NARROW = {Standard3Exception.LEARNER_CONTROLLED, Standard3Exception.SELF_DIRECTED}
SETTLED = Decisions((decided(CONSULTS), decided(SPEAKS, Relevance.NOT_RELEVANT)), (mitigated(CONSULTS),))


def entry(
    person: Person, made: DisclosureForm, decisions: Decisions, in_role: ActivityRole | None = None
) -> RosterEntry:
    in_role = in_role or role()
    return RosterEntry(person, in_role, standing(made, decisions=decisions, in_role=in_role))


ROSTER = (
    entry(LEE, form(CONSULTS, SPEAKS, given(CLINIC)), SETTLED),
    entry(ROY, form(), Decisions()),
    entry(LEE, form(CONSULTS, SPEAKS, given(CLINIC)), SETTLED, role(PersonRole.REVIEWER)),
)


def test_only_relevant_relationships_with_ineligible_companies_are_told() -> None:
    """ACCME Standard 3.5: names, companies, nature; each person once, with all roles."""
    lee, roy = people_in_control(ROSTER)
    assert lee.name == "Sam Lee" and lee.roles == (PersonRole.FACULTY, PersonRole.REVIEWER)
    assert [(one.company, one.nature) for one in lee.relationships] == [("Acme Pharma", "Consultant")]
    assert lee.mitigation.startswith("Acme Pharma: Content reviewed") and "2026-03-01, R. Vega" in lee.mitigation
    assert roy.relationships == () and roy.mitigation == ""


def test_the_statement_names_presence_and_absence() -> None:
    sections = disclosure_sections(people_in_control(ROSTER), Standard3Exception.NONE)
    told = {section.key: [text.plain for text in section.paragraphs] for section in sections}
    assert told[SectionKey.PEOPLE] == [
        "Sam Lee, MD (faculty, reviewer), Example Medical School: Consultant – Acme Pharma.",
        "Ann Roy, PhD (faculty): no relevant financial relationships.",
    ]
    assert told[SectionKey.MITIGATION] == [MITIGATED]
    absence = disclosure_sections(people_in_control(ROSTER[1:2]), Standard3Exception.NONE)
    assert NOBODY in [text.plain for section in absence for text in section.paragraphs]


def test_a_relationship_that_ended_is_told_as_ended() -> None:
    """ACCME Standard 3.1: within the past 24 months, ended or not."""
    ended = replace(CONSULTS, has_ended=True)
    (person,) = people_in_control([entry(LEE, form(ended), SETTLED)])
    assert person.relationships[0].has_ended


def test_under_an_exception_nothing_is_told() -> None:
    people = people_in_control(ROSTER, Standard3Exception.NON_CLINICAL)
    assert [person.relationships for person in people] == [(), ()]
    assert unmet(ROSTER, Standard3Exception.NON_CLINICAL) == ()


def test_another_step_is_told_in_its_own_words() -> None:
    assert set(PRINTED_STRATEGY) == set(Strategy)
    decisions = replace(SETTLED, mitigation=(mitigated(CONSULTS, Strategy.OTHER, note="Content was rewritten"),))
    (person,) = people_in_control([entry(LEE, form(CONSULTS), decisions)])
    assert "Content was rewritten" in person.mitigation


def test_what_is_unmet_is_said_once_per_person_and_company() -> None:
    open_ = [entry(LEE, form(CONSULTS), Decisions(), role(each)) for each in (PersonRole.FACULTY, PersonRole.AUTHOR)]
    found = unmet([*open_, *ROSTER[1:2]], Standard3Exception.NONE)
    assert [(one.who, one.reason.code) for one in found] == [("Sam Lee", "relevance_undecided")]
    assert [one.reason.code for one in unmet([], Standard3Exception.NONE)] == ["nobody_in_control"]


@pytest.mark.parametrize("is_series", [False, True])
@pytest.mark.parametrize("format_", list(LearningFormat))
def test_exceptions_are_offered_only_where_the_standard_allows(format_: LearningFormat, is_series: bool) -> None:
    """ACCME Standard 3, exceptions: enduring materials and series never fit the two narrow ones."""
    offered = set(offered_exceptions(format_, is_series=is_series))
    assert {Standard3Exception.NONE, Standard3Exception.NON_CLINICAL} <= offered
    if is_series or format_ in {LearningFormat.ENDURING, LearningFormat.JOURNAL}:
        assert not offered & NARROW
    if not is_series and format_ is LearningFormat.LIVE:
        assert offered & NARROW == {Standard3Exception.LEARNER_CONTROLLED}
    if not is_series and format_ is LearningFormat.POINT_OF_CARE:
        assert offered & NARROW == {Standard3Exception.SELF_DIRECTED}


def agreement(**changes: Any) -> SupportAgreement:
    made = SupportAgreement(ACME, SupportKind.MONETARY, START - timedelta(days=1), Decimal(20000), "USD")
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, {}),
        ({"kind": SupportKind.IN_KIND, "amount": None, "currency": "", "description": "Loan of two monitors"}, {}),
        ({"company": CLINIC}, {"company": "company_eligible"}),
        ({"company": NEW}, {"company": "company_unreviewed"}),
        ({"signed_on": None}, {"signed_on": "missing"}),
        ({"signed_on": START}, {"signed_on": "signed_too_late"}),
        ({"amount": None}, {"amount": "missing"}),
        ({"amount": Decimal(0)}, {"amount": "missing"}),
        ({"currency": ""}, {"currency": "missing"}),
        ({"kind": SupportKind.IN_KIND, "amount": None}, {"description": "missing"}),
        ({"description": "See acme.com"}, {"description": "more_than_a_name"}),
    ],
)
def test_support_is_agreed_before_the_activity_and_described(changes: dict[str, Any], faults: dict[str, str]) -> None:
    """ACCME Standard 4.2 and 4.4: a written agreement before the start; the nature of in-kind support is told."""
    assert support_faults(agreement(**changes), START) == faults


def test_learners_are_told_the_company_and_never_the_amount() -> None:
    """ACCME Standard 4.4: names of companies, nature of in-kind support."""
    assert agreement(description="Unrestricted").told == CommercialSupport("Acme Pharma", SupportKind.MONETARY)
    given_in_kind = agreement(kind=SupportKind.IN_KIND, description="Loan of two monitors").told
    lines = [text.plain for text in support_section([agreement().told, given_in_kind]).paragraphs]
    assert lines == [
        "Commercial support: Acme Pharma.",
        "Commercial support: Acme Pharma (in kind: Loan of two monitors).",
    ]


def test_an_ineligible_company_is_never_a_joint_provider() -> None:
    """ACCME, joint providership."""
    assert joint_provider_fault(ACME) == "company_ineligible"
    assert joint_provider_fault(NEW) == "company_unreviewed"
    assert joint_provider_fault(CLINIC) == ""
