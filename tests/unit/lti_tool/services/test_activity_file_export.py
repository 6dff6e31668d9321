"""What is written reads as the same activity."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_tool.domain.activity import (
    Activity,
    CommercialSupport,
    Content,
    ContentItem,
    ContentKind,
    PersonInControl,
    PersonRole,
    Relationship,
    Step,
    SupportKind,
)
from lti_tool.domain.assessment import Entry, Question, QuestionKind, Test, TestKind
from lti_tool.domain.errors import BadInput
from lti_tool.domain.evaluation import EvaluationItem, ItemKind
from lti_tool.services.activity_file import write_activity_file
from tests.unit.lti_tool.services.activity_files import H, J, activity_of, check

_CHARACTERS = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff")
lines = st.text(_CHARACTERS, min_size=1, max_size=30).map(str.strip).filter(bool)
markdown = st.lists(st.text(_CHARACTERS, max_size=20), min_size=1, max_size=4).map("\n".join)
markdown = markdown.map(lambda text: text.strip("\r\n").replace("![", "!")).filter(str.strip)
companies = st.text("abc éÅ&-.'", min_size=1, max_size=20).map(str.strip).filter(bool)
keys = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True)


@st.composite
def entries(draw: st.DrawFn, least: int = 2) -> tuple[Entry, ...]:
    names = draw(st.lists(keys, min_size=least, max_size=5, unique=True))
    texts = draw(st.lists(lines, min_size=len(names), max_size=len(names), unique_by=str.casefold))
    return tuple(map(Entry, names, texts))


@st.composite
def questions(draw: st.DrawFn, key: str, activity: Activity) -> Question:
    kind = draw(st.sampled_from(QuestionKind))
    shown = draw(entries(3))
    question = Question(
        key=key,
        kind=kind,
        stem=draw(markdown),
        vignette=draw(st.one_of(st.just(""), markdown)),
        rationale=draw(st.one_of(st.just(""), markdown)),
        objective=draw(st.sampled_from([item.key for item in activity.objectives])),
        references=tuple(draw(st.lists(st.sampled_from(sorted(activity.references)), unique=True))),
    )
    names = [entry.key for entry in shown]
    match kind:
        case QuestionKind.SINGLE:
            return replace(question, entries=shown, correct=frozenset({draw(st.sampled_from(names))}))
        case QuestionKind.MULTIPLE:
            right = frozenset(draw(st.lists(st.sampled_from(names), min_size=1)))
            return replace(question, entries=shown, correct=right, has_partial_credit=draw(st.booleans()))
        case QuestionKind.TRUE_FALSE:
            return replace(question, correct=frozenset({draw(st.sampled_from(["true", "false"]))}))
        case QuestionKind.MATCHING:
            options = draw(entries())
            pairs = {name: draw(st.sampled_from([option.key for option in options])) for name in names}
            return replace(question, entries=shown, options=options, pairs=pairs)
        case QuestionKind.ORDERING:
            return replace(question, entries=shown)
        case QuestionKind.NUMERIC:
            number = draw(st.decimals(-9999, 9999, places=draw(st.integers(0, 3)), allow_nan=False))
            unit = draw(st.one_of(st.just(""), lines))
            return replace(question, number=number, tolerance=Decimal("0.5"), unit=unit)
    raise AssertionError(kind)


@st.composite
def formative(draw: st.DrawFn, activity: Activity) -> tuple[ContentItem, ContentItem]:
    """A case with a question of its own, and a poll."""
    asked = draw(questions("c0", activity))
    case = ContentItem("case", ContentKind.CASE, draw(lines), body=draw(markdown), question=asked)
    kind = draw(st.sampled_from([QuestionKind.SINGLE, QuestionKind.MULTIPLE]))
    question = Question("poll", kind, draw(markdown), draw(entries()))
    before = draw(st.one_of(st.just(""), markdown))
    poll = ContentItem("poll", ContentKind.POLL, draw(lines), body=before, question=question)
    return replace(case, is_required=draw(st.booleans())), replace(poll, is_required=draw(st.booleans()))


people = st.builds(
    PersonInControl,
    key=st.just("somebody"),
    name=lines,
    credentials=st.one_of(st.just(""), lines),
    affiliation=st.one_of(st.just(""), lines),
    roles=st.lists(st.sampled_from(PersonRole), min_size=1, unique=True).map(tuple),
    relationships=st.lists(
        st.builds(Relationship, company=companies, nature=lines, has_ended=st.booleans()), max_size=2
    ).map(tuple),
    mitigation=lines,
)


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    """A sample with every free part replaced."""
    base = activity_of(H)
    pool = [draw(questions(f"q{number}", base)) for number in range(draw(st.integers(1, 4)))]
    asked = draw(st.integers(1, len(pool)))
    item = EvaluationItem("own", ItemKind.RATING, draw(lines), choices=draw(entries()))
    assert base.evaluation
    return replace(
        base,
        title=draw(lines),
        description=draw(lines),
        new_and_evolving=draw(st.one_of(st.just(""), lines)),
        location=draw(st.one_of(st.just(""), lines)),
        time_zone=draw(st.sampled_from(["UTC", "America/Chicago", "Asia/Kolkata"])),
        expires_on=draw(st.dates(date(2026, 9, 1), date(2029, 8, 20))),
        people=(draw(people),),
        support=tuple(
            draw(st.lists(st.builds(CommercialSupport, companies, st.sampled_from(SupportKind), lines), max_size=1))
        ),
        references={**base.references, draw(keys): draw(lines)},
        content=Content(
            (ContentItem("page", ContentKind.PAGE, draw(lines), body=draw(markdown)), *draw(formative(base))),
            draw(st.one_of(st.none(), st.integers(1, 60))),
        ),
        pre_test=Test(TestKind.PRE, tuple(pool[:1]), has_shuffle=draw(st.booleans())),
        post_test=Test(
            TestKind.POST,
            tuple(pool),
            draw=draw(st.one_of(st.none(), st.just(asked))),
            pass_mark=draw(st.integers(1, asked)),
            attempts=draw(st.one_of(st.none(), st.integers(1, 9))),
            cool_down_minutes=draw(st.integers(0, 600)),
            has_shuffle=draw(st.booleans()),
        ),
        evaluation=replace(base.evaluation, items=(*base.evaluation.items, item)),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(activities())
def test_what_is_written_reads_as_the_same_activity(activity: Activity) -> None:
    checked = check(write_activity_file(activity))
    assert checked.faults == ()
    assert checked.activity == activity


def test_two_versions_of_one_question_cannot_be_written() -> None:
    activity = activity_of(H)
    assert activity.pre_test
    other = replace(activity.pre_test.questions[0], stem="Another one")
    with pytest.raises(BadInput, match="q-category"):
        write_activity_file(replace(activity, pre_test=replace(activity.pre_test, questions=(other,))))


def test_an_export_names_every_step() -> None:
    activity = activity_of(J)
    assert "  pre-test: absent\n" in write_activity_file(activity)
    assert Step.PRE_TEST not in activity.steps
