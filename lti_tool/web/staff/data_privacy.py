"""A data-privacy launch about somebody else: on to the office, where the request is entered and decided."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from lti_tool.services.row_key import is_row_key
from lti_tool.web.access import Access, Work, route
from lti_tool.web.page import page
from lti_tool.web.staff import blueprint


@route(blueprint, "/staff/data-privacy/<learner_id>", Access.STAFF)
def data_privacy(work: Work, learner_id: str) -> ResponseReturnValue:
    """Shows nothing of the person: whether the visitor may see it, the office asks."""
    return page("staff/data_privacy.html", work, learner_id=learner_id if is_row_key(learner_id) else "")
