"""Activities, certificates and facts as plain data: nothing is lost, and what does not fit is refused by name."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.domain.activity import (
    AccreditedProvider,
    Activity,
    CommercialSupport,
    Content,
    ContentItem,
    Objective,
    PersonInControl,
    PersonRole,
    Relationship,
    Requirement,
    Signatory,
    Step,
)
from lti_tool.domain.assessment import Answer, Entry, Image, Question, Test, TestKind
from lti_tool.domain.certificate import Certificate, PrintedCredit
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.errors import BadInput
from lti_tool.domain.evaluation import Evaluation, EvaluationItem
from lti_tool.domain.playback import Playback, Stretch
from lti_tool.domain.record import Record, Study
from lti_tool.domain.text import RichText, Run
from lti_tool.domain.wire import (
    read_activity,
    read_certificate,
    read_value,
    write_activity,
    write_certificate,
    write_value,
)
from tests.unit.lti_tool.domain.builders import CLAIM, NOW, activity, attempt, record

TEXT = st.text(max_size=6)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=3)
DAYS = st.dates()


def few(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


ENTRIES = few(st.builds(Entry, TEXT, TEXT))
QUESTIONS = st.builds(
    Question,
    key=TEXT,
    stem=TEXT,
    entries=ENTRIES,
    options=ENTRIES,
    correct=st.frozensets(TEXT, max_size=2),
    pairs=st.dictionaries(TEXT, TEXT, max_size=2),
    number=st.none() | DECIMALS,
    tolerance=DECIMALS,
    has_partial_credit=st.booleans(),
    vignette=TEXT,
    image=st.none() | st.builds(Image, TEXT, TEXT, TEXT),
    references=few(TEXT),
)
COUNT = st.none() | st.integers(0, 9)
TESTS = st.none() | st.builds(
    Test, questions=few(QUESTIONS), draw=COUNT, pass_mark=COUNT, attempts=COUNT, has_shuffle=st.booleans()
)
ITEMS = st.builds(ContentItem, key=TEXT, title=TEXT, minutes=COUNT, minimum_coverage=st.none() | DECIMALS)
EVALUATIONS = st.none() | st.builds(
    Evaluation, few(st.builds(EvaluationItem, key=TEXT, text=TEXT, choices=ENTRIES)), st.booleans()
)
ACTIVITIES = st.builds(
    Activity,
    key=TEXT,
    title=TEXT,
    provider=st.builds(
        AccreditedProvider, TEXT, TEXT, st.builds(Signatory, TEXT, TEXT), state_body=TEXT, joint_providers=few(TEXT)
    ),
    designated_on=DAYS,
    released_on=DAYS,
    reviewed_on=DAYS,
    expires_on=DAYS,
    objectives=few(st.builds(Objective, TEXT, TEXT)),
    people=few(
        st.builds(
            PersonInControl,
            key=TEXT,
            name=TEXT,
            roles=few(st.sampled_from(PersonRole)),
            relationships=few(st.builds(Relationship, TEXT, TEXT, st.booleans())),
        )
    ),
    credits=few(st.builds(CreditOffer, TEXT, DECIMALS, DECIMALS)),
    requirements=st.dictionaries(st.sampled_from(Step), st.sampled_from(Requirement)),
    content=st.none() | st.builds(Content, few(ITEMS), COUNT),
    pre_test=TESTS,
    post_test=TESTS,
    evaluation=EVALUATIONS,
    references=st.dictionaries(TEXT, TEXT, max_size=2),
    support=few(st.builds(CommercialSupport, TEXT)),
    time_zone=TEXT,
)


@settings(max_examples=60, deadline=None)
@given(ACTIVITIES)
def test_any_activity_comes_back_as_it_was(made: Activity) -> None:
    assert read_activity(json.loads(json.dumps(write_activity(made)))) == made


def test_a_sample_comes_back_as_it_was() -> None:
    assert read_activity(json.loads(json.dumps(write_activity(activity())))) == activity()


CERTIFICATE = Certificate(
    number="A1",
    verify_url="https://cme.example/v/A1",
    language="en",
    title="Certificate of Credit",
    learner_name="Sam Lee",
    degree="MD",
    sentence=RichText((Run("certifies "), Run("credit", is_italic=True))),
    activity_title="Hypertension",
    learning_format="enduring material",
    location="",
    provider_name="School",
    provider_contact="cme@school.example",
    completed_on=date(2026, 3, 2),
    issued_on=date(2026, 3, 2),
    released_on=date(2026, 1, 1),
    expires_on=date(2026, 12, 31),
    credits=(PrintedCredit("ama-pra-category-1", RichText.of("x"), Decimal("1.00"), is_awarded=True),),
    statements=(RichText.of("Accredited."),),
    notes=(),
    signatory_name="A. Dean",
    signatory_title="Dean",
)


def test_a_certificate_comes_back_as_it_was() -> None:
    """AMA PRA, documentation: what was printed is kept (rules 1.6)."""
    written = write_certificate(CERTIFICATE)
    assert written["body"]["credits"][0]["amount"] == "1.00"
    assert read_certificate(json.loads(json.dumps(written))) == CERTIFICATE


def test_the_facts_of_a_learner_come_back_as_they_were() -> None:
    answers: dict[str, Answer] = {"q1": "a", "q2": ("a", "b"), "q3": {"x": "y"}}
    facts = record(claims=(CLAIM,), attempts=(replace(attempt(), answers=answers), attempt(TestKind.PRE, is_open=True)))
    assert read_value(Record, json.loads(json.dumps(write_value(facts)))) == facts
    assert facts.claims[0].at.tzinfo is UTC


@pytest.mark.parametrize("moment", ["2026-03-02T15:00:00", "yesterday", "2026-03-02", 1772463600, None])
def test_a_time_needs_its_offset(moment: object) -> None:
    data = {**write_value(CLAIM), "at": moment}
    with pytest.raises(BadInput, match=r"^Claim\.at: expected "):
        read_value(type(CLAIM), data)
    assert read_value(type(CLAIM), write_value(CLAIM)).at == NOW


@pytest.mark.parametrize("version", ["activity/2", "certificate/1", "", None, 1])
def test_an_unknown_version_is_refused_loudly(version: object) -> None:
    with pytest.raises(BadInput, match="this release reads 'activity/1'") as refusal:
        read_activity({**write_activity(activity()), "version": version})
    assert refusal.value.code == "wire_version"
    assert refusal.value.facts["found"] == version


@pytest.mark.parametrize("data", [None, [], "activity/1", 7])
def test_what_is_not_an_object_is_refused(data: object) -> None:
    for read in (read_activity, read_certificate):
        with pytest.raises(BadInput, match="unknown version None"):
            read(data)


MUTATIONS: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("title",), 7, "Activity.title"),
    (("title",), None, "Activity.title"),
    (("estimated_minutes",), "60", "Activity.estimated_minutes"),
    (("estimated_minutes",), True, "Activity.estimated_minutes"),
    (("estimated_minutes",), 60.0, "Activity.estimated_minutes"),
    (("released_on",), "2026-13-01", "Activity.released_on"),
    (("released_on",), 20260101, "Activity.released_on"),
    (("format",), "podcast", "Activity.format"),
    (("provider",), "School", "Activity.provider"),
    (("provider", "signatory"), [], "Activity.provider.signatory"),
    (("objectives",), {}, "Activity.objectives"),
    (("objectives", 0, "level"), "x", "Activity.objectives[0].level"),
    (("credits", 0, "maximum"), "one", "Activity.credits[0].maximum"),
    (("credits", 0, "maximum"), "NaN", "Activity.credits[0].maximum"),
    (("credits", 0, "maximum"), "-Infinity", "Activity.credits[0].maximum"),
    (("credits", 0, "maximum"), 1.0, "Activity.credits[0].maximum"),
    (("requirements",), [], "Activity.requirements"),
    (("requirements", "claims"), "required", "Activity.requirements"),
    (("requirements", "content"), "maybe", "Activity.requirements.content"),
    (("content",), "text", "Activity.content"),
    (("content", "minimum_minutes"), "10", "Activity.content.minimum_minutes"),
    (("post_test", "questions", 1, "has_partial_credit"), 1, "Activity.post_test.questions[1].has_partial_credit"),
    (("post_test", "questions", 1, "correct"), "a", "Activity.post_test.questions[1].correct"),
    (("references",), {"r1": 5}, "Activity.references.r1"),
]


@pytest.mark.parametrize(("path", "value", "where"), MUTATIONS)
def test_a_wrong_value_is_refused_by_its_place(path: tuple[str | int, ...], value: Any, where: str) -> None:
    data = write_activity(activity())
    target = deepcopy(data["body"])
    data["body"] = target
    for part in path[:-1]:
        target = target[part]
    target[path[-1]] = value
    with pytest.raises(BadInput) as refusal:
        read_activity(data)
    assert refusal.value.faults == {where: "wire_wrong_type"}
    assert str(refusal.value).startswith(f"{where}: expected ")


@given(st.sampled_from(["key", "title", "provider", "credits", "requirements", "expires_on"]))
def test_a_missing_field_is_refused_by_name(name: str) -> None:
    data = write_activity(activity())
    del data["body"][name]
    with pytest.raises(BadInput) as refusal:
        read_activity(data)
    assert refusal.value.code == "wire_missing_field"
    assert refusal.value.faults == {f"Activity.{name}": "missing"}


def test_an_unknown_field_is_refused_by_name() -> None:
    data = write_activity(activity())
    data["body"]["provider"]["logo"] = "acme.png"
    with pytest.raises(BadInput) as refusal:
        read_activity(data)
    assert refusal.value.code == "wire_unknown_field"
    assert refusal.value.faults == {"Activity.provider.logo": "unknown"}


def test_fields_with_a_default_may_be_left_out() -> None:
    data = write_activity(activity())
    for name in ("references", "support", "location", "time_zone"):
        del data["body"][name]
    assert read_activity(data) == activity()


def test_a_later_field_is_written_only_when_it_says_something() -> None:
    """So that an earlier release, which refuses what it does not know, reads everything without it."""
    played = Playback(60_000, (Stretch(0, 30_000),))
    plain, said = Study("a", 5), Study("a", 5, played.coverage, playback=played)
    assert set(write_value(plain)) == {"item", "seconds", "coverage", "first_opened_at"}
    assert write_value(said)["playback"] == {"duration": 60_000, "stretches": [{"start": 0, "end": 30_000}]}
    for study in (plain, said):
        assert read_value(Study, write_value(study)) == study
