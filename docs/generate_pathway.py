"""Write ``docs/reference/pathway.md`` from the step table, so that the page cannot disagree with the code.

Run ``python docs/generate_pathway.py`` after a change of ``lti_tool/domain/pathway.py``; a test compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from lti_tool.domain.activity import Step
from lti_tool.domain.pathway import CLOSES_AT_EXPIRY, KEPT, STEP_TABLE
from lti_tool.domain.standing import Blocker

PAGE = Path(__file__).parent / "reference" / "pathway.md"

DONE_WHEN = {
    Step.INFORMATION: "the text now in force was acknowledged; a changed text asks again",
    Step.PRE_TEST: "one attempt was submitted, whatever its score",
    Step.CONTENT: "the learner said so, every item was opened or played far enough, and the minimum time was spent",
    Step.POST_TEST: "one submitted attempt reached the pass mark",
    Step.EVALUATION: "the evaluation was sent",
    Step.CLAIM: "credit was claimed",
    Step.CERTIFICATE: "credit was claimed",
}

ARROW = {
    Step.INFORMATION: "acknowledged",
    Step.PRE_TEST: "submitted",
    Step.CONTENT: "studied",
    Step.POST_TEST: "passed",
    Step.EVALUATION: "sent",
    Step.CLAIM: "claimed",
}

MEANING = {
    "needs_<step>": "a required step before this one is not done",
    "not_released": "before the release day",
    "not_designated": "before the day on which the credit was designated",
    "expired": "after the expiration day",
    "closed": "the provider closed the activity before it expired",
    "claims_not_open": "before the first day for claims",
    "claims_closed": "after the last day for claims, and no late claim was granted",
    "credit_ended": "the credit was revoked or has expired; only staff can award it again",
    "credited_elsewhere": "credit was given for another activity with the same education",
    "nothing_to_claim": "all credit of the activity that is for this learner has been claimed",
    "not_attended": "the activity has sessions, and staff have recorded this learner at none of them",
    "attended_too_little": "the attended sessions give less than the least amount of every credit",
    "content_unopened": "an item was not opened yet",
    "content_minutes": "the minimum time was not spent yet",
    "content_coverage": "a recording was not played far enough yet",
    "content_unanswered": "a case or poll was not answered yet",
    "attempts_used": "no attempt is left",
    "cool_down": "the waiting time since the last attempt is not over",
    "already_passed": "the post-test was passed, so there is nothing to try again",
    "already_taken": "the pre-test is taken once",
    "pre_test_over": "the content was finished or the post-test begun, so a pre-test would measure nothing",
    "step_absent": "the activity has no such test",
}


def blocker_codes() -> list[str]:
    """The codes that the code itself lists."""
    listed = (Blocker.__doc__ or "").partition("Codes:")[2]
    return re.findall(r"``([^`]+)``", listed)


def _title(step: Step) -> str:
    return step.value.capitalize()


def _expiry(step: Step) -> str:
    if step is Step.CLAIM:
        return "closes at the claim deadline, unless credit was claimed"
    if step in CLOSES_AT_EXPIRY and step in KEPT:
        return "closes, unless credit was claimed"
    if step in CLOSES_AT_EXPIRY:
        return "closes"
    return "stays, once credit was claimed" if step in KEPT else "stays open"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows)]


def _steps() -> list[str]:
    rows = [(_title(step), f"`{step.value}`", DONE_WHEN[step], _expiry(step)) for step in Step if step in STEP_TABLE]
    return _table(("Step", "Address", "Done when", "After expiry"), rows)


def _diagram() -> list[str]:
    order = [step for step in Step if step in STEP_TABLE]
    names = {step: step.value.replace("-", "_") for step in order}
    nodes = [f'    {names[step]}["{_title(step)}"]' for step in order]
    arrows = [f"    {names[step]} -->|{ARROW[step]}| {names[later]}" for step, later in pairwise(order)]
    again = f"    {names[order[0]]} -.->|text changed| {names[order[0]]}"
    return ["```mermaid", "flowchart TD", *nodes, *arrows, again, "```"]


def _blockers() -> list[str]:
    return _table(("Code", "Meaning"), [(f"`{code}`", MEANING[code]) for code in blocker_codes()])


def page() -> str:
    """The whole page. Raises ``KeyError`` for a step or code that has no words here yet."""
    parts = [
        ["# The pathway"],
        [
            "Where a learner stands is computed from the activity and from facts (acknowledgements, attempts, study,",
            "evaluation, claims) by `standing()` in `lti_tool/domain/pathway.py`; no stored state can disagree.",
            "A step opens when every *required* step before it is done and the activity's window allows it.",
            "An author may make each of the first five steps required, optional or absent. Claim and certificate stand",
            "wherever there is credit. The information page can always be read; every other step waits for release and",
            "designation.",
        ],
        _steps(),
        ["## The way through an activity with every step required"],
        _diagram(),
        ["## Why something is locked"],
        _blockers(),
        ["This page is written by `docs/generate_pathway.py`; do not edit it by hand."],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
