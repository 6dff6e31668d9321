"""Files of certificates by the block's handler: each, all in one archive, and why there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lti_tool.domain.errors import CmeError, NotFound, Refused, ServiceUnavailable
from lti_tool.domain.native import NativeAnswer
from tests.xblock.inside.board import ABIM, AMA, AWAY, NAME, Tool, at_the_claim, claim
from tests.xblock.inside.learner import Learner
from tests.xblock.inside.test_elsewhere import CERTIFICATE
from tests.xblock.inside.test_identifiers import bea, tool
from tests.xblock.site.identity import lti_id
from xblock_cme import client, compat

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
