"""The words of awards by a rule: what is counted, what is confirmed, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import lazy_gettext

from lti_tool.domain.award_rule import AwardRule, Condition, RuleForm
from lti_tool.domain.credit import Basis

CONDITION_PREFIX = "condition."
CONDITION_WORDS: dict[Condition, Any] = {
    Condition.JOURNAL_INDEXED: lazy_gettext(
        "It was an original manuscript for a journal that MEDLINE indexes and that asks several reviewers."
    ),
    Condition.EDITOR_ACCEPTED: lazy_gettext("The editor has accepted the review."),
    Condition.ITEMS_REVIEWED: lazy_gettext(
        "The person researched and wrote the items and took part in the group’s peer review of them."
    ),
    Condition.STAGES_IN_ORDER: lazy_gettext("The stages were completed in order, beginning with stage A."),
    Condition.CYCLES_DOCUMENTED: lazy_gettext(
        "Each cycle is documented: the clinical question, the sources consulted, the application to practice."
    ),
    Condition.ORIGINAL_PRESENTATION: lazy_gettext("The person presented original material of their own."),
    Condition.FIRST_TIME: lazy_gettext("The same material was not credited before, here or elsewhere."),
    Condition.NO_LEARNER_CREDIT: lazy_gettext("The person has no learner credit for the session that they presented."),
}
"""AMA PRA credit system; for each format its own."""

COUNT_WORDS: dict[Basis, Any] = {
    Basis.EACH: lazy_gettext("Completed (1)"),
    Basis.STAGES: lazy_gettext("Completed stages"),
    Basis.CYCLES: lazy_gettext("Completed cycles"),
    Basis.TEACHING: lazy_gettext("Minutes presented"),
}
RULE_NAMES = {
    AwardRule.FORMAT: lazy_gettext("by the format’s fixed amount"),
    AwardRule.TEACHING: lazy_gettext("for teaching"),
}
RULE_FAULTS: dict[tuple[str, str], Any] = {
    ("rule", "rule_unknown"): lazy_gettext("There is no such rule: write teaching or format."),
    ("count", "missing"): lazy_gettext("Enter how much was done."),
    ("count", "not_a_number"): lazy_gettext("Enter a number."),
    ("count", "not_whole"): lazy_gettext("Enter a whole number."),
    ("count", "out_of_range"): lazy_gettext("This is outside what is possible."),
    ("count", "above_activity"): lazy_gettext("Nobody can have presented longer than the activity lasted."),
    ("presenter", "missing"): lazy_gettext("Choose who of the activity’s faculty this is."),
    ("presenter", "presenter_unknown"): lazy_gettext("The activity names no such person as faculty."),
    ("condition", "missing"): lazy_gettext("Confirm this, or award nothing."),
}
"""(field, code) to words; ``condition.<condition>`` counts as ``condition``."""


LINES = {
    "minutes": lazy_gettext("minutes"),
    "count": lazy_gettext("count"),
    "amount_each": lazy_gettext("for each"),
    "bonus": lazy_gettext("bonus"),
    "before_rounding": lazy_gettext("before rounding"),
}


def fault_of(field: str, code: str) -> Any | None:
    return RULE_FAULTS.get((field.partition(".")[0], code))


def sent_conditions() -> frozenset[str]:
    """The boxes that were ticked."""
    sent = request.form
    return frozenset(
        name.removeprefix(CONDITION_PREFIX)
        for name in sent
        if name.startswith(CONDITION_PREFIX) and sent[name] == "yes"
    )


def sent_rule() -> RuleForm:
    sent = request.form
    return RuleForm(sent.get("rule", ""), sent.get("count", ""), sent.get("presenter", ""), sent_conditions())


def worked_words(kept: Mapping[str, Any]) -> str:
    """A working that was kept with an award, in one line: ``minutes 60, amount each 2.00``."""
    working = kept.get("working", {})
    figures = ", ".join(f"{LINES.get(line['key'], line['key'])} {_short(line['value'])}" for line in working["lines"])
    presenter = f"; {kept['presenter_name']}" if kept.get("presenter_name") else ""
    return f"{kept.get('subject', '')}: {figures}{presenter}"


def _short(number: str) -> str:
    return f"{Decimal(number).normalize():f}"
