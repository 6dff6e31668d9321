"""Write ``docs/reference/retention.md`` from the rules of retention and the credit types' own years.

Run ``python docs/generate_retention.py`` after a change of ``lti_tool/domain/retention.py`` or of a credit type's
years; a test compares.
"""

from __future__ import annotations

from datetime import date

from reference_page import document, table, write

from lti_tool.domain.retention import DEFAULT_MONTHS, RULES, Clock, RecordClass, Rule, least_months
from lti_tool.services.retention import rules_on

DAY = date(2026, 11, 24)
"""The catalogue's editions in force on this day."""
CLASSES = {
    RecordClass.CREDIT: "ledger, certificates, participation with acknowledgements and attempts; then the name",
    RecordClass.AWAITED: "attendance and awards entered for an e-mail address with which nobody has come",
    RecordClass.ANSWERS: "answers to tests, evaluations under a name, commitments to change, times of study",
    RecordClass.IDENTIFIERS: "sealed identifiers for boards and registries",
    RecordClass.DISCLOSURES: "roles, decisions, mitigation, support and evidence of an activity",
    RecordClass.MAIL: "messages that were sent or given up",
    RecordClass.SIGN_IN: "answers kept for repeated requests of the API; sessions and logins end by themselves",
    RecordClass.AUDIT: "the audit trail",
}
CLOCKS = {
    Clock.ACTIVITY: "the activity's end, the newest entry in the ledger, or the day it was made, whichever is last",
    Clock.AWARD: "the newest entry in the ledger, or the day it was made",
    Clock.MADE: "the day it was made",
    Clock.TERM: "the end of the term of accreditation; kept without end while no term is entered",
}
OPENING = """\
How long records are kept at least, by whose rule, and from when. The longest rule that applies wins; a provider's own
period is counted from the latest of these beginnings and can only be longer. The last day of a period is over when it
is over everywhere on Earth, so purging begins two days after it in UTC. A legal hold stands above all of it.
[Keep and erase records](../how-to/keep-and-erase-records.md) tells how to use this."""


def _months(months: int | None) -> str:
    return "for ever" if months is None else str(months)


def _classes() -> str:
    rules = rules_on(DAY)
    rows = (
        (f"`{one.value}`", CLASSES[one], _months(least_months(one, rules)), str(DEFAULT_MONTHS.get(one, "")))
        for one in RecordClass
    )
    return table(("Class", "What", "Least own period (months)", "Own period unless set (months)"), rows)


def _rule(rule: Rule) -> tuple[str, ...]:
    whose = f"{rule.body}, {rule.document}: {rule.clause}" if rule.body else "this product"
    for_whom = ", ".join(sorted(one.value for one in rule.accreditations)) or "all"
    classes = ", ".join(f"`{one.value}`" for one in RecordClass if one in rule.classes)
    return f"`{rule.key}`", whose, classes, for_whom, _months(rule.months), CLOCKS[rule.clock]


def _types() -> str:
    rows = (
        (f"`{next(iter(rule.credit_types))}`", rule.body, rule.document, _months(rule.months))
        for rule in sorted(rules_on(DAY), key=lambda one: one.key)
        if rule.credit_types
    )
    return table(("Credit type", "Body", "Edition", "Months"), rows)


def page() -> str:
    head = ("Key", "Rule", "Classes", "Accreditation", "Months", "Counted from")
    return document(
        "# Retention",
        OPENING,
        "## Classes of records",
        _classes(),
        "## Rules",
        table(head, map(_rule, RULES)),
        "## Years of credit types",
        "For credit of a type, its body's years, from the catalogue's edition in force now or from the one in force\n"
        "at the award, whichever is longer.",
        _types(),
        generator="generate_retention.py",
    )


if __name__ == "__main__":
    write("retention.md", page())
