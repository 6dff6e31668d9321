"""Cases and polls: what they keep closed, how they are answered, what peers chose, and facts that cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.activity import Activity, Content, ContentItem, ContentKind, Requirement, Step
from lti_tool.domain.assessment import Entry, Question, QuestionKind, right_answer
from lti_tool.domain.disclosure import information_page
from lti_tool.domain.errors import BadInput, Refused
from lti_tool.domain.pathway import content_blockers, standing
from lti_tool.domain.record import Acknowledgement, Record, Response, Study
from lti_tool.domain.rehearsal import impossible_steps
from lti_tool.domain.replay import check_facts
from lti_tool.domain.response import (
    MINIMUM_PEERS,
    OTHER,
    RIGHT,
    form_of,
    options_hash,
    reached,
    read_response,
    require_reached,
    tally,
)
from lti_tool.domain.wire import read_activity, read_value, write_activity, write_value
from tests.unit.lti_tool.domain.builders import FINGERPRINT, NOW, activity, entries, single
from tests.unit.lti_tool.domain.refusing import refuses

PAGE = ContentItem("page", ContentKind.PAGE, "Page", body="Read.")
CASE = ContentItem("case", ContentKind.CASE, "Case", body="A man of 60.", question=single("c1"))
POLL = ContentItem(
    "poll", ContentKind.POLL, "Poll", question=Question("poll", QuestionKind.MULTIPLE, "Who?", entries("x", "y"))
)
LAST = ContentItem("last", ContentKind.PAGE, "Last", body="Go on.")
ITEMS = (PAGE, CASE, POLL, LAST)
ORDER = Question("o", QuestionKind.ORDERING, "Order?", entries("a", "b", "c"))
MATCH = Question("m", QuestionKind.MATCHING, "Match?", entries("a", "b"), entries("x", "y"), pairs={"a": "x", "b": "y"})
DOSE = Question("n", QuestionKind.NUMERIC, "How much?", number=Decimal(5), unit="mg")


def taught(*items: ContentItem) -> Activity:
    steps = dict.fromkeys((Step.PRE_TEST, Step.POST_TEST, Step.EVALUATION), Requirement.ABSENT)
    return activity(
        content=Content(items or ITEMS),
        requirements={Step.INFORMATION: Requirement.REQUIRED, Step.CONTENT: Requirement.REQUIRED, **steps},
        pre_test=None,
        post_test=None,
        evaluation=None,
    )


def answered(**answers: Any) -> Record:
    return Record(responses={key: Response(key, answer, NOW) for key, answer in answers.items()})


def keys(record: Record, items: tuple[ContentItem, ...] = ITEMS) -> list[str]:
    return [item.key for item in reached(items, record)]


def test_what_follows_opens_with_an_answer_right_or_wrong() -> None:
    assert keys(Record()) == ["page", "case"]
    for answer in ("a", "b"):
        assert keys(answered(case=answer)) == ["page", "case", "poll"]
    assert keys(answered(case="b", poll=("x",))) == ["page", "case", "poll", "last"]
    assert keys(answered(poll=("x",))) == ["page", "case"]


def test_what_need_not_be_answered_closes_nothing() -> None:
    free = replace(CASE, is_required=False)
    assert keys(Record(), (PAGE, free, LAST)) == ["page", "case", "last"]
    opened = {key: Study(key, first_opened_at=NOW) for key in ("page", "case", "last")}
    assert content_blockers(taught(PAGE, free, LAST), Record(studies=opened)) == ()


def test_a_closed_item_names_what_has_to_be_answered() -> None:
    with refuses(Refused, "content_locked") as refused:
        require_reached(taught(), Record(), LAST)
    (blocker,) = refused.value.facts["blockers"]
    assert (blocker.code, blocker.facts["item"], blocker.step) == ("content_unanswered", "case", Step.CONTENT)
    require_reached(taught(), answered(case="b", poll=("x",)), LAST)


def test_the_content_is_unfinished_until_every_case_is_answered() -> None:
    opened = {item.key: Study(item.key, first_opened_at=NOW) for item in ITEMS}
    codes = [(one.code, one.facts["item"]) for one in content_blockers(taught(), Record(studies=opened))]
    assert codes == [("content_unanswered", "case"), ("content_unanswered", "poll")]
    done = replace(answered(case="c", poll=("y",)), studies=opened)
    assert content_blockers(taught(), done) == ()


@given(st.lists(st.tuples(st.sampled_from(["page", "case", "free"]), st.booleans()), max_size=8))
def test_open_items_are_a_beginning_that_ends_at_the_first_unanswered(shape: list[tuple[str, bool]]) -> None:
    made = {"page": PAGE, "case": CASE, "free": replace(POLL, is_required=False)}
    items = tuple(replace(made[kind], key=f"k{number}") for number, (kind, _) in enumerate(shape))
    record = answered(**{f"k{number}": "a" for number, (_, is_answered) in enumerate(shape) if is_answered})
    found = reached(items, record)
    assert items[: len(found)] == found
    assert all(item.key in record.responses for item in found[:-1] if item.awaits_answer)
    if len(found) < len(items):
        assert found[-1].awaits_answer and found[-1].key not in record.responses


def test_a_version_without_the_item_knows_nothing_of_its_answer() -> None:
    record = replace(answered(case="b"), studies={"page": Study("page", first_opened_at=NOW)})
    assert keys(record, (PAGE, LAST)) == ["page", "last"]
    assert [one.facts["item"] for one in content_blockers(taught(PAGE, LAST), record)] == ["last"]


@pytest.mark.parametrize(
    ("question", "fields", "answer"),
    [
        (single("q"), {"q.q": ["b"]}, "b"),
        (POLL.question, {"q.poll": ["y", "x", "x"]}, ("x", "y")),
        (ORDER, {"q.o.a": ["3"], "q.o.b": ["1"], "q.o.c": ["2"]}, ("b", "c", "a")),
        (MATCH, {"q.m.a": ["y"], "q.m.b": ["y"]}, {"a": "y", "b": "y"}),
        (DOSE, {"q.n": [" 4,5 "]}, "4,5"),
    ],
)
def test_answers_of_every_kind(question: Question, fields: Mapping[str, list[str]], answer: object) -> None:
    assert read_response(question, fields) == answer


@pytest.mark.parametrize(
    ("question", "fields", "fault"),
    [
        (single("q"), {}, "unanswered"),
        (single("q"), {"q.q": [""]}, "unanswered"),
        (single("q"), {"q.q": ["zz"]}, "answer_not_possible"),
        (single("q"), {"q.q": ["<script>"]}, "answer_not_possible"),
        (POLL.question, {"q.poll": ["x", "nobody"]}, "answer_not_possible"),
        (POLL.question, {}, "unanswered"),
        (ORDER, {"q.o.a": ["1"], "q.o.b": ["1"], "q.o.c": ["2"]}, "order_incomplete"),
        (ORDER, {}, "unanswered"),
        (MATCH, {"q.m.a": ["x"]}, "unanswered"),
        (DOSE, {"q.n": ["five"]}, "answer_not_possible"),
    ],
)
def test_answers_that_cannot_be(question: Question, fields: Mapping[str, list[str]], fault: str) -> None:
    with refuses(BadInput, "response_wrong") as wrong:
        read_response(question, fields)
    assert wrong.value.faults == {question.key: fault}


def test_another_question_is_not_answered() -> None:
    with refuses(BadInput, "question_unknown"):
        read_response(single("q"), {"q.q": ["a"], "q.other": ["b"]})


def test_the_form_is_the_same_for_all_and_gives_nothing_away() -> None:
    for question in (single("q"), ORDER, MATCH, DOSE):
        assert form_of(question) == form_of(question)
    assert form_of(single("q")).order == ("a", "b", "c")
    assert form_of(ORDER).order != right_answer(ORDER) and set(form_of(ORDER).order) == {"a", "b", "c"}
    assert set(form_of(MATCH).options) == {"x", "y"}


def test_peers_are_shown_from_a_minimum_on() -> None:
    assert tally(single("q"), [("a", 2), ("b", 2)]) is None
    found = tally(single("q"), [("a", 3), ("b", 2)])
    assert found is not None and found.total == MINIMUM_PEERS == 5
    assert [(one.key, one.count, one.percent) for one in found.choices] == [("a", 3, 60), ("b", 2, 40), ("c", 0, 0)]
    assert found.of("b").count == 2
    assert tally(single("q"), [], 0) is None


def test_several_choices_count_each_and_other_kinds_by_right_and_other() -> None:
    assert POLL.question is not None
    both = tally(POLL.question, [(("x", "y"), 4), (("x",), 1)])
    assert both is not None and both.total == 5
    assert [(one.key, one.count, one.percent) for one in both.choices] == [("x", 5, 100), ("y", 4, 80)]
    for question, right, wrong in ((ORDER, ("a", "b", "c"), ("b", "a", "c")), (DOSE, "5.0", "7")):
        found = tally(question, [(right, 2), (wrong, 4)])
        assert found is not None and [(one.key, one.count) for one in found.choices] == [(RIGHT, 2), (OTHER, 4)]


@given(st.dictionaries(st.sampled_from("abc"), st.integers(1, 40)))
def test_counts_add_up_to_the_people(counts: dict[str, int]) -> None:
    found = tally(single("q"), counts.items())
    total = sum(counts.values())
    assert (found is None) == (total < MINIMUM_PEERS)
    if found is not None:
        assert sum(one.count for one in found.choices) == found.total == total
        assert all(0 <= one.percent <= 100 for one in found.choices)


def test_versions_are_counted_together_while_they_offer_the_same() -> None:
    before = single("q")
    same = replace(before, key="other", stem="Worded better", rationale="Because.", correct=frozenset("b"))
    moved = replace(before, entries=tuple(reversed(before.entries)))
    assert options_hash(before) == options_hash(same) == options_hash(moved)
    changed = (
        replace(before, entries=(*before.entries[:2], Entry("c", "Another text"))),
        replace(before, entries=before.entries[:2]),
        replace(before, kind=QuestionKind.MULTIPLE),
    )
    assert len({options_hash(one) for one in (before, *changed)}) == 4


def test_the_information_page_tells_that_an_answer_is_needed() -> None:
    def words(made: Activity) -> str:
        from lti_tool.domain.disclosure import Statements

        page = information_page(made, Statements((), ()))
        return " ".join(text.plain for section in page.sections for text in section.paragraphs)

    assert "Answer the cases and polls" in words(taught())
    assert "Answer the cases and polls" not in words(taught(PAGE, replace(CASE, is_required=False)))


def test_a_learner_who_does_everything_gets_through() -> None:
    assert impossible_steps(taught()) == ()


def test_activity_and_record_travel() -> None:
    made = taught()
    assert read_activity(write_activity(made)) == made
    record = answered(case="b", poll=("x", "y"))
    assert read_value(Record, write_value(record)) == record


def test_what_was_stored_before_there_were_cases_reads_as_before() -> None:
    stored = write_activity(taught(PAGE, LAST))
    for item in stored["body"]["content"]["items"]:
        del item["question"], item["is_required"]
    assert read_activity(stored) == taught(PAGE, LAST)
    assert (
        read_value(Record, {name: value for name, value in write_value(Record()).items() if name != "responses"})
        == Record()
    )


def walked(**changes: Any) -> Record:
    """A learner who answered the case, then the poll, and opened everything in turn, a minute each."""
    at = {key: NOW + timedelta(minutes=number) for number, key in enumerate(("page", "case", "poll", "last"), 1)}
    made = Record(
        acknowledgements=(Acknowledgement(FINGERPRINT, NOW),),
        studies={key: Study(key, 60, first_opened_at=moment) for key, moment in at.items()},
        responses={
            "case": Response("case", "b", at["case"] + timedelta(seconds=30)),
            "poll": Response("poll", ("x",), at["poll"] + timedelta(seconds=30)),
        },
        content_finished_at=at["last"] + timedelta(minutes=1),
    )
    return replace(made, **changes)


def responses(**moments: tuple[Any, datetime]) -> dict[str, Response]:
    return {key: Response(key, answer, at) for key, (answer, at) in moments.items()}


LATER = NOW + timedelta(hours=1)
EARLY = NOW + timedelta(minutes=2, seconds=10)


def test_facts_that_fit_are_taken() -> None:
    check_facts(taught(), walked(), LATER)
    where = standing(taught(), walked(), FINGERPRINT, LATER)
    assert where.is_done(Step.CONTENT)


@pytest.mark.parametrize(
    "changes",
    [
        {"responses": responses(case=("zz", EARLY))},
        {"responses": responses(case=(("a",), EARLY))},
        {"responses": responses(case=("", EARLY))},
        {"responses": responses(nobody=("a", EARLY))},
        {"responses": responses(page=("a", EARLY))},
        {"responses": {"case": Response("poll", "a", EARLY)}},
        {"responses": responses(poll=(("x",), EARLY))},
        {"responses": responses(case=("a", NOW + timedelta(minutes=3, seconds=30)), poll=(("x",), EARLY))},
        {"responses": responses(case=("a", NOW - timedelta(days=1)), poll=(("x",), EARLY))},
        {"responses": responses(case=("a", LATER + timedelta(hours=1)))},
        {"responses": responses(case=("a", EARLY), poll=(("x",), NOW + timedelta(minutes=30)))},
        {"responses": {}},
    ],
)
def test_facts_that_cannot_be_are_refused(changes: dict[str, Any]) -> None:
    with refuses(Refused, "facts_impossible"):
        check_facts(taught(), walked(**changes), LATER)
