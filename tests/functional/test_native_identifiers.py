"""What boards and registries need, given with a claim from a native face: sealed, asked once, the same as by a link."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.domain.errors import BadInput, CmeError, Conflict
from lti_tool.domain.native import NativeAnswer, NativeIdentifiers, write_message
from tests.functional.api_calls import fits, raw
from tests.functional.board_credit import (
    ABIM,
    ABIM_ID,
    ACPE,
    BIRTH_DAY,
    BRN,
    CONSENT,
    GIVEN,
    Board,
    everything_stored,
    offer_board_credit,
)
from tests.functional.native import client, credentials
from tests.functional.world import World
from tests.unit.lti_tool.domain.builders import AMA
from xblock_cme.client import ToolClient
from xblock_cme.identifying import credits_of, needs_of

BOTH_CREDITS = {AMA: "1.00", ABIM: "0.50"}
SECRET = {"abim": "987654", "birth-day": "1231", "consent-pars": "yes", "npi": "1234567893"}


@pytest.fixture
def ada(sqlite_world: World) -> Board:
    offer_board_credit(sqlite_world)
    return Board(sqlite_world)


def faults(answer: NativeAnswer) -> set[tuple[str, str]]:
    assert not answer.is_awarded
    return {(reason.control, reason.code) for reason in answer.reasons}


def test_all_at_once_with_one_certificate(ada: Board) -> None:
    answer = ada.deliver(ada.sent(BOTH_CREDITS, GIVEN))
    assert answer.is_awarded and len(answer.certificates) == 1
    assert ada.awards() == {(AMA, Decimal("1.00"), True), (ABIM, Decimal("0.50"), True)}
    assert ada.kept() == {ABIM_ID: "123456", BIRTH_DAY: "0704", CONSENT: "YES"}


def test_nothing_is_kept_in_the_clear(ada: Board, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert ada.deliver(ada.sent(BOTH_CREDITS, SECRET)).is_awarded
        wrong = replace(ada.sent(BOTH_CREDITS), identifiers={**SECRET, "npi": "1234567890"})
        Board(ada.world).deliver(replace(wrong, subject="somebody-else"))
    assert ada.kept()[ABIM_ID] == "987654"
    stored = everything_stored(ada.world)
    assert "somebody-else" not in stored and ABIM in stored
    for text in ("987654", "1234567893", "1234567890", "'1231'"):
        assert text not in stored and text not in caplog.text


def test_a_repeat_is_known_by_no_plain_hash(ada: Board) -> None:
    made = ada.sent(BOTH_CREDITS, GIVEN)
    answer = ada.deliver(made, "one-key")
    assert ada.deliver(made, "one-key") == ada.deliver(made, "another-key") == answer
    other = replace(made, identifiers={**GIVEN, "abim": "123457"})
    with pytest.raises(Conflict):
        ada.deliver(other, "one-key")
    assert len(ada.awards()) == 2 and ada.kept()[ABIM_ID] == "123456"


@pytest.mark.parametrize(
    ("changes", "control", "code"),
    [
        ({"abim": "12-x"}, "id.abim", "malformed"),
        ({"birth-day": "1340"}, "id.birth-day", "malformed"),
        ({"npi": "1234567890"}, "id.npi", "malformed"),
        ({"abim": ""}, "id.npi", "incomplete"),
        ({"consent-pars": ""}, "id.consent-pars", "missing"),
        ({"birth-day": ""}, "id.birth-day", "incomplete"),
    ],
)
def test_what_is_wrong_is_named_in_both_faces(ada: Board, changes: dict[str, str], control: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        ada.sent(BOTH_CREDITS, {**GIVEN, **changes})
    assert refused.value.faults[control] == code
    forced = replace(ada.sent(BOTH_CREDITS), identifiers={"npi": "", **GIVEN, **changes})
    assert (control, code) in faults(ada.deliver(forced))
    assert ada.awards() == set() and ada.kept() == {}, "nothing of a refused claim is kept"


def test_what_is_on_file_is_told_by_kind_alone_and_not_asked_again(ada: Board) -> None:
    assert ada.holding().identifiers == () == ada.holding().credits
    assert ada.deliver(ada.sent({AMA: "1.00"}, SECRET)).is_awarded
    found = ada.holding()
    assert found.credits == (AMA,) and set(found.identifiers) == {"birth-day", "consent-pars", "npi"}
    assert "1231" not in str(found) and Board(ada.world).holding().identifiers == ()
    answer = ada.deliver(replace(ada.sent(BOTH_CREDITS), identifiers={"abim": "987654", "consent-pars": "yes"}))
    assert answer.is_awarded and len(ada.awards()) == 2
    assert ada.kept()[BIRTH_DAY] == "1231", "an empty field leaves what is on file"


def test_a_permission_that_is_not_ticked_is_withdrawn(ada: Board) -> None:
    assert ada.deliver(ada.sent({AMA: "1.00"}, SECRET)).is_awarded
    refused = ada.deliver(replace(ada.sent(BOTH_CREDITS), identifiers={"abim": "987654", "consent-pars": ""}))
    assert faults(refused) == {("id.consent-pars", "missing")}
    assert CONSENT in ada.kept(), "a refused claim changes nothing"
    other = Board(ada.world)
    other.deliver(other.sent({AMA: "1.00"}, SECRET))
    withdrawn = replace(other.sent({AMA: "1.00", BRN: ""}), identifiers={"consent-pars": ""})
    assert other.deliver(withdrawn).is_awarded


def test_the_rest_first_and_what_waits_later_counts_from_its_day(ada: Board) -> None:
    """The tool was away: the command brings what needs nothing, the learner the rest after days."""
    made = ada.sent(BOTH_CREDITS)
    first = ada.deliver(replace(made, amounts={AMA: "1.00"}))
    assert [one.credit_type for one in first.certificates] == [AMA]
    ada.world.clock.set(ada.world.clock() + timedelta(days=20))
    second = ada.deliver(replace(made, identifiers=GIVEN))
    assert second.is_awarded and len(second.certificates) == 2
    assert ada.awards() == {(AMA, Decimal("1.00"), True), (ABIM, Decimal("0.50"), True)}
    with ada.world.db() as db:
        attempts = db.scalar(select(func.count()).select_from(models.Attempt))
    assert attempts == len(ada.who.facts.record.attempts), "facts that came twice are there once"
    for _ in range(2):
        assert ada.deliver(replace(made, identifiers=GIVEN)) == second
    ada.world.clock.set(ada.world.clock() + timedelta(days=20))
    assert ada.deliver(made) == second or faults(ada.deliver(made)) == {("", "claim_out_of_time")}


def test_only_what_a_claimable_credit_asks_is_kept(ada: Board) -> None:
    more = {**GIVEN, "aoa": "123456", "nabp-e-profile": "123456", "not-an-id": "x"}
    assert ada.deliver(replace(ada.sent(BOTH_CREDITS), identifiers=more)).is_awarded
    assert set(ada.kept()) == {ABIM_ID, BIRTH_DAY, CONSENT}


def test_a_learner_s_numbers_are_nobody_else_s(ada: Board) -> None:
    assert ada.deliver(ada.sent(BOTH_CREDITS, GIVEN)).is_awarded
    other = Board(ada.world)
    assert faults(other.deliver(other.sent(BOTH_CREDITS))) >= {("id.abim", "missing")}
    assert other.kept() == {}


@pytest.fixture
def tool(ada: Board) -> ToolClient:
    ada.world.clock.set(datetime.now(UTC))
    return client(credentials(ada.world))


def test_over_http_as_the_document_says(ada: Board, tool: ToolClient) -> None:
    made = ada.sent(BOTH_CREDITS, GIVEN)
    message = write_message(made)
    fits("NativeClaim", message)
    fits("NativeClaim", write_message(replace(made, identifiers=None)))
    with pytest.raises(Exception, match="is not valid"):
        fits("NativeClaim", {**message, "version": "native-claim/1"})
    fits("NativeHolding", raw(tool, "GET", f"/api/v1/activities/{made.activity}/holding?subject=nobody").json())
    assert tool.claim(message, "over-http").is_awarded
    assert set(tool.holding(made.activity, ada.subject).identifiers) == set(GIVEN)
    old = raw(
        tool,
        "POST",
        "/api/v1/claims",
        json={**message, "version": "native-claim/1"},
        headers={"Idempotency-Key": "old"},
    )
    assert old.status_code == 422 and old.json()["code"] == "wire_unknown_field" and "123456" not in old.text
    for query in ("?subject=%00", "", f"?subject={'x' * 5000}"):
        fits("NativeHolding", raw(tool, "GET", f"/api/v1/activities/{made.activity}/holding{query}").json())
    tool.http.close()


def test_what_is_to_be_reported_comes_after_the_claim(ada: Board, tool: ToolClient) -> None:
    """Of the credit that was given, and of nothing else; a repeat changes nothing."""
    made = ada.sent({AMA: "1.00"})
    message = write_message(NativeIdentifiers(ada.subject, made.activity, {**SECRET, "aoa": "123456"}))
    fits("NativeIdentifiers", message)
    with pytest.raises(CmeError) as refused:
        tool.identifiers(message)
    assert refused.value.code == "certificate_unknown" and ada.kept() == {}, "nobody reports credit that was not given"
    assert ada.deliver(made).is_awarded
    for _ in range(2):
        tool.identifiers(message)
        assert {str(need) for need in ada.kept()} == {"birth-day", "consent-pars", "npi"}
    for wrong in ({**SECRET, "npi": "1234567890"}, {**SECRET, "birth-day": "1340"}):
        with pytest.raises(CmeError) as refused:
            tool.identifiers(write_message(NativeIdentifiers(ada.subject, made.activity, wrong)))
        assert refused.value.code == "credential_unusable"
    for subject in ("nobody", "", "\0", "x" * 500):
        with pytest.raises(CmeError):
            tool.identifiers(write_message(NativeIdentifiers(subject, made.activity, SECRET)))
    assert "1234567893" not in everything_stored(ada.world)
    tool.identifiers(write_message(NativeIdentifiers(ada.subject, made.activity, {"consent-pars": "", "npi": ""})))
    assert {str(need) for need in ada.kept()} == {"birth-day", "npi"}, "a permission that is not ticked is withdrawn"
    tool.http.close()


AMOUNTS = st.fixed_dictionaries(
    {},
    optional={
        AMA: st.sampled_from(["1.00", "0.25", "0.30", "", "7"]),
        ABIM: st.sampled_from(["0.50", "1.00", "0.10"]),
        BRN: st.sampled_from(["1.00", "0.10"]),
        ACPE: st.sampled_from(["1.00", "0.25"]),
    },
)
IDENTIFIERS: Mapping[str, list[str]] = {
    "abim": ["123456", "123456", "x1", ""],
    "birth-day": ["0704", "07/04", "1340", ""],
    "consent-pars": ["yes", "yes", ""],
    "npi": ["1234567893", "1234567890", "", ""],
    "licence": ["US-CA 12345", "12345", "", ""],
    "licence:US-CA": ["RN 123", "", "?"],
    "nabp-e-profile": ["1234567", "12a", ""],
    "consent-cpe-monitor": ["yes", ""],
}
TYPED = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in IDENTIFIERS.items()})


NONE = dict.fromkeys(IDENTIFIERS, "")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(degree=st.sampled_from(["MD", "RN", "pharmacist", "PA"]), amounts=AMOUNTS, typed=TYPED)
@example(degree="MD", amounts=BOTH_CREDITS, typed={**NONE, **GIVEN})
@example(degree="RN", amounts={BRN: "1.00"}, typed={**NONE, "licence:US-CA": "RN 123"})
@example(degree="pharmacist", amounts={ACPE: "1.00"}, typed={**NONE, "nabp-e-profile": "1234567", "birth-day": "0704"})
def test_the_same_answers_and_numbers_give_the_same_award(
    ada: Board, degree: str, amounts: dict[str, str], typed: dict[str, str]
) -> None:
    """In the block and on the page: both award the same and keep the same, or neither awards anything."""
    block, page = Board(ada.world, degree=degree), Board(ada.world, degree=degree)
    block.who = page.who = ada.who
    asked = asked_by_the_block(block, amounts)
    shown = {name: text for name, text in typed.items() if name in asked}
    assert block.by_block(amounts, shown) is page.by_page(amounts, shown)
    assert block.awards() == page.awards()
    if block.awards():
        assert block.kept() == page.kept()


def asked_by_the_block(block: Board, amounts: Mapping[str, str]) -> set[str]:
    """Nothing of a credit that is not chosen, for which the page has fields that are left empty."""
    try:
        claimed = credits_of(block.copy, block.sent(amounts))
    except CmeError:
        return set()
    return {str(need) for need in needs_of(claimed, {"reporting": ["yes"]})}
