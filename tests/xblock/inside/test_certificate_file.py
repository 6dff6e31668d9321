"""Files of certificates by the block's handler: each, all in one archive, and why there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lti_tool.domain.errors import CmeError, NotFound, Refused, ServiceUnavailable
from lti_tool.domain.native import NativeAnswer, NativeHolding, NativeRecord, Reason
from lti_tool.domain.record import Record
from tests.xblock.inside.board import ABIM, AMA, AWAY, NAME, Tool, at_the_claim, claim, give
from tests.xblock.inside.learner import Learner
from tests.xblock.inside.test_elsewhere import CERTIFICATE
from tests.xblock.inside.test_identifiers import bea, tool
from tests.xblock.site.identity import lti_id
from xblock_cme import client, compat
from xblock_cme.plugin.models import ClaimDelivery

__all__ = ["bea", "tool"]
ALL = "Download all certificates (ZIP)"
TWO = NativeAnswer(True, (CERTIFICATE, replace(CERTIFICATE, id="c2", number="2026-2", credit_type=ABIM)))


class Press:
    """Gives files, or refuses; keeps what it was asked for."""

    def __init__(self) -> None:
        self.refusal: CmeError | None = None
        self.asked: list[tuple[str, str]] = []

    def give(self, what: str, subject: str) -> bytes:
        self.asked.append((what, subject))
        if self.refusal is not None:
            raise self.refusal
        return what.encode()


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch) -> Press:
    made = Press()
    monkeypatch.setattr(client.ToolClient, "certificate", lambda self, key, subject: made.give(key, subject))
    monkeypatch.setattr(client.ToolClient, "certificates", lambda self, key, subject: made.give(key, subject))
    return made


@pytest.fixture
def holder(tool: Tool, bea: Learner) -> Learner:
    tool.answer = TWO
    claim(bea, {AMA: "1.00"})
    return bea


def told(answer: Any, status: int) -> str:
    assert answer.status_code == status and answer["Content-Type"].startswith("text/plain")
    return str(answer.content.decode())


def test_several_are_offered_each_and_all_together(press: Press, holder: Learner) -> None:
    assert ALL in holder.words and "/certificate/all.zip" in holder.html
    assert holder.words.count("Download the certificate (PDF)") == 2
    for suffix, kind, name, what in (
        ("c2", "application/pdf", "certificate.pdf", b"c2"),
        ("all.zip", "application/zip", "certificates.zip", NAME.encode()),
    ):
        answer = holder.get("certificate", suffix)
        assert answer.status_code == 200 and answer["Content-Type"] == kind and answer.content == what
        assert name in answer["Content-Disposition"] and "no-store" in answer["Cache-Control"]
    assert press.asked == [("c2", lti_id("bea")), (NAME, lti_id("bea"))]


def test_one_is_offered_alone(press: Press, tool: Tool, bea: Learner) -> None:
    claim(bea, {AMA: "1.00"})
    assert ALL not in bea.words and "all.zip" not in bea.html


@pytest.mark.parametrize(
    ("refusal", "status", "words"),
    [
        (AWAY, 503, "Your credit is recorded; the PDF follows. Try again in a few minutes. (tool_unreachable)"),
        (ServiceUnavailable("printer_away"), 503, "Your credit is recorded; the PDF follows."),
        (Refused("tool_not_connected"), 503, "Your credit is recorded; the PDF follows."),
        (NotFound("tool_refused"), 503, "The certificate service does not give them together. Download each"),
        (ServiceUnavailable("tool_answer_too_large"), 503, "The certificate service does not give them together."),
        (NotFound("certificate_unknown"), 404, "None of these certificates is valid any more."),
    ],
    ids=lambda value: getattr(value, "code", ""),
)
def test_why_there_is_no_archive(press: Press, holder: Learner, refusal: CmeError, status: int, words: str) -> None:
    press.refusal = refusal
    assert told(holder.get("certificate", "all.zip"), status).startswith(words)
    press.refusal = None
    assert holder.get("certificate", "c1").content == b"c1", "each by itself"


def test_the_tool_is_not_asked_for_what_is_no_certificate_of_this_learner(press: Press, holder: Learner) -> None:
    other = at_the_claim("cy")
    for who, suffix in ((other, "all.zip"), (other, "c1"), (holder, "c3"), (holder, "all"), (holder, "")):
        assert who.get("certificate", suffix).status_code == 404
    staff = Learner(NAME, "staff-bo")
    assert staff.get("certificate", "all.zip").status_code == 404 and press.asked == []


def test_while_a_claim_waits_there_is_nothing_to_have(press: Press, tool: Tool, bea: Learner) -> None:
    tool.answer = AWAY
    assert "Your claim is kept" in claim(bea, {AMA: "1.00"})
    assert bea.get("certificate", "all.zip").status_code == 404 and press.asked == []


def test_an_answer_of_another_release_is_not_guessed_at(
    press: Press, holder: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lti_tool.domain import native

    monkeypatch.setattr(native, "VERSIONS", {**native.VERSIONS, NativeAnswer: "native-answer/9"})
    assert "(wire_version)" in told(holder.get("certificate", "all.zip"), 503) and press.asked == []


def test_without_a_tool_in_the_settings_the_credit_stands(holder: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compat.settings, "XBLOCK_SETTINGS", {})
    assert "(tool_not_connected)" in told(holder.get("certificate", "all.zip"), 503)


# What has become of them.

RENEW = "Look up my certificates"
OLD = replace(CERTIFICATE, status="superseded")
NEW = replace(CERTIFICATE, id="c9", number="2026-9", learner_name="Augusta King, MD")


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the tool tells of the learner, last first; an exception is raised."""
    told: list[Any] = []

    def record(self: Any, key: str, subject: str, context: str) -> NativeRecord:
        assert (key, subject) == (NAME, lti_id("bea"))
        if isinstance(told[0], CmeError):
            raise told[0]
        return NativeRecord(NAME, 1, Record(), told[0])

    monkeypatch.setattr(client.ToolClient, "record", record)
    return told


