"""What the workbench shows: each sample activity as a whole, and one in single steps around a gate."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

SAMPLES = Path(os.environ["CME_SITE"]) / "samples"


def fields_of(name: str) -> dict[str, Any]:
    """Fields of a block that has taken version 1 of a sample."""
    fields: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return fields


def step_xml(name: str, step: str = "") -> str:
    """OLX of a step block that has taken a sample."""
    attributes = "".join(f" {key}={quoteattr(json.dumps(value))}" for key, value in fields_of(name).items())
    return f'<cme_step step="{step}"{attributes}/>'


def gate_xml(name: str, steps: str) -> str:
    """A gate that holds the disclosure of a sample and a paragraph behind it."""
    behind = "<html_demo>Behind the gate.</html_demo>"
    return f'<cme_gate activity="{name}" steps={quoteattr(steps)}>{step_xml(name, "information")}{behind}</cme_gate>'


def all_scenarios() -> dict[str, str]:
    names = sorted(path.stem for path in SAMPLES.glob("*.json"))
    found = {name: step_xml(name) for name in names}
    found["empty"] = "<cme_step/>"
    found["gate"] = gate_xml("hypertension-2026", '["information"]')
    behind = '<cme_gate activity="hypertension-2026"><html_demo>Behind the gate.</html_demo></cme_gate>'
    found["gate-beyond"] = f"<vertical_demo>{step_xml('hypertension-2026', 'information')}{behind}</vertical_demo>"
    steps = ("information", "pre-test", "content", "post-test", "evaluation", "claim")
    parts = "".join(step_xml("hypertension-2026", step) for step in steps)
    found["single-steps"] = f"<vertical_demo>{parts}</vertical_demo>"
    return found


def add_scenarios() -> None:
    from workbench.scenarios import add_xml_scenario

    for name, xml in all_scenarios().items():
        add_xml_scenario(name, name, xml)
