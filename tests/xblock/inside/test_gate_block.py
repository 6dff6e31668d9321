"""The gate's own page in a real runtime: its step is there, what is behind it comes with the acknowledgement."""

from __future__ import annotations

from typing import Any

from workbench.runtime import WorkbenchRuntime
from xblock.completable import XBlockCompletionMode

from tests.xblock.inside.learner import Learner
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


def test_the_acknowledgement_is_what_completes() -> None:
    """The gate adds up its children; its own step is one of them and completes only when it is done."""
    ada = Learner("gate", "ada")
    assert CmeGateXBlock.completion_mode == XBlockCompletionMode.AGGREGATOR
    assert ada.events("completion") == []
    ada.acknowledge()
    assert ada.events("completion") == [{"completion": 1.0}]


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
