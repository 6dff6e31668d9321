"""A launch of authors, from the course builder of their learning platform: on to their plans in the office."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from lti_tool.services.office import visit_may_enter
from lti_tool.services.team import known_as
from lti_tool.web.access import Access, Work, route
from lti_tool.web.page import page
from lti_tool.web.staff import blueprint

MAX_KEY = 64


@route(blueprint, "/staff/planning", Access.STAFF)
def planning(work: Work) -> ResponseReturnValue:
    """Looking opens nothing; to whom the office holds nothing, it says as whom to ask for access."""
    may_enter = visit_may_enter(work.db, work.visit, work.now)
    return page(
        "staff/planning.html",
        work,
        status=200 if may_enter else 403,
        may_enter=may_enter,
        activity=request.args.get("activity", "")[:MAX_KEY],
        known_as=known_as(work.db, work.visit.learner_id),
    )
