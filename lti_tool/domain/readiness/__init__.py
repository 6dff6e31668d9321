"""Is a plan fit for approval? One list of unmet rules, each with its source and its field. Pure; no clock."""

from __future__ import annotations

from collections.abc import Iterable

from lti_tool.domain.activity import Activity
from lti_tool.domain.document import Document
from lti_tool.domain.plan import section_of
from lti_tool.domain.readiness import delivery, measure, need, people
from lti_tool.domain.readiness.rule import Days, Rule, Severity, Unmet
from lti_tool.domain.rehearsal import impossible_steps

__all__ = ["RULES", "STEP_NEVER_OPENS", "Days", "Rule", "Severity", "Unmet", "blocking", "rehearsed", "unmet"]

RULES: tuple[Rule, ...] = (*need.RULES, *people.RULES, *measure.RULES, *delivery.RULES)
"""Every rule over the document. What the format of an activity file asks for comes on top (services/readiness)."""
STEP_NEVER_OPENS = "step_never_opens"
_REHEARSED = "AMA PRA credit system: clear instructions on how to complete the activity"


def unmet(document: Document, days: Days) -> tuple[Unmet, ...]:
    """What the document's own fields leave open, in the order of the rules.

    The section is that of the field: a rule about certificates may be met in the delivery.
    """
    return tuple(
        Unmet(rule.code, finding.path, section_of(finding.path), rule.source, rule.severity, finding.facts)
        for rule in RULES
        for finding in rule.check(document, days)
    )


def rehearsed(activity: Activity) -> tuple[Unmet, ...]:
    """Steps that nobody could ever do, found by walking through the activity as a learner who does all right."""
    return tuple(
        Unmet(
            STEP_NEVER_OPENS,
            f"steps.{step.value}",
            section_of("steps"),
            _REHEARSED,
            Severity.ERROR,
            {"step": step},
        )
        for step in impossible_steps(activity)
    )


def blocking(found: Iterable[Unmet]) -> tuple[Unmet, ...]:
    """What stands in the way of approval."""
    return tuple(one for one in found if one.is_error)
