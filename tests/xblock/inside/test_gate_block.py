"""The gate's own page in a real runtime: its step is there, what is behind it comes with the acknowledgement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from workbench.runtime import WorkbenchRuntime
from xblock.completable import XBlockCompletionMode

from tests.xblock.inside.learner import Learner
from tests.xblock.site.scenarios import fields_of
from xblock_cme.gate import CmeGateXBlock

BEHIND = "Behind the gate."


def gate_of(who: Learner) -> Any:
    return WorkbenchRuntime(who.name).get_block(WorkbenchRuntime(who.name).get_block(who.usage).parent)


def test_the_page_withholds_until_the_acknowledgement() -> None:
    ada = Learner("gate", "ada")
    assert BEHIND not in ada.html
    assert "Read and acknowledge the information and disclosure" in ada.words
    assert '<a href="">Show what comes next</a>' in ada.html
    ada.acknowledge()
    assert BEHIND in ada.look()
    assert "Show what comes next" not in ada.words
    assert BEHIND not in Learner("gate", "bo").html


def test_staff_pass_as_everywhere() -> None:
    assert BEHIND in Learner("gate", "staff-cy").html


def test_somebody_who_is_not_signed_in_stays_outside() -> None:
    assert BEHIND not in Learner("gate", "none").html


class Completions:
    """A platform's completion service, as the real one adds up (edx-completion, CompletionService)."""

    def __init__(self, tracks: bool = True) -> None:
        self.tracks, self.done = tracks, dict[str, float]()

    def completion_tracking_enabled(self) -> bool:
        return self.tracks

    def get_completions(self, keys: Iterable[str]) -> dict[str, float]:
        return {key: self.done.get(key, 0.0) for key in keys}

    def get_completable_children(self, node: Any) -> list[Any]:
        mode = XBlockCompletionMode.get_mode(node)
        if mode == XBlockCompletionMode.AGGREGATOR:
            return [
                leaf for key in node.children for leaf in self.get_completable_children(node.runtime.get_block(key))
            ]
        return [node] if mode == XBlockCompletionMode.COMPLETABLE else []

    def is_complete(self, *unit: Any) -> bool:
        leaves = [leaf.scope_ids.usage_id for block in unit for leaf in self.get_completable_children(block)]
        return all(self.done.get(leaf, 0.0) >= 1.0 for leaf in leaves)


@pytest.fixture
def completions(monkeypatch: pytest.MonkeyPatch) -> Completions:
    found, ask = Completions(), WorkbenchRuntime.service
    asked = lambda self, block, name: found if name == "completion" else ask(self, block, name)  # noqa: E731
    monkeypatch.setattr(WorkbenchRuntime, "service", asked)
    copies = fields_of("hypertension-2026")["copies"]
    monkeypatch.setattr(CmeGateXBlock, "_copies", lambda self, rule: copies)  # the workbench has no courses to read
    return found


def far_gate(who: Learner) -> Any:
    """The gate beside the step that opens it, without a step of its own."""
    unit = WorkbenchRuntime(who.name).get_block(WorkbenchRuntime(who.name).get_block(who.usage).parent)
    blocks = [unit.runtime.get_block(key) for key in unit.children]
    return next(block for block in blocks if isinstance(block, CmeGateXBlock))


def test_the_acknowledgement_is_what_completes(completions: Completions) -> None:
    """An open gate adds up its children; its own step is one of them and completes only when it is done."""
    ada = Learner("gate", "ada")
    assert CmeGateXBlock.completion_mode == XBlockCompletionMode.AGGREGATOR
    assert ada.events("completion") == [] and not completions.is_complete(gate_of(ada))
    ada.acknowledge()
    ada.look()
    assert ada.events("completion") == [{"completion": 1.0}], "of the step: a gate that holds it tells nothing"
    leaves = completions.get_completable_children(gate_of(ada))
    assert {leaf.scope_ids.block_type for leaf in leaves} == {"cme_step", "html_demo"}


def test_a_unit_is_not_complete_behind_a_step_that_stands_elsewhere(completions: Completions) -> None:
    """Nothing of it is shown, and of nothing all is complete: the gate itself is what is missing."""
    ada = Learner("gate-beyond", "ada")
    gate = far_gate(ada)
    assert not completions.is_complete(gate) and gate_events(ada) == []
    ada.acknowledge()
    assert [leaf.scope_ids.block_type for leaf in completions.get_completable_children(gate)] == ["html_demo"]
    ada.look()
    assert gate_events(ada) == [], "what is in it is not complete yet"
    completions.done[gate.children[0]] = 1.0
    ada.look()
    assert completions.is_complete(gate) and gate_events(ada) == [1.0]
    completions.done[gate.scope_ids.usage_id] = 1.0
    ada.look()
    assert gate_events(ada) == [1.0], "once"
    completions.done[gate.children[0]] = 0.0
    ada.look()
    assert gate_events(ada) == [1.0, 0.0] and not completions.is_complete(gate)


def gate_events(who: Learner) -> list[float]:
    """What gates have told: a step tells its completion with the answer to an action, never while a page is shown."""
    steps = 1 if any(who.events("grade")) else 0
    return [event["completion"] for event in who.events("completion")][steps:]


def test_what_is_collected_for_everybody(completions: Completions) -> None:
    """Without a learner: in the outline a gate is a leaf where it is not opened from within."""
    for scenario, find, mode in (("gate", gate_of, "aggregator"), ("gate-beyond", far_gate, "completable")):
        gate = find(Learner(scenario, "ada"))
        gate.scope_ids = gate.scope_ids._replace(user_id=None)
        assert gate.completion_mode == mode, scenario


@pytest.mark.parametrize("name", ["none", "staff-cy"])
def test_of_those_who_take_no_part_nothing_is_told(completions: Completions, name: str) -> None:
    assert Learner("gate-beyond", name).events("completion") == []


def test_a_platform_without_completion(completions: Completions) -> None:
    completions.tracks = False
    ada = Learner("gate-beyond", "ada")
    ada.acknowledge()
    ada.look()
    assert gate_events(ada) == []


def test_faults_are_told_to_the_author() -> None:
    gate = gate_of(Learner("gate", "ada"))
    texts = [message.text for message in gate.validate().messages]
    assert any("would not be withheld" in text for text in texts)
    gate.steps = []
    assert any("Choose at least one step" in message.text for message in gate.validate().messages)
    gate.steps, gate.activity = ["information"], "unknown"
    assert any("the gate never opens" in message.text for message in gate.validate().messages)


def test_cached_data_for_everybody_holds_nothing_gated() -> None:
    gate = gate_of(Learner("gate", "ada"))
    assert gate.student_view_data() == {"steps": ["information"]}
