"""All credit of this learner at this provider."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from lti_tool.domain.credit import printed_amount
from lti_tool.services.transcript import own_transcript, totals
from lti_tool.web.access import Access, Work, route
from lti_tool.web.learner import blueprint
from lti_tool.web.page import page


@route(blueprint, "/transcript", Access.LEARNER)
def transcript(work: Work) -> ResponseReturnValue:
    lines = own_transcript(work.db, work.visit)
    sums = totals(lines)
    return page("learner/transcript.html", work, lines=lines, sums=sums, printed_amount=printed_amount)
