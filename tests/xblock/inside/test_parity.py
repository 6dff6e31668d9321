"""The same answers give the same score and the same standing in the block as in the tool."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.domain.answer_form import read_answers
from lti_tool.domain.assessment import Question, QuestionKind, TestKind, score
from lti_tool.domain.native import write_message
from lti_tool.domain.pathway import grade_fraction, standing
from lti_tool.domain.wire import read_value, write_value
from tests.xblock.inside.answers import copy_of, right
from xblock_cme.facts import LearnerFacts, Record, read_facts, write_facts
from xblock_cme.progress import progress
from xblock_cme.studying import acknowledge
from xblock_cme.taking import start, submit

COPY = copy_of("hypertension-2026")
COPIES = {"1": write_message(COPY)}
BEGAN = datetime(2026, 11, 25, 9, tzinfo=UTC)


@st.composite
def sheets(draw: st.DrawFn) -> dict[str, list[str]]:
    """Some questions right, some anything, some left out."""
    fields: dict[str, list[str]] = {}
    for question in (*COPY.activity.pre_test.questions, *COPY.activity.post_test.questions):
        match draw(st.sampled_from(["right", "other", "none"])):
            case "right":
                fields |= {key: [v] if isinstance(v, str) else list(v) for key, v in right(question).items()}
            case "other":
                fields |= draw(others(question))
    return fields


def others(question: Question) -> st.SearchStrategy[dict[str, list[str]]]:
    name = f"q.{question.key}"
    keys = [entry.key for entry in question.entries] or ["true", "false"]
    match question.kind:
        case QuestionKind.NUMERIC:
            return st.builds(lambda text: {name: [text]}, st.sampled_from(["", "1", "12,5", "1,500", "x", "-3"]))
        case QuestionKind.MATCHING:
            options = [option.key for option in question.options]
            rows = {f"{name}.{key}": st.sampled_from(options).map(lambda each: [each]) for key in keys}
            return st.fixed_dictionaries(rows)
        case QuestionKind.ORDERING:
            places = st.permutations([str(n) for n in range(1, len(keys) + 1)])
            return places.map(lambda found: {f"{name}.{key}": [p] for key, p in zip(keys, found, strict=True)})
        case _:
            return st.lists(st.sampled_from(keys), max_size=3, unique=True).map(lambda found: {name: found})


def taken(facts: LearnerFacts, kind: TestKind, fields: dict[str, list[str]], seed: int, at: datetime) -> LearnerFacts:
    begun = start(progress(COPIES, facts, [], [], at), kind, seed)
    here = progress(COPIES, begun, [], [], at + timedelta(minutes=9))
    attempt = here.facts.record.open_attempt(kind)
    assert attempt is not None
    given_keys = {item.question for item in attempt.form}
    own = {name: values for name, values in fields.items() if name.split(".")[1] in given_keys}
    sent = {**own, "revision": [str(begun.revision)], "tab": ["1"]}
    return submit(here, kind, attempt.id, sent, is_confirmed=True).facts


@settings(max_examples=60, deadline=None)
@given(fields=sheets(), seed=st.integers(0, 2**64 - 1))
def test_score_and_standing_are_the_tools(fields: dict[str, list[str]], seed: int) -> None:
    facts = acknowledge(progress(COPIES, LearnerFacts(), [], [], BEGAN), COPY.page.fingerprint)
    facts = taken(facts, TestKind.PRE, fields, seed, BEGAN + timedelta(minutes=1))
    facts = read_facts(write_facts(facts))
    now = BEGAN + timedelta(hours=1)
    here = progress(COPIES, facts, [], [], now)
    record = read_value(Record, write_value(here.record))
    expected = standing(COPY.activity, record, COPY.page.fingerprint, now)
    assert here.standing == expected
    assert here.fraction(None) == grade_fraction(COPY.activity, expected, record, None)
    for attempt in record.attempts:
        test = COPY.activity.pre_test
        sent = {name: found for name, found in fields.items() if name.split(".")[1] in keys_of(attempt)}
        answers, _faults = read_answers(sent, test, attempt.form)
        if not attempt.is_open:
            assert score(test, attempt.form, attempt.answers) == score(test, attempt.form, answers)


def keys_of(attempt: Any) -> set[str]:
    return {item.question for item in attempt.form}


@settings(max_examples=40, deadline=None)
@given(attempts=st.integers(0, 60), seed=st.integers(0, 2**64 - 1))
def test_state_is_small_and_reads_back_whole(attempts: int, seed: int) -> None:
    from lti_tool.domain.draw import draw_form
    from lti_tool.domain.record import Attempt

    test = COPY.activity.post_test
    made = tuple(
        Attempt(f"post-test-{n}-{seed + n:x}", TestKind.POST, n, draw_form(test, seed + n), BEGAN, {}, BEGAN)
        for n in range(1, attempts + 1)
    )
    facts = LearnerFacts(version=1, record=Record(attempts=made))
    stored = write_facts(facts)
    assert read_facts(stored) == facts
    assert len(str(stored)) < 20_000
