"""What is kept of oneself: to read, and to take away."""

from __future__ import annotations

import json

from flask import Response
from flask.typing import ResponseReturnValue

from lti_tool.services.own_data import own_data as collected
from lti_tool.web.access import Access, Work, route
from lti_tool.web.learner import blueprint
from lti_tool.web.page import page


@route(blueprint, "/own-data", Access.LEARNER)
def own_data(work: Work) -> ResponseReturnValue:
    """What is kept of the visitor at this provider; a data-privacy launch ends here."""
    found = collected(work.db, work.visit, work.now)
    return page(
        "learner/own_data.html",
        work,
        provider_name=found.document["provider"],
        person=found.document["person"],
        titles=found.titles,
        certificates=found.document["certificates"],
    )


@route(blueprint, "/own-data.json", Access.LEARNER)
def own_data_file(work: Work) -> ResponseReturnValue:
    """The same as a file that machines can read."""
    document = collected(work.db, work.visit, work.now).document
    answer = Response(json.dumps(document, ensure_ascii=False, indent=2), mimetype="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="own-data.json"'
    return answer
