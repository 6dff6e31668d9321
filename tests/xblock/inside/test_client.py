"""How the platform calls the tool: how long it waits, how often it tries, whom it believes, and from where it calls."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest
import requests
from django.test import override_settings

from lti_tool.domain.errors import BadInput, CmeError, NotFound, Refused, ServiceUnavailable
from lti_tool.domain.native import HOLDING_VERSION
from tests.xblock.inside.learner import Learner
from xblock_cme import client
from xblock_cme.acting import ACTIONS
from xblock_cme.client import HASTE, PATIENCE, TRIES, Approved, ByLink, Credentials, Listed, ToolClient
from xblock_cme.compat import tool_settings

TOKEN = {"access_token": "t", "expires_in": 900}
HOLDING = {"version": HOLDING_VERSION, "body": {"activity": "a"}}
ASKING = frozenset(
    {"evaluate", "claim", "claim_more", "edit_claim", "finish_claim", "leave_owed", "finish_report", "leave_report"}
    | {"renew", "look_up"}
)
"""What a learner does at the evaluation and the claim; everything else stays on the platform."""


@dataclass
class Line:
    """Answers in turn, after the token; an exception is a broken line. Keeps how it was asked."""

    answers: list[Any]
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def request(self, method: str, address: str, **options: Any) -> requests.Response:
        self.asked.append((address, options))
        found = (200, TOKEN) if address.endswith("/token") else self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        made = requests.Response()
        made.status_code, body = found
        made._content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return made

    def calls(self) -> list[dict[str, Any]]:
        return [options for address, options in self.asked if not address.endswith("/token")]


def client_at(*answers: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[ToolClient, Line]:
    line = Line(list(answers))
    monkeypatch.setattr(client, "_TOKENS", {})
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr(ToolClient, "_assertion", lambda self: "signed")
    return ToolClient(Credentials("https://cme.example.org", "c", "k", "pem"), line), line  # type: ignore[arg-type]


def test_a_broken_line_is_tried_again_and_a_busy_tool_too(monkeypatch: pytest.MonkeyPatch) -> None:
    tool, line = client_at(requests.ConnectionError(), (503, {}), (200, HOLDING), monkeypatch=monkeypatch)
    assert tool.holding("a", "s").activity == "a" and len(line.calls()) == TRIES
    for _, options in line.asked:
        assert options["timeout"] == PATIENCE and options["allow_redirects"] is False
    assert all(call["headers"]["Authorization"] == "Bearer t" for call in line.calls())


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    tool, line = client_at(*[requests.ReadTimeout()] * 9, monkeypatch=monkeypatch)
    with pytest.raises(ServiceUnavailable) as away:
        tool.holding("a", "s")
    assert away.value.code == "tool_unreachable" and len(line.calls()) == TRIES
    with pytest.raises(ServiceUnavailable):
        tool.in_haste().holding("a", "s")
    assert len(line.calls()) == TRIES + 1 and line.calls()[-1]["timeout"] == HASTE


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        ((200, {"version": "native-holding/9", "body": {}}), BadInput, "wire_version"),
        ((200, b"<html>a proxy's page</html>"), ServiceUnavailable, "tool_answer_unreadable"),
        ((200, b"x" * (client.MAX_BYTES + 1)), ServiceUnavailable, "tool_answer_too_large"),
        ((404, {"code": "activity_unknown"}), NotFound, "activity_unknown"),
        ((422, {"code": "wire_version"}), Refused, "wire_version"),
    ],
)
def test_what_is_no_answer_is_refused_and_never_guessed_at(
    answer: Any, kind: type[CmeError], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool, line = client_at(answer, monkeypatch=monkeypatch)
    with pytest.raises(kind) as refused:
        tool.holding("a", "s")
    assert refused.value.code == code and len(line.calls()) == 1


def test_an_address_that_leads_elsewhere_has_taken_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as the plain one of a tool behind https: what was sent there stays, and its page is no file."""
    tool, line = client_at(*[(301, b"Moved")] * 4, monkeypatch=monkeypatch)
    files = (lambda: tool.certificate("c", "s"), lambda: tool.certificates("a", "s"))
    for call in (lambda: tool.evaluation({}, "k"), *files, lambda: tool.identifiers({})):
        with pytest.raises(ServiceUnavailable) as moved:
            call()
        assert moved.value.code == "tool_unreachable"
    assert line.answers == []


def test_a_token_that_has_ended_is_renewed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tool, line = client_at((401, {}), (200, HOLDING), (401, {}), (401, {}), monkeypatch=monkeypatch)
    assert tool.holding("a", "s").activity == "a"
    assert sum(address.endswith("/token") for address, _ in line.asked) == 2
    with pytest.raises(Refused):
        tool.holding("a", "s")
    assert line.answers == []


def test_the_tool_s_settings_are_the_site_s_then_the_organisation_s_then_everybody_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    helpers = ModuleType("openedx.core.djangoapps.site_configuration.helpers")
    site = {"A": {"tool_url": "https://site.example"}}
    helpers.get_value_for_org = lambda org, name, default: site.get(org, default)  # type: ignore[attr-defined]
    parts = helpers.__name__.split(".")
    for end in range(1, len(parts)):
        monkeypatch.setitem(sys.modules, ".".join(parts[:end]), ModuleType(".".join(parts[:end])))
    monkeypatch.setitem(sys.modules, helpers.__name__, helpers)
    both = {"A": {"tool_url": "https://a.example"}, "B": {"tool_url": "https://b.example", "key_id": "b"}}
    found = {"tool_url": "https://all.example", "key_id": "all", "organisations": both}
    with override_settings(XBLOCK_SETTINGS={"cme": found}):
        assert tool_settings("A") == {"tool_url": "https://site.example", "key_id": "all"}
        assert tool_settings("B") == {"tool_url": "https://b.example", "key_id": "b"}
        assert tool_settings("C") == tool_settings("") == {"tool_url": "https://all.example", "key_id": "all"}


def test_the_tool_is_called_from_the_evaluation_and_the_claim_and_nowhere_else(
    ada: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(*args: object, **options: object) -> None:
        raise AssertionError("this called the tool")

    monkeypatch.setattr(ToolClient, "_send", call)
    ada.acknowledge()
    for action in ACTIONS.keys() - ASKING:
        for step in ("pre-test", "content"):
            ada.act(action, step, item="reading")
    for handler in ("media", "student_view_user_state", "certificate"):
        ada.get(handler, "x")
    staff = Learner(ada.scenario, "staff-bo")
    for handler in ("staff_learners", "staff_reset"):
        staff.post(handler, {"user": "ada"})
    assert ada.look()


def test_a_tool_that_does_not_tell_what_only_a_link_can_show_tells_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = {"key": "a", "title": "A", "version": 1, "credit": "", "expires_on": "2029-01-01", "is_expired": False}
    told = {"key": "b", "title": "B", "reason": "sessions"}
    older, newer = {"activities": [listed]}, {"activities": [listed | {"more": 1}], "by_link": [told | {"more": 1}]}
    tool, _ = client_at((200, older), (200, newer), monkeypatch=monkeypatch)
    assert tool.activities() == Approved([Listed(**listed)])
    assert tool.activities() == Approved([Listed(**listed)], [ByLink(**told)])