def renewed(who: Learner) -> str:
    assert RENEW in who.words
    who.act("renew", "certificate")
    return who.words


def test_a_corrected_certificate_is_looked_up_and_told_apart_from_the_old_one(
    press: Press, recorded: list[Any], tool: Tool, bea: Learner
) -> None:
    claim(bea, {AMA: "1.00"})
    recorded.append(NativeAnswer(True, (OLD, NEW)))
    words = renewed(bea)
    assert "Your certificates are shown as they are now." in words and "Augusta King" in words
    assert words.count("Replaced by a newer certificate") == 1 and ALL not in words, "one is valid"
    bea.look()
    assert "2026-9" in bea.words and bea.get("certificate", "c9").content == b"c9"
    recorded[0] = NativeAnswer(True, (OLD, replace(NEW, status="revoked")))
    assert "Withdrawn" in renewed(bea)
    recorded[0] = NativeAnswer(True, (replace(OLD, status="of-a-later-release"), NEW))
    assert "Not valid any more" in renewed(bea) and ALL not in bea.words and ClaimDelivery.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (None, "The provider tells of no certificate at the moment."),
        (AWAY, "Your credit cannot be looked up at the moment."),
        (NotFound("activity_unknown"), "The provider no longer offers this activity here."),
    ],
    ids=str,
)
def test_where_nothing_is_told_what_is_known_stays(recorded: list[Any], holder: Learner, told: Any, words: str) -> None:
    recorded.append(told)
    assert words in renewed(holder) and "2026-1" in holder.words and "2026-2" in holder.words


def test_credit_that_was_refused_is_not_taken_for_given(recorded: list[Any], tool: Tool, bea: Learner) -> None:
    claim(bea, {AMA: "1.00"})
    tool.holding = NativeHolding(NAME, ("abim", "birth-day", "consent-pars"), (AMA,))
    tool.answer = NativeAnswer(False, (), (Reason("facts_impossible"),))
    bea.act("claim_more", "claim")
    give(bea, "claim", attestation="yes", **{f"amount.{ABIM}": "0.50"})
    recorded.append(NativeAnswer(True, (CERTIFICATE,)))
    assert "Claim further credit" in renewed(bea) and "2026-1" in bea.words


def test_what_was_given_by_a_link_after_a_refused_claim_is_all_that_is_held(
    recorded: list[Any], tool: Tool, bea: Learner
) -> None:
    tool.holding = NativeHolding(NAME, ("abim", "birth-day", "consent-pars"))
    tool.answer = NativeAnswer(False, (), (Reason("facts_impossible"),))
    assert "Your claim was not accepted" in claim(bea, {AMA: "1.00", ABIM: "0.50"})
    recorded.append(NativeAnswer(True, (CERTIFICATE,)))
    bea.act("look_up", "claim")
    assert "Your credit has been recorded" in bea.words and "Claim further credit" in bea.words


def test_nothing_is_asked_where_nothing_was_given_or_a_claim_is_under_way(
    recorded: list[Any], tool: Tool, bea: Learner
) -> None:
    bea.act("renew", "claim")
    assert RENEW not in bea.words
    tool.answer = AWAY
    claim(bea, {AMA: "1.00"})
    bea.act("renew", "claim")
    assert "Your claim is kept" in bea.words and recorded == []


def test_in_another_s_name_nothing_is_kept(
    recorded: list[Any], holder: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.append(NativeAnswer(True, (OLD, NEW)))
    with monkeypatch.context() as preview:
        preview.setattr(compat, "_preview_of", lambda service, course: compat.Preview.PERSON)
        holder.act("renew", "certificate")
        assert "This is a preview" in holder.words
    holder.look()
    assert "2026-9" not in holder.words and "2026-2" in holder.words
