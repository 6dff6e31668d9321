"""Claims and evaluations on their way: kept, tried again, answered once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from lti_tool.domain.credit import Degree
from lti_tool.domain.errors import NotFound, Refused, ServiceUnavailable
from lti_tool.domain.learner import Profile
from lti_tool.domain.native import NativeAnswer, NativeClaim, NativeEvaluation, NativeReceipt, Reason
from lti_tool.domain.record import Record
from xblock_cme import client, store
from xblock_cme.outbox import LONGEST_PAUSE, pause, send_claim, send_due, send_receipt
from xblock_cme.plugin.models import ClaimDelivery, EvaluationDelivery

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PLACE = store.Place("7", "course", "activity")
CLAIM = NativeClaim(
    "s",
    "course",
    "activity",
    1,
    1,
    NOW,
    Record(),
    Profile("Ada", Degree.MD, "US"),
    {},
    is_attested=True,
)
AWARDED, NO = NativeAnswer(True), NativeAnswer(False, (), (Reason("needs_post-test", "post-test"),))


class Tool:
    """Answers with what it is given, in turn; an exception is raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.keys = list(answers), []

    def __call__(self, organisation: str) -> Tool:
        return self

    def claim(self, message: Any, key: str) -> NativeAnswer:
        self.keys.append(key)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    evaluation: Callable[..., Any] = claim
    receipt: Callable[..., Any] = claim


def queued() -> ClaimDelivery:
    return store.queue_claim(PLACE, "CME", CLAIM, NOW)


@pytest.mark.parametrize(
    "fault", [ServiceUnavailable("tool_unreachable"), Refused("tool_not_connected"), NotFound("activity_unknown")]
)
def test_what_the_tool_cannot_take_waits_and_is_sent_again_with_the_same_key(fault: Exception) -> None:
    row, tool = queued(), Tool(fault, AWARDED)
    send_claim(row, tool, NOW)
    assert row.state == row.WAITING and row.fault and row.next_at > NOW
    state = store.claim_state(PLACE)
    assert state is not None and state.is_waiting
    assert send_due(tool, NOW).awarded == 0
    assert send_due(tool, row.next_at).awarded == 1
    assert tool.keys == [row.key, row.key]
    assert send_due(tool, NOW + timedelta(days=9)).awarded == 0


class Forgetful(Tool):
    """Away at first; then of every third answer nothing is heard, though the claim was taken."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away, self.taken, self.heard = True, {}, 0

    def claim(self, message: Any, key: str) -> NativeAnswer:
        if self.is_away:
            raise ServiceUnavailable("tool_unreachable")
        self.taken.setdefault(key, message["body"]["subject"])
        self.heard += 1
        if self.heard % 3 == 0:
            raise ServiceUnavailable("tool_unreachable", "the answer was lost")
        return AWARDED


@transaction.atomic
def test_two_hundred_claims_made_while_the_tool_is_stopped_all_arrive_once() -> None:
    """In one transaction, so that the test does not wait for the disk two thousand times."""
    tool = Forgetful()
    for number in range(200):
        place = store.Place(str(number), "course", "activity")
        row = store.queue_claim(place, "CME", replace(CLAIM, subject=f"learner-{number}"), NOW)
        send_claim(row, tool, NOW)
    assert ClaimDelivery.objects.filter(state=ClaimDelivery.WAITING).count() == 200 and tool.taken == {}
    tool.is_away, later = False, NOW
    for _ in range(12):
        later += LONGEST_PAUSE
        send_due(tool, later)
    assert ClaimDelivery.objects.filter(state=ClaimDelivery.AWARDED).count() == 200
    assert sorted(tool.taken.values()) == sorted(f"learner-{number}" for number in range(200)), "each under one key"
    assert tool.heard > 200
    heard = tool.heard
    send_due(tool, later + LONGEST_PAUSE, is_forced=True)
    assert tool.heard == heard


def test_a_key_that_is_none_is_told_and_the_claim_waits() -> None:
    found = client.Credentials("https://cme.example.org", "c", "k", "no key at all")
    row = queued()
    send_claim(row, lambda organisation: client.ToolClient(found), NOW)
    assert row.state == row.WAITING and row.fault == "private_key is no RSA key in PEM"


def test_pauses_grow_and_end_somewhere() -> None:
    pauses = [pause(number) for number in range(1, 40)]
    assert pauses == sorted(pauses) and pauses[0] >= timedelta(seconds=30) and pauses[-1] == LONGEST_PAUSE


def test_a_refused_claim_is_replaced_and_an_awarded_one_stays() -> None:
    row = queued()
    send_claim(row, Tool(NO), NOW)
    state = store.claim_state(PLACE)
    assert state is not None and state.answer == NO and store.claims_of(state, NOW) == ()
    again = queued()
    assert again.pk == row.pk and again.key != row.key and again.state == row.WAITING
    send_claim(again, Tool(AWARDED), NOW)
    assert queued().key == again.key and ClaimDelivery.objects.get().state == row.AWARDED


def test_evaluations_go_when_they_can() -> None:
    for _ in range(3):
        store.queue_evaluation("CME", NativeEvaluation("activity", 1, "course", {"q": "a"}))
    tool = Tool(ServiceUnavailable("tool_unreachable"), None, None)
    assert send_due(tool, NOW).evaluations == 2
    assert EvaluationDelivery.objects.get().fault
    assert tool.keys == sorted(tool.keys)


def test_a_receipt_waits_for_a_tool_that_is_down() -> None:
    message = NativeReceipt("s", "activity", 1, "course", NOW)
    row = store.queue_evaluation("CME", message)
    tool = Tool(ServiceUnavailable("tool_unreachable"), NotFound(""), False)
    assert send_receipt(row, tool), "answers are kept where nobody can say that there are others"
    for left in (1, 0):
        assert send_due(tool, NOW).evaluations == 0 and EvaluationDelivery.objects.count() == left
    assert tool.keys == [row.key] * 3


def test_without_the_plugin_nothing_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "has_plugin", lambda: False)
    assert store.known_facts(PLACE) == {} and store.claim_state(PLACE) is None
    with pytest.raises(Refused) as refused:
        queued()
    assert refused.value.code == "store_missing"
