"""What others chose: each learner once, nobody by name, nothing before one's own answer and nothing of few."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.domain.activity import ContentItem, ContentKind
from lti_tool.domain.assessment import Answer, Question, QuestionKind
from lti_tool.domain.record import Response
from lti_tool.domain.response import MINIMUM_PEERS, Tally
from tests.xblock.inside.answers import copy_of
from tests.xblock.inside.test_cases import at_the_case
from xblock_cme import retirement
from xblock_cme.peers import count_answers, peers
from xblock_cme.plugin.models import PeerAnswer
from xblock_cme.store import Place

NAME = "cases-ecg-rhythms"
ACTIVITY = copy_of(NAME).activity
CASE, POLL = "case-pause", "poll-pacing"
ITEMS = {item.key: item for item in ACTIVITY.content.items}
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
KEYS = [entry.key for entry in ITEMS[CASE].question.entries]


def place(user: str, course: str = "workbench") -> Place:
    return Place(user, course, NAME)


def answer(user: str, value: Answer, item: str = CASE, organisation: str = "", course: str = "workbench") -> None:
    count_answers(place(user, course), organisation, ACTIVITY, {item: Response(item, value, NOW)})


def answers(number: int, value: Answer = KEYS[0]) -> None:
    for each in range(number):
        answer(f"other-{each}", value)


def seen(user: str = "ada", item: ContentItem = ITEMS[CASE], organisation: str = "") -> Tally | None:
    return peers(place(user), organisation, item)


def test_a_learner_sees_it_with_the_answer_and_not_before() -> None:
    answers(4, "atropine")
    answer("other-9", "metoprolol")
    who = at_the_case("ada")
    assert "What others chose" not in who.words and "80 %" not in who.words
    who.act("answer_item", "content", item=CASE, **{"q.c-pause": "atropine"})
    assert "What others chose" in who.words
    assert "80 % · 4" in who.words and "20 % · 1" in who.words and "who answered: 5" in who.words
    assert who.html.count("cme-tally__fill") == len(KEYS)


def test_too_few_are_no_number() -> None:
    answers(MINIMUM_PEERS - 1)
    who = at_the_case("ada")
    who.act("answer_item", "content", item=CASE, **{"q.c-pause": "atropine"})
    assert "once at least 5 others have answered" in who.words and "cme-tally" not in who.html
    assert seen() is None and PeerAnswer.objects.count() == MINIMUM_PEERS


def test_answers_in_the_block_count_once_for_each_learner() -> None:
    for name in ("ada", "bo"):
        who = at_the_case(name)
        for value in ("atropine", "metoprolol", "atropine"):
            who.act("answer_item", "content", item=CASE, **{"q.c-pause": value})
    assert [json.loads(row.answer) for row in PeerAnswer.objects.all()] == ["atropine", "atropine"]


def test_the_same_learner_in_another_course_counts_once_and_the_first_answer_stands() -> None:
    answer("ada", KEYS[0])
    answer("ada", KEYS[1], course="course-v1:CME+C2+R1")
    assert [json.loads(row.answer) for row in PeerAnswer.objects.all()] == [KEYS[0]]


def test_ones_own_answer_is_not_anothers() -> None:
    answers(MINIMUM_PEERS)
    answer("ada", KEYS[1])
    found, others = seen("ada"), seen("other-0")
    assert found is not None and (found.total, found.of(KEYS[1]).count) == (MINIMUM_PEERS, 0)
    assert others is not None and others.of(KEYS[1]).count == 1


def test_a_test_run_of_staff_never_counts() -> None:
    staff = at_the_case("staff-bo")
    staff.act("answer_item", "content", item=CASE, **{"q.c-pause": "atropine"})
    assert staff.facts().record.responses and not PeerAnswer.objects.exists()


def test_somebody_who_is_not_signed_in_never_counts() -> None:
    answer("", KEYS[0])
    assert not PeerAnswer.objects.exists()


def test_the_table_names_nobody() -> None:
    answer("ada-lovelace", KEYS[0])
    answer("ada-lovelace", "help", POLL)
    answer("ada-lovelace", KEYS[0], organisation="CME")
    rows = list(PeerAnswer.objects.values())
    assert "ada-lovelace" not in json.dumps(rows)
    assert len({row["who"] for row in rows}) == 2, "not to be followed from one provider's activity to another's"


def test_what_offered_something_else_and_other_providers_do_not_count() -> None:
    answers(MINIMUM_PEERS)
    question = ITEMS[CASE].question
    changed = replace(question, entries=(*question.entries[:-1], replace(question.entries[-1], text="Something else")))
    assert seen(item=replace(ITEMS[CASE], question=changed)) is None
    assert seen(organisation="CME") is None and seen() is not None


def test_a_corrected_key_changes_nothing_of_what_was_chosen() -> None:
    answers(MINIMUM_PEERS)
    assert (
        seen(item=replace(ITEMS[CASE], question=replace(ITEMS[CASE].question, correct=frozenset({KEYS[-1]})))) == seen()
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from(KEYS)), max_size=40))
def test_however_it_is_told_each_counts_once_with_the_first(told: list[tuple[int, str]]) -> None:
    PeerAnswer.objects.all().delete()
    first: dict[int, str] = {}
    for user, value in told:
        answer(f"user-{user}", value)
        first.setdefault(user, value)
    found = seen("nobody-of-these")
    if len(first) < MINIMUM_PEERS:
        assert found is None
    else:
        assert found is not None and found.total == len(first)
        assert {key: found.of(key).count for key in KEYS} == {key: list(first.values()).count(key) for key in KEYS}


def question_of(kind: QuestionKind) -> Question | None:
    return next((each for each in copy_of("hypertension-2026").activity.post_test.questions if each.kind is kind), None)


@pytest.mark.parametrize("kind", list(QuestionKind))
def test_every_kind_of_answer_is_counted(kind: QuestionKind) -> None:
    question = question_of(kind) or replace(ITEMS[CASE].question, kind=kind)
    item = ContentItem("item", ContentKind.CASE, "A case", question=question)
    activity = replace(ACTIVITY, content=replace(ACTIVITY.content, items=(item,)))
    given_answer: Answer = {
        QuestionKind.MATCHING: dict(question.pairs),
        QuestionKind.ORDERING: tuple(entry.key for entry in question.entries),
        QuestionKind.NUMERIC: f"{question.number:f}" if question.number is not None else "1",
        QuestionKind.MULTIPLE: tuple(sorted(question.correct)),
    }.get(kind, "".join(sorted(question.correct)[:1]))
    for user in range(MINIMUM_PEERS):
        count_answers(place(f"u{user}"), "", activity, {"item": Response("item", given_answer, NOW)})
    found = peers(place("ada"), "", item)
    assert found is not None and found.total == MINIMUM_PEERS and max(one.percent for one in found.choices) == 100


def test_numbers_stay_when_an_account_is_retired() -> None:
    answers(MINIMUM_PEERS)
    retirement.retire(SimpleNamespace(pk="other-0"), NOW)
    assert seen() is not None
