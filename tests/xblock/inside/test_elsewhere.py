"""What was done through LTI links is looked up when the learner asks, and counts in the block by the same rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from lti_tool.domain.errors import Refused, ServiceUnavailable
from lti_tool.domain.native import NativeAnswer, NativeCertificate, NativeRecord, Reason, write_message
from lti_tool.domain.record import Record
from lti_tool.domain.text import RichText
from tests.xblock.inside.answers import copy_of, given_keys, right_for
from tests.xblock.inside.learner import Learner
from tests.xblock.inside.test_step import evaluation_answers, walk_to_evaluation
from tests.xblock.site.identity import lti_id
from tests.xblock.site.scenarios import fields_of
from xblock_cme import client, compat, store
from xblock_cme.compat import Course, jump_address
from xblock_cme.gating import GateRule, is_open
from xblock_cme.plugin.models import ClaimDelivery, EvaluationDelivery

NAME = "hypertension-2026"
COPY = copy_of(NAME)
LINK = "block-v1:CME+C1+R1+type@lti_consumer+block@whole"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
LOOK_UP = "Look up what I did there"
CERTIFICATE = NativeCertificate(
    id="c1",
    number="2026-1",
    title=COPY.activity.title,
    phrase=RichText.parse("*AMA PRA Category 1 Credit*™"),
    note="",
    amount="1.00",
    credit_type="ama-pra-category-1",
    is_awarded=True,
    learner_name="Ada Lovelace, MD",
    completed_on="26 November 2026",
    status="valid",
    verify_url="https://cme.example.org/verify/x",
)


class Tool:
    """Answers what it is told to; counts who asks for whom."""

    def __init__(self) -> None:
        self.answer: Any = NativeRecord(NAME, 0, Record())
        self.asked: list[tuple[str, str, str]] = []

    def record(self, _client: Any, key: str, subject: str, context: str) -> NativeRecord:
        self.asked.append((key, subject, context))
        if isinstance(self.answer, Exception):
            raise self.answer
        found: NativeRecord = self.answer
        return found


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Tool:
    made = Tool()
    monkeypatch.setattr(client.ToolClient, "record", lambda self, *args: made.record(self, *args))
    settings = {"tool_url": "https://cme.example.org", "client_id": "c", "key_id": "k", "private_key": "pem"}
    monkeypatch.setattr(compat.settings, "XBLOCK_SETTINGS", {"cme": settings})
    return made


def record_by_link() -> Record:
    """All of it up to the post-test, as another learner did it."""
    who = Learner(NAME, "somebody-by-a-link")
    walk_to_evaluation(who)
    found: Record = who.facts().record
    return found


def look_up(who: Learner) -> str:
    who.act("show", "information")
    assert LOOK_UP in who.words
    who.act("look_up", "information")
    return who.words


def test_nothing_is_asked_before_the_learner_asks(tool: Tool, ada: Learner) -> None:
    for step in ("information", "content", "claim"):
        ada.act("show", step)
    assert tool.asked == []
    assert "Nothing that you did through a link is recorded." in look_up(ada)
    assert tool.asked == [(NAME, lti_id("ada"), "workbench")]


def test_a_post_test_that_was_passed_by_a_link_is_done_here(tool: Tool, ada: Learner) -> None:
    tool.answer = NativeRecord(NAME, 1, record_by_link())
    assert "What you did through the link is looked up." in look_up(ada)
    ada.act("show", "claim")
    assert "Complete the evaluation" in ada.words and "Pass the post-test" not in ada.words
    ada.act("show", "post-test")
    assert "You have passed" in ada.words
    assert ada.events("grade")[-1]["value"] == 1.0
    own = ada.facts()
    assert own.record == Record() and own.elsewhere.version == 1


def test_what_was_looked_up_opens_gates_though_nothing_was_begun_here(tool: Tool, ada: Learner) -> None:
    """Also at the next look, and for the course's other blocks: they see what the block has heard, not its state."""
    place, copies = store.Place("ada", "workbench", NAME), fields_of(NAME)["copies"]
    tool.answer = NativeRecord(NAME, 1, Record(acknowledgements=record_by_link().acknowledgements))
    assert not is_open(GateRule(NAME, ("information",)), copies, place, NOW)
    look_up(ada)
    ada.look()
    assert ada.facts().version == 0, "nothing was begun here"
    assert is_open(GateRule(NAME, ("information",)), copies, place, NOW)
    assert not is_open(GateRule(NAME, ("pre-test",)), copies, place, NOW)


def test_who_goes_on_in_the_block_keeps_both(tool: Tool, ada: Learner) -> None:
    """The pre-test by a link, the rest here; the claim carries what was done here and nothing else."""
    found = record_by_link()
    tool.answer = NativeRecord(
        NAME, 1, replace(found, attempts=found.attempts[:1], studies={}, content_finished_at=None)
    )
    look_up(ada)
    ada.act("show", "pre-test")
    assert "Take the pre-test" not in ada.words
    ada.study([item.key for item in COPY.activity.content.items])
    ada.act("start", "post-test")
    keys = given_keys(ada.facts(), "post-test")
    ada.act("submit", "post-test", **ada.sheet(right_for(COPY.activity.post_test, keys)))
    assert "You have passed" in ada.words
    assert {attempt.test.value for attempt in ada.facts().record.attempts} == {"post-test"}


