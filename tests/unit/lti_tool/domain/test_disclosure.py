"""The information page: everything that must be told before the education starts, and its fingerprint."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.activity import (
    CommercialSupport,
    Content,
    ContentKind,
    PersonInControl,
    PersonRole,
    Relationship,
    Requirement,
    Standard3Exception,
    Step,
    SupportKind,
)
from lti_tool.domain.disclosure import (
    DEFINITION,
    EXCEPTIONS,
    MITIGATED,
    NO_SUPPORT,
    NOBODY,
    InformationPage,
    Section,
    SectionKey,
    Statements,
    information_page,
    pass_mark_sentence,
)
from lti_tool.domain.text import RichText, Run
from tests.unit.lti_tool.domain.builders import ALL_REQUIRED, CONTENT, PERSON, POST_TEST, activity

STATEMENTS = Statements((RichText.of("Accredited."),), (RichText((Run("Designated for "), Run("credit", True))),))
CONFLICTED = replace(
    PERSON,
    key="roy",
    name="Ann Roy",
    relationships=(Relationship("Acme Pharma", "Consultant"), Relationship("<b>*Beta* Inc</b>", "Speaker", True)),
    mitigation="Peer review",
)


def page(**changes: Any) -> InformationPage:
    return information_page(activity(**changes), STATEMENTS)


def lines(key: SectionKey, **changes: Any) -> list[str]:
    found = [section for section in page(**changes).sections if section.key is key]
    return [text.plain for section in found for text in section.paragraphs]


def test_what_must_be_told_is_all_there() -> None:
    """AMA PRA and ACCME: what learners are told before they start (rules 2.4)."""
    assert [section.key for section in page(new_and_evolving="New.", people=(CONFLICTED,)).sections] == list(SectionKey)


def test_a_relationship_is_disclosed_with_name_company_nature_and_mitigation() -> None:
    """ACCME Standard 3.5: names, companies, nature, and that all relationships were mitigated."""
    people = lines(SectionKey.PEOPLE, people=(CONFLICTED, PERSON))
    assert people == [
        "Ann Roy, MD (faculty), Example Medical School: Consultant – Acme Pharma; Speaker – <b>*Beta* Inc</b> (ended).",
        "Sam Lee, MD (faculty), Example Medical School: no relevant financial relationships.",
    ]
    assert lines(SectionKey.DISCLOSURE, people=(CONFLICTED, PERSON)) == [DEFINITION]
    assert lines(SectionKey.MITIGATION, people=(CONFLICTED, PERSON)) == [MITIGATED]


def test_companies_stand_by_name_as_text_only() -> None:
    """ACCME Standard 3.5: names of companies only, no logos or marks."""
    (section,) = (section for section in page(people=(CONFLICTED,)).sections if section.key is SectionKey.PEOPLE)
    assert all(len(text.runs) == 1 and not text.runs[0].is_italic for text in section.paragraphs)


def test_absence_is_disclosed_too() -> None:
    """ACCME Standard 3.5: the absence of relevant relationships is disclosed to learners."""
    assert lines(SectionKey.DISCLOSURE) == [DEFINITION, NOBODY]
    assert lines(SectionKey.PEOPLE) == ["Sam Lee, MD (faculty), Example Medical School"]
    assert lines(SectionKey.MITIGATION) == []


COMPANIES = st.text(alphabet="AB<*&{ c", min_size=1, max_size=8).filter(str.strip)
PEOPLE = st.lists(
    st.builds(
        PersonInControl,
        key=st.just("k"),
        name=st.sampled_from(["Ann", "Bob"]),
        credentials=st.sampled_from(["", "MD"]),
        affiliation=st.sampled_from(["", "School"]),
        roles=st.just((PersonRole.PLANNER, PersonRole.AUTHOR)),
        relationships=st.lists(st.builds(Relationship, COMPANIES, st.just("Owner"), st.booleans()), max_size=2).map(
            tuple
        ),
    ),
    max_size=4,
).map(tuple)


@given(PEOPLE)
def test_presence_or_absence_is_always_disclosed_for_everybody(people: tuple[PersonInControl, ...]) -> None:
    """ACCME Standard 3.5: for everybody in control of content, before learners engage."""
    told = lines(SectionKey.PEOPLE, people=people)
    assert len(told) == len(people)
    has_any = any(person.relationships for person in people)
    assert (NOBODY in lines(SectionKey.DISCLOSURE, people=people)) is not has_any
    assert (lines(SectionKey.MITIGATION, people=people) == [MITIGATED]) is has_any
    for person, line in zip(people, told, strict=True):
        assert line.startswith(person.name)
        assert all(relationship.company in line for relationship in person.relationships)
        assert ("no relevant" in line) is (has_any and not person.relationships)


@pytest.mark.parametrize("exception", [found for found in Standard3Exception if found is not Standard3Exception.NONE])
def test_an_exception_is_said_and_nothing_is_claimed(exception: Standard3Exception) -> None:
    """ACCME Standard 3, exceptions: no relationships are collected, so none are denied."""
    assert lines(SectionKey.DISCLOSURE, standard3_exception=exception) == [EXCEPTIONS[exception]]
    assert lines(SectionKey.PEOPLE, standard3_exception=exception) == ["Sam Lee, MD (faculty), Example Medical School"]
    assert lines(SectionKey.MITIGATION, standard3_exception=exception) == []


def test_commercial_support_or_its_absence() -> None:
    """ACCME Standard 4: companies by name, and what was given if in kind."""
    support = (
        CommercialSupport("Acme Pharma", SupportKind.MONETARY, "never printed"),
        CommercialSupport("Beta Devices", SupportKind.IN_KIND, "two simulators"),
    )
    assert lines(SectionKey.SUPPORT) == [NO_SUPPORT]
    assert lines(SectionKey.SUPPORT, support=support) == [
        "Commercial support: Acme Pharma.",
        "Commercial support: Beta Devices (in kind: two simulators).",
    ]


def test_a_time_limit_is_told_beforehand() -> None:
    timed = replace(POST_TEST, time_limit_minutes=20)
    told = lines(SectionKey.COMPLETION, post_test=timed)
    assert any(line.endswith("There is a time limit of 20 minutes for each attempt.") for line in told)
    assert not any("time limit" in line for line in lines(SectionKey.COMPLETION))


def test_how_to_complete_with_the_pass_mark() -> None:
    """AMA PRA: completion instructions with the minimum performance level, before participation (rules 1.3)."""
    assert lines(SectionKey.COMPLETION) == [
        "Read this information and acknowledge it.",
        "Take the pre-test; its result does not count.",
        "Study the content. Spend at least 10 minutes on it. Play at least 90% of “Film”.",
        "Pass the post-test: answer at least 2 of 3 questions correctly, in at most 3 attempts.",
        "Complete the evaluation.",
        "Claim the credit that matches your participation.",
    ]


@pytest.mark.parametrize(
    ("attempts", "words"), [(None, "as often as needed"), (1, "in one attempt"), (2, "in at most 2 attempts")]
)
def test_the_number_of_attempts_is_told(attempts: int | None, words: str) -> None:
    assert pass_mark_sentence(activity(post_test=replace(POST_TEST, attempts=attempts))).endswith(f", {words}.")


def test_a_post_test_without_pass_mark_is_told_too() -> None:
    assert pass_mark_sentence(activity(post_test=None)) == ""
    open_test = replace(POST_TEST, pass_mark=None)
    assert pass_mark_sentence(activity(post_test=open_test)) == ""
    assert "Take the post-test." in lines(SectionKey.COMPLETION, post_test=open_test)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "Study the content."),
        (Content(CONTENT.items[:1]), "Study the content."),
        (Content((replace(CONTENT.items[1], kind=ContentKind.PDF),)), "Study the content."),
        (Content((replace(CONTENT.items[1], minimum_coverage=None),), 0), "Study the content."),
        (Content(CONTENT.items[:1], 5), "Study the content. Spend at least 5 minutes on it."),
        (
            Content((replace(CONTENT.items[1], kind=ContentKind.AUDIO, minimum_coverage=Decimal(1)),)),
            "Study the content. Play at least 100% of “Film”.",
        ),
        (
            Content((replace(CONTENT.items[1], minimum_coverage=Decimal("0.905")),)),
            "Study the content. Play at least 90.5% of “Film”.",
        ),
    ],
)
def test_what_the_content_asks_for_is_told(content: Content | None, words: str) -> None:
    """AMA PRA core requirement 4: clear instructions on how to complete the activity (rules 1.3)."""
    assert words in lines(SectionKey.COMPLETION, content=content)


def test_optional_and_absent_steps() -> None:
    some = {**ALL_REQUIRED, Step.PRE_TEST: Requirement.OPTIONAL, Step.EVALUATION: Requirement.ABSENT}
    told = lines(SectionKey.COMPLETION, requirements=some)
    assert told[1] == "Optional: take the pre-test; its result does not count."
    assert "Complete the evaluation." not in told


def test_dates_and_time_are_told() -> None:
    """ACCME enduring materials: release, review and expiration dates, estimated time (rules 1.8)."""
    assert lines(SectionKey.FORMAT) == [
        "Format: enduring material.",
        "Estimated time to complete: 60 minutes.",
        "Release date: January 1, 2026.",
        "Most recent review: December 1, 2025.",
        "Expiration date: December 31, 2026. Credit cannot be claimed after this date.",
    ]


def test_empty_parts_are_left_out() -> None:
    keys = {section.key for section in page(description="", audience="", objectives=(), people=()).sections}
    assert not keys & {SectionKey.DESCRIPTION, SectionKey.AUDIENCE, SectionKey.OBJECTIVES, SectionKey.PEOPLE}


def test_what_was_shown_can_be_kept_as_evidence() -> None:
    """ACCME Standard 3.5: in a format that can be verified at the time of accreditation review."""
    kept = page().as_record()
    assert kept["language"] == "en"
    assert re.fullmatch("[0-9a-f]{64}", page().fingerprint)
    assert {"key": "designation", "list": False, "paragraphs": [[["Designated for ", False], ["credit", True]]]} in (
        kept["sections"] if isinstance(kept["sections"], list) else []
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"description": "What to do!"},
        {"language": "es"},
        {"people": (CONFLICTED,)},
        {"people": (replace(PERSON, name="Sam Leé"),)},
        {"estimated_minutes": 61},
        {"post_test": replace(POST_TEST, pass_mark=3)},
    ],
)
def test_the_fingerprint_follows_every_word(changes: dict[str, Any]) -> None:
    assert page(**changes).fingerprint != page().fingerprint


@pytest.mark.parametrize("changes", [{"title": "Other"}, {"key": "other"}, {"location": "Boston"}])
def test_the_fingerprint_ignores_what_is_not_shown(changes: dict[str, Any]) -> None:
    assert page(**changes).fingerprint == page().fingerprint


def test_the_fingerprint_follows_style() -> None:
    plain = replace(STATEMENTS, designation=(RichText.of("Designated for credit"),))
    assert information_page(activity(), plain).fingerprint != page().fingerprint


PAGES = st.builds(
    InformationPage,
    st.lists(
        st.builds(
            Section,
            st.sampled_from(SectionKey),
            st.lists(st.sampled_from(["a", "b", "ab", '"', "],["]).map(RichText.of), max_size=2).map(tuple),
            st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    st.sampled_from(["en", "es"]),
)


@given(PAGES, PAGES)
def test_two_pages_have_one_fingerprint_exactly_when_they_are_the_same(
    one: InformationPage, two: InformationPage
) -> None:
    assert (one.fingerprint == two.fingerprint) is (one == two)
