"""Credit left at the claim and claimed later from the block: by the tool's rules, once, with all receipts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lti_tool.domain.native import NativeAnswer, NativeHolding, Reason
from tests.xblock.inside.board import ABIM, AMA, AWAY, GIVEN, NAME, WAITS, Tool, at_the_claim, claim, give, nothing_kept
from tests.xblock.inside.learner import Learner
from tests.xblock.inside.test_elsewhere import CERTIFICATE
from tests.xblock.inside.test_identifiers import bea, tool
from xblock_cme import compat
from xblock_cme.outbox import client_for, send_due
from xblock_cme.plugin.models import ClaimDelivery

__all__ = ["bea", "tool"]
MORE = "Claim further credit"
SECOND = NativeAnswer(True, (CERTIFICATE, replace(CERTIFICATE, id="c2", number="2026-2", credit_type=ABIM)))


@pytest.fixture
def holder(tool: Tool, bea: Learner) -> Learner:
    """She has claimed the first credit and left the board's."""
    assert MORE in claim(bea, {AMA: "1.00"})
    tool.holding = NativeHolding(NAME, (), (AMA,))
    tool.claims.clear()
    return bea


def further(who: Learner, amounts: dict[str, str], **fields: str) -> str:
    """Fill in the form for what is left."""
    chosen = {f"amount.{code}": amount for code, amount in amounts.items()}
    return give(who, "claim", attestation="yes", **chosen, **fields)


def test_what_was_left_is_offered_alone_and_claimed(tool: Tool, holder: Learner) -> None:
    holder.act("claim_more", "claim")
    assert f"amount.{ABIM}" in holder.html and f"amount.{AMA}" not in holder.html
    assert '<p class="cme-kicker">Claim credit</p>' in holder.html
    assert "ABIM ID" in further(holder, {ABIM: "0.50"})
    tool.answer = SECOND
    words = give(holder, **GIVEN)
    assert "2026-1" in words and "2026-2" in words and "Your credit has been recorded" in words
    (sent,) = tool.claims
    named = {code: amount for code, amount in sent["body"]["amounts"].items() if amount}
    assert named == {AMA: "1.00", ABIM: "0.50"} and sent["body"]["identifiers"]["abim"] == "987654"
    assert ClaimDelivery.objects.count() == 1
    nothing_kept()


def test_sent_twice_it_is_claimed_once(tool: Tool, holder: Learner) -> None:
    holder.act("claim_more", "claim")
    form = holder.html
    tool.holding = NativeHolding(NAME, ("abim", "birth-day", "consent-pars"), (AMA,))
    tool.answer = SECOND
    assert "2026-2" in further(holder, {ABIM: "0.50"})
    row = ClaimDelivery.objects.get()
    holder.html = form
    assert "2026-2" in further(holder, {ABIM: "0.50"}) and len(tool.claims) == 1
    assert ClaimDelivery.objects.get().key == row.key


def test_while_the_tool_is_away_it_is_kept_beside_the_certificate(tool: Tool, holder: Learner) -> None:
    tool.goes_away()
    holder.act("claim_more", "claim")
    words = further(holder, {ABIM: "0.50"})
    assert WAITS in words and "2026-1" in words and MORE not in words, "what its board needs is asked again"
    assert ClaimDelivery.objects.get().state == ClaimDelivery.AWARDED
    holder.act("leave_owed", "claim")
    assert "2026-1" in holder.words and MORE in holder.words and ClaimDelivery.objects.count() == 1
    tool.comes_back()
    tool.holding = NativeHolding(NAME, ("abim", "birth-day", "consent-pars"), (AMA,))
    holder.act("claim_more", "claim")
    tool.answer = AWAY
    words = further(holder, {ABIM: "0.50"})
    assert "Your further claim is kept" in words and "2026-1" in words and MORE not in words
    tool.answer = SECOND
    assert send_due(client_for, datetime.now(UTC), is_forced=True).awarded == 1
    holder.act("show", "claim")
    assert "2026-2" in holder.words and "is kept" not in holder.words


def test_a_refusal_takes_no_certificate_away_and_it_can_be_claimed_again(tool: Tool, holder: Learner) -> None:
    tool.holding = NativeHolding(NAME, ("abim", "birth-day", "consent-pars"), (AMA,))
    tool.answer = NativeAnswer(False, (), (Reason("claims_closed", "", "", {"date": "2026-12-01"}),))
    holder.act("claim_more", "claim")
    words = further(holder, {ABIM: "0.50"})
    assert "2026-1" in words and "Your claim was not accepted" in words and MORE in words
    assert re.search(r"<div[^>]* role=\"alert\"[^>]* data-cme-focus>", holder.html), "the keyboard is led to the reason"
    tool.answer = SECOND
    holder.act("claim_more", "claim")
    assert f"amount.{ABIM}" in holder.html and f"amount.{AMA}" not in holder.html
    assert "2026-2" in further(holder, {ABIM: "0.50"})


def test_what_is_wrong_is_told_on_the_same_form(tool: Tool, holder: Learner) -> None:
    holder.act("claim_more", "claim")
    form = holder.html
    assert "Choose the amount that you claim" in further(holder, {ABIM: ""}) or "at least one" in holder.words
    assert f"amount.{AMA}" not in holder.html and 'name="given"' in holder.html
    holder.html = form
    assert "Claim at most" in further(holder, {ABIM: "9.00"}) and f"amount.{AMA}" not in holder.html
    further(holder, {ABIM: "0.50"})
    give(holder, "edit_claim")
    assert f"amount.{ABIM}" in holder.html and f"amount.{AMA}" not in holder.html and tool.claims == []


def test_where_everything_was_given_by_a_link_nothing_is_offered(tool: Tool, holder: Learner) -> None:
    tool.holding = NativeHolding(NAME, (), (AMA, ABIM))
    holder.act("claim_more", "claim")
    assert "You have claimed everything that this activity offers you" in holder.words and tool.claims == []


def test_nothing_is_claimed_further_before_the_first_claim_or_by_a_test_run(tool: Tool) -> None:
    who = at_the_claim("cy")
    who.act("claim_more", "claim")
    assert "Amount that you claim" in who.words and tool.asked == []
    staff = at_the_claim("staff-cy")
    staff.act("claim_more", "claim")
    assert MORE not in staff.words and tool.asked == []


def test_after_the_window_nothing_further_is_offered(
    tool: Tool, holder: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xblock_cme import block

    holder.act("claim_more", "claim")
    form = holder.html
    monkeypatch.setattr(block, "clock", lambda: datetime(2039, 1, 1, tzinfo=UTC))
    holder.html = form
    words = further(holder, {ABIM: "0.50"})
    assert "2026-1" in words and MORE not in words and tool.claims == []
    holder.act("claim_more", "claim")
    assert "amount." not in holder.html and tool.claims == []


def test_in_another_s_name_nothing_is_asked(tool: Tool, holder: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    tool.asked.clear()
    monkeypatch.setattr(compat, "_preview_of", lambda service, course: compat.Preview.PERSON)
    holder.act("claim_more", "claim")
    assert "This is a preview" in holder.words and tool.asked == []