def test_state_stays_small_with_what_was_heard(tool: Tool, ada: Learner) -> None:
    from workbench.models import XBlockState

    walk_to_evaluation(ada)
    found = record_by_link()
    many = tuple(replace(found.attempts[-1], id=f"heard-{n}", number=n) for n in range(1, 31))
    tool.answer = NativeRecord(NAME, 1, replace(found, attempts=(found.attempts[0], *many)))
    look_up(ada)
    states = XBlockState.objects.filter(user_id="ada").values_list("state", flat=True)
    assert 0 < max(len(state) for state in states) < 20_000


def test_an_attempt_that_is_open_there_is_not_gone_on_with_here(tool: Tool, ada: Learner) -> None:
    found = record_by_link()
    begun = replace(found.attempts[-1], submitted_at=None, answers={})
    tool.answer = NativeRecord(NAME, 1, replace(found, attempts=(found.attempts[0], begun)))
    look_up(ada)
    ada.act("start", "post-test")
    (own,) = ada.facts().record.attempts
    assert own.id != begun.id and own.is_open


def test_another_version_is_finished_there_and_the_link_is_shown(tool: Tool, ada: Learner) -> None:
    ada.acknowledge()
    tool.answer = NativeRecord(NAME, 9, record_by_link(), link=LINK)
    words = look_up(ada)
    assert "You have begun another version of this activity through a link in your course." in words
    assert f'href="/courses/workbench/jump_to/{LINK}"' in ada.html
    ada.act("show", "post-test")
    assert "You have passed" not in ada.words


def test_credit_that_was_given_already_is_shown(tool: Tool, ada: Learner) -> None:
    tool.answer = NativeRecord(NAME, 1, Record(), answer=NativeAnswer(True, (CERTIFICATE,)))
    assert "Your credit has been recorded" in look_up(ada)
    assert ClaimDelivery.objects.get().state == ClaimDelivery.AWARDED
    look_again = Learner(NAME, "ada")
    look_again.act("show", "claim")
    assert "Your credit has been recorded" in look_again.words and LOOK_UP not in look_again.words


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (ServiceUnavailable("tool_unreachable"), "cannot be looked up at the moment"),
        (Refused("tool_not_connected"), "cannot be looked up here yet"),
        (Refused("activity_unknown"), "no longer offers this activity"),
    ],
)
def test_what_cannot_be_looked_up_is_told(tool: Tool, ada: Learner, fault: Exception, words: str) -> None:
    tool.answer = fault
    assert words in look_up(ada)
    assert ada.facts().elsewhere is None


def test_a_test_run_looks_nothing_up(tool: Tool) -> None:
    staff = Learner(NAME, "staff-bo")
    staff.act("show", "claim")
    assert LOOK_UP not in staff.words
    staff.act("look_up", "claim")
    assert tool.asked == [] and "A test run records no credit" in staff.words


def test_a_refused_claim_says_where_to_go_on(ada: Learner) -> None:
    walk_to_evaluation(ada)
    ada.act("evaluate", "evaluation", **evaluation_answers())
    place = store.Place("ada", "workbench", NAME)
    store.keep_answer(place, "", NativeAnswer(True), NOW)
    row = ClaimDelivery.objects.get()
    reason = Reason("begun_elsewhere", "", "", {"link": LINK})
    row.state, row.answer = row.REFUSED, write_message(NativeAnswer(False, (), (reason,)))
    row.save()
    ada.act("show", "claim")
    ada.act("details", "claim", printed_name="Ada", degree="MD", country="US")
    assert "You have begun another version" in ada.words and LINK in ada.html


@pytest.mark.parametrize(("is_first", "rows"), [(True, 1), (False, 0)])
def test_answers_are_sent_only_where_no_link_was_quicker(
    tool: Tool, ada: Learner, monkeypatch: pytest.MonkeyPatch, is_first: bool, rows: int
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(client.ToolClient, "receipt", lambda self, message, key: told.append(message) or is_first)
    assert tool.asked == []
    walk_to_evaluation(ada)
    ada.act("evaluate", "evaluation", **evaluation_answers())
    assert [message["body"]["subject"] for message in told] == [lti_id("ada")] and "answers" not in told[0]["body"]
    assert EvaluationDelivery.objects.count() == rows
    assert ("Your answers of then stand" in ada.words) is not is_first
    assert ada.facts().record.evaluated_at is not None


@pytest.mark.parametrize("usage", ["", "javascript:alert(1)", "//evil.example.org", "https://evil.example.org"])
def test_only_components_of_this_platform_are_linked(usage: str) -> None:
    assert jump_address(Course("course-v1:CME+C1+R1", "CME"), usage) == ""


def test_the_way_to_a_component_is_escaped() -> None:
    address = jump_address(Course("course-v1:CME+C1+R1", "CME"), 'block-v1:a"b/../<x>?y')
    assert address.startswith("/courses/course-v1:CME+C1+R1/jump_to/block-v1:a") and not set('"<>?') & set(address)
