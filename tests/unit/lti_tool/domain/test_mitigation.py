"""Where a person in control of content stands: every verdict with the clause it comes from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from lti_tool.domain.activity import PersonRole
from lti_tool.domain.mitigation import (
    CLEAR,
    FOR_OTHERS,
    FOR_PLANNERS,
    STRATEGIES,
    Decisions,
    DisclosureStatus,
    Exclusion,
    Mitigation,
    Relevance,
    RelevanceDecision,
    Strategy,
)
from lti_tool.domain.person import OWNERS_AND_EMPLOYEES, DisclosedRelationship, DisclosureForm, Nature
from tests.unit.lti_tool.domain.disclosed import (
    ACME,
    ARGUED,
    CLINIC,
    COMPANIES,
    NEW,
    NOW,
    START,
    decided,
    excepted,
    form,
    given,
    mitigated,
    role,
    standing,
)

CONSULTS, EMPLOYED = given(), given(nature=Nature.EMPLOYEE)
LEFT = replace(EMPLOYED, has_ended=True)
SIGNED = form().signed_at


def both(decision: RelevanceDecision, *mitigation: Mitigation) -> Decisions:
    return Decisions((decision,), mitigation)


CASES: list[tuple[str, tuple[DisclosureForm, ...], Decisions, DisclosureStatus, str]] = [
    ("3.1: everybody in control discloses", (), Decisions(), DisclosureStatus.NONE, "disclosure_missing"),
    ("3.1: nothing to disclose is a disclosure", (form(),), Decisions(), DisclosureStatus.NOTHING, ""),
    (
        "eligible organisations never trigger disclosure",
        (form(given(CLINIC, Nature.EMPLOYEE)),),
        Decisions(),
        DisclosureStatus.NOTHING_RELEVANT,
        "",
    ),
    (
        "3.1: a company nobody has looked at may be an ineligible one",
        (form(given(NEW)),),
        Decisions(),
        DisclosureStatus.REVIEW,
        "company_unreviewed",
    ),
    ("3.3: relevance is decided", (form(CONSULTS),), Decisions(), DisclosureStatus.REVIEW, "relevance_undecided"),
    (
        "3.3: not relevant needs no mitigation",
        (form(CONSULTS),),
        both(decided(CONSULTS, Relevance.NOT_RELEVANT)),
        DisclosureStatus.NOTHING_RELEVANT,
        "",
    ),
    (
        "3.4: relevant ones are mitigated",
        (form(CONSULTS),),
        both(decided(CONSULTS)),
        DisclosureStatus.REVIEW,
        "unmitigated",
    ),
    (
        "3.4: mitigated before the role",
        (form(CONSULTS),),
        both(decided(CONSULTS), mitigated(CONSULTS)),
        DisclosureStatus.MITIGATED,
        "",
    ),
    (
        "3.4: on the first day of the role is not before it",
        (form(CONSULTS),),
        both(decided(CONSULTS), mitigated(CONSULTS, done_on=START)),
        DisclosureStatus.REVIEW,
        "mitigated_too_late",
    ),
    (
        "3.4: the steps fit the role",
        (form(CONSULTS),),
        both(decided(CONSULTS), mitigated(CONSULTS, Strategy.RECUSAL)),
        DisclosureStatus.REVIEW,
        "strategy_wrong_for_role",
    ),
    (
        "3.4: who divested has no active relationship",
        (form(CONSULTS),),
        both(decided(CONSULTS), mitigated(CONSULTS, Strategy.DIVEST)),
        DisclosureStatus.REVIEW,
        "divested_but_active",
    ),
    (
        "3.2: employees are excluded, whatever else was decided",
        (form(EMPLOYED),),
        both(decided(EMPLOYED), mitigated(EMPLOYED)),
        DisclosureStatus.EXCLUDED,
        "owner_or_employee",
    ),
    (
        "3.2: whoever has left is mitigated like all others",
        (form(LEFT),),
        both(decided(LEFT), mitigated(LEFT)),
        DisclosureStatus.MITIGATED,
        "",
    ),
    (
        "3.2(a): content not related to the company's business",
        (form(EMPLOYED),),
        both(excepted(EMPLOYED, Exclusion.UNRELATED_CONTENT)),
        DisclosureStatus.NOTHING_RELEVANT,
        "",
    ),
    (
        "3.2(a) and relevant contradict each other",
        (form(EMPLOYED),),
        both(decided(EMPLOYED, exclusion=Exclusion.UNRELATED_CONTENT, argument=ARGUED), mitigated(EMPLOYED)),
        DisclosureStatus.EXCLUDED,
        "exception_contradicted",
    ),
    (
        "3.2(b): basic science, then mitigated and disclosed",
        (form(EMPLOYED),),
        both(excepted(EMPLOYED, Exclusion.BASIC_SCIENCE), mitigated(EMPLOYED)),
        DisclosureStatus.MITIGATED,
        "",
    ),
    (
        "3.2(c): a technician still has to be mitigated",
        (form(EMPLOYED),),
        both(excepted(EMPLOYED, Exclusion.TECHNICIAN)),
        DisclosureStatus.REVIEW,
        "unmitigated",
    ),
    (
        "3.2: an exception without an argument is none",
        (form(EMPLOYED),),
        both(excepted(EMPLOYED, Exclusion.BASIC_SCIENCE, "  ok  "), mitigated(EMPLOYED)),
        DisclosureStatus.EXCLUDED,
        "owner_or_employee",
    ),
    (
        "3.1: the definition and the window were shown",
        (form(notice=""),),
        Decisions(),
        DisclosureStatus.REVIEW,
        "notice_not_shown",
    ),
    (
        "3.1: disclosed before the role",
        (form(signed_at=datetime(2026, 4, 2, tzinfo=UTC)),),
        Decisions(),
        DisclosureStatus.REVIEW,
        "disclosed_after_start",
    ),
]


@pytest.mark.parametrize(("clause", "forms", "decisions", "status", "code"), CASES, ids=[case[0] for case in CASES])
def test_where_a_person_stands(
    clause: str, forms: tuple[DisclosureForm, ...], decisions: Decisions, status: DisclosureStatus, code: str
) -> None:
    found = standing(*forms, decisions=decisions)
    assert found.status is status
    assert [reason.code for reason in found.reasons] == ([code] if code else [])
    assert found.is_clear is (not code)
    assert all(reason.rule.startswith("ACCME Standard 3.") for reason in found.reasons)


@pytest.mark.parametrize("nature", list(Nature))
def test_owners_and_employees_are_told_from_all_others(nature: Nature) -> None:
    """ACCME Standard 3.2; stock makes an owner in a privately held company only, options and royalties do not."""
    relationship = given(nature=nature, detail="x")
    found = standing(form(relationship), decisions=both(decided(relationship), mitigated(relationship)))
    is_excluded = nature in {Nature.EMPLOYEE, Nature.EXECUTIVE, Nature.OWNERSHIP, Nature.STOCK_PRIVATE}
    assert (found.status is DisclosureStatus.EXCLUDED) is is_excluded is (nature in OWNERS_AND_EMPLOYEES)


@pytest.mark.parametrize("kind", list(PersonRole))
def test_each_role_has_its_list(kind: PersonRole) -> None:
    """ACCME Standard 3.4: planners have steps of their own."""
    assert STRATEGIES[kind] == (FOR_PLANNERS if kind is PersonRole.PLANNER else FOR_OTHERS)
    assert Strategy.RECUSAL in FOR_PLANNERS and Strategy.ATTEST not in FOR_PLANNERS
    for strategy in Strategy:
        ended = replace(CONSULTS, has_ended=True)
        found = standing(form(ended), decisions=both(decided(ended), mitigated(ended, strategy)), in_role=role(kind))
        assert found.is_clear is (strategy in STRATEGIES[kind])


def test_a_form_counts_for_its_period_and_not_a_day_longer() -> None:
    assert SIGNED.date() == date(2026, 2, 1)
    last = datetime(2027, 2, 1, 23, tzinfo=UTC)
    assert standing(form(), now=last).status is DisclosureStatus.NOTHING
    expired = standing(form(), now=last + timedelta(hours=1))
    assert expired.status is DisclosureStatus.EXPIRED
    assert expired.reasons[0].facts == {"until": date(2027, 2, 1), "months": 12}
    assert standing(form(), now=last + timedelta(hours=1), months=24).status is DisclosureStatus.NOTHING


def test_an_expired_form_that_names_an_employer_is_expired() -> None:
    assert standing(form(EMPLOYED), now=NOW + timedelta(days=900)).status is DisclosureStatus.EXPIRED


def test_expiry_after_the_role_has_ended_does_not_matter() -> None:
    ended = role(ends_on=date(2026, 6, 1))
    assert standing(form(), in_role=ended, now=NOW + timedelta(days=900)).status is DisclosureStatus.NOTHING


def test_days_are_those_of_the_activity() -> None:
    """Signed on the evening before in Chicago, when it is the first day of the role in UTC."""
    signed = form(signed_at=datetime(2026, 4, 2, 3, tzinfo=UTC))
    assert standing(signed).status is DisclosureStatus.REVIEW
    assert standing(signed, in_role=role(time_zone="America/Chicago")).status is DisclosureStatus.NOTHING


def test_the_newest_form_is_judged_and_the_first_one_was_in_time() -> None:
    first, second = form(), form(CONSULTS, number=2, signed_at=datetime(2026, 5, 1, tzinfo=UTC))
    found = standing(second, first)
    assert [reason.code for reason in found.reasons] == ["relevance_undecided"]


def test_decisions_stay_when_the_same_relationship_is_given_again() -> None:
    again = form(CONSULTS, number=2, signed_at=NOW)
    found = standing(form(CONSULTS), again, decisions=both(decided(CONSULTS), mitigated(CONSULTS)))
    assert found.status is DisclosureStatus.MITIGATED


def test_a_later_decision_replaces_an_earlier_one() -> None:
    decisions = Decisions((decided(CONSULTS), decided(CONSULTS, Relevance.NOT_RELEVANT)))
    assert standing(form(CONSULTS), decisions=decisions).status is DisclosureStatus.NOTHING_RELEVANT


RELATIONSHIPS = st.builds(
    DisclosedRelationship, st.sampled_from(sorted(COMPANIES.by_id)), st.sampled_from(Nature), has_ended=st.booleans()
)
FORMS = st.lists(RELATIONSHIPS, max_size=3, unique_by=lambda one: one.key).map(lambda rows: form(*rows))


@st.composite
def situations(draw: st.DrawFn) -> tuple[DisclosureForm, Decisions]:
    made = draw(FORMS)
    relevance, done = [], []
    for one in made.relationships:
        if draw(st.booleans()):
            exclusion = draw(st.sampled_from(Exclusion))
            argument = draw(st.sampled_from(["", ARGUED]))
            relevance.append(decided(one, draw(st.sampled_from(Relevance)), exclusion=exclusion, argument=argument))
        if draw(st.booleans()):
            day = START + timedelta(days=draw(st.integers(-2, 2)))
            done.append(mitigated(one, draw(st.sampled_from(Strategy)), day))
    return made, Decisions(tuple(relevance), tuple(done))


@for_all(situations(), st.sampled_from(PersonRole))
def test_nobody_is_cleared_against_the_standard(situation: tuple[DisclosureForm, Decisions], kind: PersonRole) -> None:
    """Whatever is entered in whatever order: clear means every ineligible company was dealt with, in time."""
    made, decisions = situation
    found = standing(made, decisions=decisions, in_role=role(kind))
    assert (found.status in CLEAR) is (found.reasons == ())
    if not found.is_clear:
        return
    for judged in found.relationships:
        decision, done = decisions.of(judged.relationship.key)
        if judged.company is CLINIC:
            continue
        assert judged.company is ACME and decision is not None
        if decision.relevance is Relevance.RELEVANT:
            assert done is not None and done.done_on < START and done.strategy in STRATEGIES[kind]
        if judged.relationship.nature in OWNERS_AND_EMPLOYEES and not judged.relationship.has_ended:
            assert decision.exclusion is not Exclusion.NONE and decision.argument
