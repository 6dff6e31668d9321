"""Write ``docs/reference/readiness.md`` from the rules of readiness and their words.

Run ``python docs/generate_readiness.py`` after a change of ``lti_tool/domain/readiness``; a test compares.
"""

from __future__ import annotations

import re

from reference_page import document, table, write

from lti_tool.domain.readiness import RULES, STEP_NEVER_OPENS, Rule, Severity
from lti_tool.services.plan.faces import FACES, SESSIONS_END_FACES
from lti_tool.services.plan.settings import SOURCES
from lti_tool.web.office.planning.readiness_words import WORDS
from lti_tool.web.office.planning.sections import SECTION_WORDS

OPENING = """\
A plan is fit for approval when no rule of severity *needed* is unmet. The list is computed from the plan's document
whenever it is shown, and approval refuses with the very same list: there is no second check that could disagree.

Six parts make the list:

1. the rules below, pure functions in `lti_tool/domain/readiness/`;
2. every check of [activity files](activity-file.md), in its own words: what a file may not say, a plan may not say;
3. a rehearsal (`lti_tool/domain/rehearsal.py`): a learner who does everything right is played through the activity by
   the rules of real learners. A step that nobody could ever do is named, whatever makes it impossible: dates, a pass
   mark out of reach, more study time than the activity is open;
4. once the plan has a roster, what is open there about people, support, joint providers and an exception, with its
   clause ([collect disclosures](../how-to/collect-disclosures.md)). It takes the place of the rules about disclosures,
   agreements and the argument of an exception below;
5. what the provider's settings say: wording that nobody has confirmed, and where plan and settings disagree;
6. what a change would do to native faces that show the activity already, where a platform's server is connected.

*Advice* never stands in the way. *good practice* as source says that no accreditor asks for it. How far the sources
were read is told on the page about [accreditors' rules](rules.md)."""

LATER = """\
## After the approval

Rules about the day of designation are measured by the day on which the plan was approved, not by today: a change
request never makes designated credit look retroactive."""
KINDS = {Severity.ERROR: "needed", Severity.WARNING: "advice"}


def _words(text: object) -> str:
    """With names in the place of values."""
    return re.sub(r"%\((\w+)\)s", r"*\1*", str(text)).replace("%%", "%")


def _row(rule: Rule) -> tuple[str, ...]:
    what, remedy = WORDS[rule.code]
    return f"`{rule.code}`", KINDS[rule.severity], _words(what), _words(remedy), rule.source


def _own_row(code: str, severity: Severity, source: str) -> tuple[str, ...]:
    what, remedy = WORDS[code]
    return f"`{code}`", KINDS[severity], _words(what), _words(remedy), source


def page() -> str:
    """The whole page. Raises ``KeyError`` for a rule that has no words."""
    head = ("Code", "Severity", "What is not met", "What to do", "Source")
    parts = []
    for section, name in SECTION_WORDS.items():
        rows = [_row(rule) for rule in RULES if rule.section is section]
        if rows:
            parts.append(f"## {name}\n\n{table(head, rows)}")
    what, remedy = WORDS[STEP_NEVER_OPENS]
    rehearsal = (f"`{STEP_NEVER_OPENS}`", "needed", _words(what), _words(remedy), "the pathway itself")
    parts.append(f"## The rehearsal\n\n{table(head, [rehearsal])}")
    settings = [_own_row(code, severity, source) for code, (severity, source) in SOURCES.items()]
    parts.append(f"## The provider's settings\n\n{table(head, settings)}")
    faces = _own_row(SESSIONS_END_FACES, Severity.WARNING, FACES)
    parts.append(f"## Native faces\n\n{table(head, [faces])}")
    return document("# Readiness", OPENING, *parts, LATER, generator="generate_readiness.py")


if __name__ == "__main__":
    write("readiness.md", page())
