"""What boards need is asked with the claim, handed on to the tool, and kept nowhere on the platform."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.domain.errors import NotFound, Refused
from lti_tool.domain.native import NativeAnswer, NativeHolding, Reason
from tests.xblock.inside.board import (
    ABIM,
    AMA,
    AWAY,
    BOTH,
    BRN,
    GIVEN,
    NAME,
    WAITS,
    Tool,
    at_the_claim,
    claim,
    give,
    nothing_kept,
)
from tests.xblock.inside.learner import Learner
from tests.xblock.site.identity import lti_id
from xblock_cme import client, compat
from xblock_cme.outbox import client_for, send_due
from xblock_cme.plugin.models import ClaimDelivery


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Tool:
    made = Tool()
    monkeypatch.setattr(client.ToolClient, "holding", lambda self, key, subject: made.hold(subject))
    monkeypatch.setattr(client.ToolClient, "claim", lambda self, message, key: made.claim(message))
    monkeypatch.setattr(client.ToolClient, "identifiers", lambda self, message: made.report(message))
    monkeypatch.setattr(client.ToolClient, "receipt", lambda self, message, key: True)
    monkeypatch.setattr(client.ToolClient, "evaluation", lambda self, message, key: None)
    settings = {"tool_url": "https://cme.example.org", "client_id": "c", "key_id": "k", "private_key": "pem"}
    monkeypatch.setattr(compat.settings, "XBLOCK_SETTINGS", {"cme": settings})
    return made


@pytest.fixture
def bea(tool: Tool) -> Learner:
    return at_the_claim()


def test_what_needs_nothing_is_claimed_at_once(tool: Tool, bea: Learner) -> None:
    assert "Asked on the next page, if you claim it: ABIM ID, Month and day of birth, your permission" in bea.words
    assert "Your credit has been recorded" in claim(bea, {AMA: "1.00", ABIM: ""})
    (sent,) = tool.claims
    assert tool.asked == [] and sent["version"] == "native-claim/1"


def test_only_what_the_chosen_credit_needs_is_asked(tool: Tool, bea: Learner) -> None:
    words = claim(bea, BOTH)
    assert "What the accreditors and boards need" in words and "ABIM ID" in words and "Month and day of birth" in words
    assert "NPI" not in words and "Licence number" not in words and tool.claims == []
    assert tool.asked == [lti_id("bea")] and ClaimDelivery.objects.count() == 0


def test_it_goes_to_the_tool_and_is_kept_nowhere_else(
    tool: Tool, bea: Learner, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        claim(bea, BOTH)
        assert "Your credit has been recorded" in give(bea, **GIVEN)
    (sent,) = tool.claims
    assert sent["version"] == "native-claim/2"
    assert sent["body"]["identifiers"] == {"abim": "987654", "birth-day": "12/31", "consent-pars": "yes"}
    assert {code: amount for code, amount in sent["body"]["amounts"].items() if amount} == BOTH
    row = ClaimDelivery.objects.get()
    assert row.owed == [] and row.message["version"] == "native-claim/1"
    nothing_kept()
    assert "987654" not in caplog.text and "987654" not in bea.html


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id.abim": "12-x"}, "This ID has 3 to 12 digits"),
        ({"id.birth-day": "1340"}, "Write month and day in four digits"),
        ({"id.abim": ""}, "Your permission to report cannot be used without this."),
        ({"id.consent-pars": ""}, "This credit is given only with permission to report it to your boards."),
    ],
)
def test_what_is_wrong_is_told_at_once(tool: Tool, bea: Learner, changes: dict[str, str], words: str) -> None:
    claim(bea, BOTH)
    assert words in give(bea, **{**GIVEN, **changes})
    assert "Check what you entered" in bea.words and tool.claims == []
    assert 'value="12/31"' in bea.html or "id.birth-day" in changes, "what was right need not be typed again"
    nothing_kept()
    assert "Your credit has been recorded" in give(bea, **GIVEN)


def test_a_wrong_check_digit_is_found(tool: Tool, bea: Learner) -> None:
    words = claim(bea, {AMA: "1.00"}, reporting="yes")
    assert "National Provider Identifier (NPI) (optional) Ten digits." in words
    assert "An NPI has ten digits" in give(bea, **{"id.npi": "1234567890"}) and tool.claims == []
    assert "Your credit has been recorded" in give(bea, **{"id.npi": "1234567893"})
    assert tool.claims[0]["body"]["identifiers"]["npi"] == "1234567893"
    nothing_kept("123456789")


def test_what_is_on_file_is_not_asked_again(tool: Tool, bea: Learner) -> None:
    tool.holding = NativeHolding(NAME, ("abim", "birth-day", "consent-pars"))
    assert "Your credit has been recorded" in claim(bea, BOTH)
    assert tool.claims[0]["version"] == "native-claim/1", "nothing was asked, so nothing is withdrawn"


def test_a_part_on_file_may_stay_empty_and_a_permission_can_be_withdrawn(tool: Tool, bea: Learner) -> None:
    tool.holding = NativeHolding(NAME, ("birth-day", "consent-pars", "npi", "of-a-later-release"))
    words = claim(bea, BOTH, reporting="yes")
    assert "On file with the provider. Leave it empty to keep it." in words and 'value="yes" checked' in bea.html
    assert "Check what you entered" in give(bea, **{"id.abim": "987654"}), "the board's credit needs the permission"
    assert "Your credit has been recorded" in give(bea, **{"id.abim": "987654", "id.consent-pars": "yes"})
    assert tool.claims[0]["body"]["identifiers"]["birth-day"] == ""
    other = at_the_claim("cy")
    tool.holding = NativeHolding(NAME, ("consent-pars",))
    claim(other, {AMA: "1.00"}, reporting="yes")
    give(other)
    assert tool.claims[1]["body"]["identifiers"]["consent-pars"] == "", "unticked: the tool withdraws it"


def test_back_to_the_amounts(bea: Learner) -> None:
    claim(bea, BOTH)
    assert "Amount that you claim" in give(bea, "edit_claim", **GIVEN)
    assert '<option value="0.50" selected>' in bea.html and "987654" not in bea.html
    assert 'name="attestation" value="yes" checked' in bea.html


def test_while_the_tool_is_away_nobody_types_a_number_in_vain(tool: Tool, bea: Learner) -> None:
    """The rest is kept and goes by itself; the board's credit waits for its learner, from the day of the claim."""
    tool.goes_away()
    words = claim(bea, BOTH)
    assert "Your claim is kept" in words and WAITS in words and "ABIM MOC point" in words
    row = ClaimDelivery.objects.get()
    assert (row.state, row.owed) == (row.WAITING, [ABIM])
    assert "The certificate service cannot be reached" in give(bea, "finish_claim")
    tool.comes_back()
    tool.claims.clear()
    assert send_due(client_for, datetime.now(UTC), is_forced=True).awarded == 1
    (rest,) = tool.claims
    assert rest["version"] == "native-claim/1" and ABIM not in rest["body"]["amounts"]
    bea.act("show", "claim")
    assert "Your credit has been recorded" in bea.words and WAITS in bea.words
    assert "ABIM ID" in give(bea, "finish_claim")
    assert WAITS not in give(bea, "finish_claim", **GIVEN)
    whole = tool.claims[-1]
    assert whole["body"]["at"] == rest["body"]["at"] and whole["body"]["amounts"][ABIM] == "0.50"
    assert whole["body"]["identifiers"]["abim"] == "987654"
    assert send_due(client_for, datetime.now(UTC) + timedelta(days=9)).awarded == 0
    nothing_kept()


