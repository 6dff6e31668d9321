"""Cases and polls in the block: the tool's rules on every way in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lti_tool.domain.record import Record, Response
from lti_tool.domain.replay import check_facts
from tests.xblock.inside.answers import copy_of
from tests.xblock.inside.learner import Learner
from xblock_cme.facts import joined

NAME = "cases-ecg-rhythms"
COPY = copy_of(NAME)
CASE, POLL = "case-pause", "poll-pacing"
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


def at_the_case(name: str) -> Learner:
    who = Learner(NAME, name)
    who.acknowledge()
    for key in ("method", "slow"):
        who.act("open_item", "content", item=key)
        who.act("read_item", "content", item=key)
    who.act("open_item", "content", item=CASE)
    return who


def test_the_case_teaches_after_the_answer() -> None:
    who = at_the_case("ada")
    assert "83-year-old woman" in who.words and "What is the best next step?" in who.words
    assert "Mobitz type I" not in who.words and "Question 0" not in who.words and "Continue" not in who.words
    who.act("answer_item", "content", item=CASE, **{"q.c-pause": "atropine"})
    for words in ("Not correct", "Correct answer", "Your answer", "Mobitz type I", "Kusumoto FM"):
        assert words in who.words
    assert "This is shown once at least 5 others have answered." in who.words and "Continue" in who.words
    assert who.facts().record.responses[CASE].answer == "atropine"


def test_the_poll_has_no_verdict_and_the_first_answer_stands() -> None:
    who = at_the_case("bo")
    who.act("answer_item", "content", item=CASE, **{"q.c-pause": "metoprolol"})
    who.act("open_item", "content", item=POLL)
    assert "There is no right answer here" in who.words
    for value in ("help", "help", "alone", "zz"):
        who.act("answer_item", "content", item=POLL, **{f"q.{POLL}": value})
    assert "Your answer" in who.words and "orrect" not in who.words
    assert who.facts().record.responses[POLL].answer == "help"


def test_nothing_behind_the_case_opens() -> None:
    who = at_the_case("cy")
    for action, fields in (("open_item", {}), ("read_item", {}), ("answer_item", {f"q.{POLL}": "help"})):
        for key in (POLL, "fast", "case-collapse"):
            who.act(action, "content", item=key, **fields)
            assert "opens with your answer" in who.words and "Answer “Case 1: Pauses on the ward”" in who.words
            assert "Regular and narrow" not in who.words
    who.act("finish_content", "content")
    assert "Not everything has been studied yet" in who.words
    who.act("show", "content")
    assert "Opens with an answer" in who.words
    record = who.facts().record
    assert not record.responses and set(record.studies) == {"method", "slow", CASE}


def test_what_is_no_answer_is_told() -> None:
    who = at_the_case("di")
    for fields, words in (
        ({}, "This question is not answered yet."),
        ({"q.c-pause": "<script>"}, "This answer could not be read."),
        ({"q.q-wide": "verapamil"}, "This is not part of your activity."),
    ):
        who.act("answer_item", "content", item=CASE, **fields)
        assert words in who.words and "Mobitz type I" not in who.words
    who.act("answer_item", "content", item="method", **{"q.method": "x"})
    assert "This is not part of your activity." in who.words
    assert not who.facts().record.responses


def test_the_record_is_one_that_the_tool_takes() -> None:
    who = Learner(NAME, "eve")
    who.acknowledge()
    who.study([item.key for item in COPY.activity.content.items])
    record = who.facts().record
    assert set(record.responses) == {CASE, POLL, "case-collapse"} and record.content_finished_at
    check_facts(COPY.activity, record, datetime.now(UTC) + timedelta(minutes=1))


def test_of_two_blocks_the_first_answer_stands() -> None:
    early = Record(responses={CASE: Response(CASE, "a", NOW)})
    late = Record(responses={CASE: Response(CASE, "b", NOW + timedelta(hours=1))})
    assert joined([late, early]).responses == joined([early, late]).responses == early.responses
    other = replace(late, responses={POLL: Response(POLL, "x", NOW)})
    assert set(joined([early, other]).responses) == {CASE, POLL}
