"""A learner at the claim of an activity with board credit, and a tool that answers what it is told to."""

from __future__ import annotations

import re
from typing import Any

from django.apps import apps

from lti_tool.domain.errors import ServiceUnavailable
from lti_tool.domain.native import NativeAnswer, NativeHolding
from tests.xblock.inside.learner import Learner
from tests.xblock.inside.test_elsewhere import CERTIFICATE
from tests.xblock.inside.test_step import evaluation_answers, walk_to_evaluation
from xblock_cme.facts import write_facts

NAME = "board-credit"
AMA, ABIM, BRN = "ama-pra-category-1", "moc-abim", "california-brn"
BOTH = {AMA: "1.00", ABIM: "0.50"}
GIVEN = {"id.abim": "987654", "id.birth-day": "12/31", "id.consent-pars": "yes"}
AWAY = ServiceUnavailable("tool_unreachable", "the tool did not answer: status 503")
WAITS = "This credit waits for you"


class Tool:
    """Holds and answers what it is told to; keeps what it was sent."""

    def __init__(self) -> None:
        self.holding: Any = NativeHolding(NAME)
        self.answer: Any = NativeAnswer(True, (CERTIFICATE,))
        self.asked: list[str] = []
        self.claims: list[dict[str, Any]] = []
        self.reports: list[dict[str, Any]] = []

    def hold(self, subject: str) -> NativeHolding:
        self.asked.append(subject)
        return self.told(self.holding)

    def claim(self, message: dict[str, Any]) -> NativeAnswer:
        self.claims.append(message)
        return self.told(self.answer)

    def report(self, message: dict[str, Any]) -> None:
        self.reports.append(message)
        if isinstance(self.answer, Exception):
            raise self.answer

    def told(self, found: Any) -> Any:
        if isinstance(found, Exception):
            raise found
        return found

    def goes_away(self) -> None:
        self.holding = self.answer = AWAY

    def comes_back(self) -> None:
        self.holding, self.answer = NativeHolding(NAME), NativeAnswer(True, (CERTIFICATE,))


WALKED: list[dict[str, Any]] = []
"""The state of the first learner who walked up to the claim; later ones begin with it."""


def at_the_claim(name: str = "bea", degree: str = "MD") -> Learner:
    who = Learner(NAME, name)
    if WALKED and not name.startswith("staff-"):
        _begin_with(who, WALKED[0])
    else:
        walk_to_evaluation(who)
        who.act("evaluate", "evaluation", **evaluation_answers())
    if not WALKED and not name.startswith("staff-"):
        WALKED.append(write_facts(who.facts()))
    who.act("details", "claim", printed_name="Bea", degree=degree, country="US")
    return who


def _begin_with(who: Learner, facts: dict[str, Any]) -> None:
    from workbench.runtime import WorkbenchRuntime

    block = WorkbenchRuntime(who.name).get_block(who.usage)
    block.facts = facts
    block.save()


def claim(who: Learner, amounts: dict[str, str], **fields: str) -> str:
    chosen = {f"amount.{code}": amount for code, amount in amounts.items()}
    who.act("claim", "claim", profile=who.hidden("profile"), attestation="yes", **chosen, **fields)
    return who.words


def give(who: Learner, action: str = "claim", **fields: str) -> str:
    """Send the page that asks, with what it carries."""
    carried: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', who.html):
        carried.setdefault(name, []).append(value)
    who.act(action, "claim", **carried, **fields)
    return who.words


def stored() -> str:
    """Everything that the platform keeps, as text."""
    from workbench.models import XBlockState

    tables = [*apps.get_app_config("xblock_cme").get_models(), XBlockState]
    return " ".join(repr(row) for table in tables for row in table.objects.values_list())


def nothing_kept(*texts: str) -> None:
    found = stored()
    assert "Bea" in found
    for text in texts or ("987654", "1231", "12/31"):
        # As a whole: keys and moments of the rows hold many a run of digits.
        assert not re.search(rf"(?<![0-9A-Za-z]){re.escape(text)}(?![0-9A-Za-z])", found), text