def test_a_tool_that_goes_away_after_the_numbers_were_typed(tool: Tool, bea: Learner) -> None:
    claim(bea, BOTH)
    tool.answer = AWAY
    words = give(bea, **GIVEN)
    assert "Your claim is kept" in words and WAITS in words
    assert "The numbers and permissions that you entered could not be handed on. They were not kept." in words
    nothing_kept()
    row = ClaimDelivery.objects.get()
    assert row.owed == [ABIM] and row.next_at > datetime.now(UTC) + timedelta(seconds=20)
    tool.comes_back()
    assert send_due(client_for, datetime.now(UTC), is_forced=True).awarded == 1
    tool.holding = NativeHolding(NAME, ("abim", "birth-day", "consent-pars"))
    bea.act("finish_claim", "claim")
    assert WAITS not in bea.words and tool.claims[-1]["body"]["amounts"][ABIM] == "0.50", "one click: it is on file"


def test_where_nothing_else_was_claimed_nothing_is_sent(tool: Tool, bea: Learner) -> None:
    tool.goes_away()
    words = claim(bea, {AMA: "", ABIM: "0.50"})
    assert WAITS in words and "sent by itself" not in words
    assert ClaimDelivery.objects.get().state == ClaimDelivery.OWED
    tool.claims.clear()
    assert send_due(client_for, datetime.now(UTC), is_forced=True).waiting == 0 and tool.claims == []
    bea.act("leave_owed", "claim")
    assert "Amount that you claim" in bea.words and ClaimDelivery.objects.count() == 0


