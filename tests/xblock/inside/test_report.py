"""What is only wished to be reported: it holds no credit up, is asked again, and is kept nowhere."""

from __future__ import annotations

from datetime import UTC, datetime

from lti_tool.domain.errors import NotFound
from lti_tool.domain.native import NativeHolding
from tests.xblock.inside.board import ABIM, AMA, AWAY, BOTH, GIVEN, NAME, WAITS, Tool, claim, give, nothing_kept
from tests.xblock.inside.learner import Learner
from tests.xblock.inside.test_identifiers import bea, tool
from tests.xblock.site.identity import lti_id
from xblock_cme.outbox import client_for, send_due
from xblock_cme.plugin.models import ClaimDelivery

__all__ = ["bea", "tool"]
REPORT = "Your report waits for you"
NUMBERS = {"id.npi": "1234567893", "id.birth-day": "0704", "id.consent-pars": "yes"}


def claimed_while_away(tool: Tool, who: Learner) -> None:
    tool.goes_away()
    words = claim(who, {AMA: "1.00"}, reporting="yes")
    assert "Your claim is kept" in words and REPORT in words and "Give them now" not in words
    tool.comes_back()
    assert send_due(client_for, datetime.now(UTC), is_forced=True).awarded == 1
    who.act("show", "claim")
    assert "Your credit has been recorded" in who.words and REPORT in who.words


def test_the_credit_goes_its_way_and_the_numbers_are_asked_again(tool: Tool, bea: Learner) -> None:
    claimed_while_away(tool, bea)
    assert "identifiers" not in tool.claims[-1]["body"]
    assert "To be reported" in give(bea, "finish_report")
    assert "An NPI has ten digits" in give(bea, "finish_report", **{**NUMBERS, "id.npi": "1234567890"})
    assert REPORT not in give(bea, "finish_report", **NUMBERS) and "Your credit has been recorded" in bea.words
    (sent,) = tool.reports
    assert sent["version"] == "native-identifiers/1" and sent["body"]["subject"] == lti_id("bea")
    assert sent["body"]["identifiers"]["npi"] == "1234567893"
    nothing_kept("1234567893", "0704")
    bea.act("finish_report", "claim")
    bea.act("leave_report", "claim")
    assert len(tool.reports) == 1 and ClaimDelivery.objects.get().state == ClaimDelivery.AWARDED


def test_numbers_that_were_typed_in_vain_are_asked_again(tool: Tool, bea: Learner) -> None:
    """The tool goes away between the page and the claim, and once more at the report; an older one takes none."""
    claim(bea, {AMA: "1.00"}, reporting="yes")
    tool.answer = AWAY
    words = give(bea, **NUMBERS)
    assert "They were not kept." in words and REPORT in words
    tool.comes_back()
    send_due(client_for, datetime.now(UTC), is_forced=True)
    for fault in (AWAY, NotFound("tool_refused")):
        tool.answer = fault
        give(bea, "finish_report")
        words = give(bea, "finish_report", **NUMBERS)
        assert "They were not kept." in words and REPORT in words and "Your credit has been recorded" in words
    tool.holding = AWAY
    assert "The certificate service cannot be reached" in give(bea, "finish_report")
    tool.comes_back()
    give(bea, "finish_report")
    assert REPORT not in give(bea, "finish_report", **NUMBERS)
    nothing_kept("1234567893", "0704")


def test_what_went_with_the_claim_or_is_on_file_waits_for_nobody(tool: Tool, bea: Learner) -> None:
    claim(bea, {AMA: "1.00"}, reporting="yes")
    assert REPORT not in give(bea, **NUMBERS) and not ClaimDelivery.objects.get().is_report_owed


def test_on_file_by_then(tool: Tool, bea: Learner) -> None:
    claimed_while_away(tool, bea)
    give(bea, "finish_report")
    asked = {name for name in ("npi", "licence", "birth-day", "consent-pars", "abim") if f"id.{name}" in bea.html}
    tool.holding = NativeHolding(NAME, tuple(asked))
    bea.act("finish_report", "claim")
    assert REPORT not in bea.words and tool.reports == []


def test_it_can_be_left(tool: Tool, bea: Learner) -> None:
    claimed_while_away(tool, bea)
    bea.act("leave_report", "claim")
    assert REPORT not in bea.words and "Your credit has been recorded" in bea.words and tool.reports == []


def test_a_board_s_credit_waits_beside_it(tool: Tool, bea: Learner) -> None:
    tool.goes_away()
    words = claim(bea, BOTH, reporting="yes")
    assert WAITS in words and REPORT in words
    tool.comes_back()
    send_due(client_for, datetime.now(UTC), is_forced=True)
    bea.act("show", "claim")
    give(bea, "finish_claim")
    words = give(bea, "finish_claim", **GIVEN)
    assert WAITS not in words and REPORT in words and tool.claims[-1]["body"]["amounts"][ABIM] == "0.50"


def test_a_credit_that_a_link_was_quicker_with_is_reported_too(tool: Tool, bea: Learner) -> None:
    tool.holding = NativeHolding(NAME, (), (AMA,))
    assert REPORT in claim(bea, {AMA: "1.00"}, reporting="yes")
