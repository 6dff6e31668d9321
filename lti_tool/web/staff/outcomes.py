"""Before and after, question by question, and the evaluation."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from lti_tool.domain.assessment import right_answer
from lti_tool.services.commitment import commitment_summary
from lti_tool.services.follow_up_reminder import unreached
from lti_tool.services.outcomes import evaluation_summary
from lti_tool.services.outcomes import outcomes as load_outcomes
from lti_tool.services.response import ResponseSummary, response_summaries
from lti_tool.web.access import Access, Work, route
from lti_tool.web.learner.follow_up import BARRIER_WORDS, OUTCOME_WORDS
from lti_tool.web.learner.response import tally_rows
from lti_tool.web.staff import blueprint
from lti_tool.web.staff.frame import staff_page


@route(blueprint, "/staff/outcomes", Access.STAFF)
def outcomes(work: Work) -> ResponseReturnValue:
    small_cell = work.deps.settings.small_cell
    found = load_outcomes(work.db, work.visit, work.now, small_cell)
    responses = [_response(one) for one in response_summaries(work.db, work.visit, small_cell)]
    return staff_page("staff/outcomes.html", work, outcomes=found, responses=responses)


def _response(one: ResponseSummary) -> dict[str, Any]:
    """A case or poll with the words of what was chosen; no rows where too few answered."""
    rows = tally_rows(one.question, one.tally, right_answer(one.question)) if one.tally else ()
    return {"title": one.item.title, "stem": one.question.stem, "answered": one.answered, "rows": rows}


@route(blueprint, "/staff/evaluation", Access.STAFF)
def evaluation(work: Work) -> ResponseReturnValue:
    found = evaluation_summary(work.db, work.visit, work.deps.settings.small_cell)
    promised = commitment_summary(work.db, work.visit, work.now, work.deps.settings.small_cell)
    return staff_page(
        "staff/evaluation.html",
        work,
        summary=found,
        promised=promised,
        outcome_words=OUTCOME_WORDS,
        barrier_words=BARRIER_WORDS,
    )


@route(blueprint, "/staff/follow-ups", Access.STAFF)
def follow_ups(work: Work) -> ResponseReturnValue:
    """A list to print: who is to be asked in person what became of a commitment, because no mail does."""
    has_mail = work.deps.settings.has_mail
    found = unreached(work.db, work.visit, work.now, has_mail=has_mail)
    return staff_page("staff/follow_ups.html", work, unreached=found, has_mail=has_mail)