def test_what_waits_can_be_left(tool: Tool, bea: Learner) -> None:
    tool.goes_away()
    claim(bea, BOTH)
    bea.act("leave_owed", "claim")
    assert WAITS not in bea.words and "sent by itself" in bea.words
    row = ClaimDelivery.objects.get()
    assert row.owed == [] and ABIM not in row.message["body"]["amounts"]
    bea.act("leave_owed", "claim")
    bea.act("finish_claim", "claim")
    assert ClaimDelivery.objects.get().message == row.message


def test_a_refusal_takes_no_certificate_away(tool: Tool, bea: Learner) -> None:
    tool.goes_away()
    claim(bea, BOTH)
    tool.comes_back()
    send_due(client_for, datetime.now(UTC), is_forced=True)
    tool.answer = NativeAnswer(False, (), (Reason("malformed", "", "id.abim"),))
    bea.act("show", "claim")
    give(bea, "finish_claim")
    words = give(bea, "finish_claim", **GIVEN)
    assert "Your credit has been recorded" in words and "Your claim was not accepted" in words and WAITS in words
    assert "This ID has 3 to 12 digits" in words and ClaimDelivery.objects.get().state == "awarded"


@pytest.mark.parametrize("fault", [NotFound("tool_refused"), Refused("wire_version")])
def test_an_older_tool_is_told_apart_and_no_number_is_asked(tool: Tool, bea: Learner, fault: Exception) -> None:
    from lti_tool.domain.errors import BadInput

    tool.holding = BadInput("wire_version") if fault.code == "wire_version" else fault  # type: ignore[attr-defined]
    words = claim(bea, BOTH)
    assert "takes no numbers from this page yet" in words and ClaimDelivery.objects.count() == 0
    assert '<option value="0.50" selected>' in bea.html
    assert "Your credit has been recorded" in claim(bea, {AMA: "1.00", ABIM: ""})
    assert tool.claims[0]["version"] == "native-claim/1"


def test_an_older_tool_behind_a_newer_one_refuses_loudly_and_the_claim_is_kept(tool: Tool, bea: Learner) -> None:
    claim(bea, BOTH)
    tool.answer = Refused("wire_version", "the tool answered 422: wire_version")
    assert WAITS in give(bea, **GIVEN)
    assert ClaimDelivery.objects.get().fault == "the tool answered 422: wire_version"
    nothing_kept()


def test_a_doubled_claim_is_one(tool: Tool, bea: Learner) -> None:
    claim(bea, BOTH)
    asking = bea.html
    give(bea, **GIVEN)
    bea.html = asking
    assert "Your credit has been recorded" in give(bea, **GIVEN)
    assert ClaimDelivery.objects.count() == 1


def test_another_learner_is_asked_for_their_own(tool: Tool, bea: Learner) -> None:
    tool.goes_away()
    claim(bea, BOTH)
    other = at_the_claim("cy")
    assert WAITS not in other.words
    other.act("finish_claim", "claim")
    other.act("leave_owed", "claim")
    assert ClaimDelivery.objects.get().owed == [ABIM] and set(tool.asked) == {lti_id("bea")}


def test_a_nurse_of_california_is_asked_for_that_licence(tool: Tool) -> None:
    who = at_the_claim("dee", "RN")
    assert "Licence number in US-CA" in claim(who, {BRN: "1.00"})
    give(who, **{"id.licence:US-CA": "RN 123"})
    assert tool.claims[0]["body"]["identifiers"] == {"licence:US-CA": "RN 123"}


def test_a_test_run_asks_the_tool_nothing(tool: Tool) -> None:
    staff = at_the_claim("staff-bo")
    assert "A test run records no credit" in claim(staff, BOTH)
    assert tool.asked == tool.claims == [] and ClaimDelivery.objects.count() == 0
