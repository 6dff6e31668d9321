"""Where instructors arrive: what the link opens, and everything that they can do with it."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from lti_tool.services.line_item import INFORMATION_TAG
from lti_tool.services.office import visit_may_enter
from lti_tool.services.placement import binding
from lti_tool.services.trial import trial
from lti_tool.web.access import Access, Work, route
from lti_tool.web.staff import blueprint
from lti_tool.web.staff.frame import staff_page
from lti_tool.web.staff.words import opens_what


@route(blueprint, "/staff/home", Access.STAFF)
def home(work: Work) -> ResponseReturnValue:
    """An unbound link goes to the page where its activity is chosen."""
    if work.visit.deep_linking is not None:
        return redirect(url_for("staff.deep_link"), 303)
    found = binding(work.db, work.visit)
    if not found.activity_key:
        return redirect(url_for("staff.bind"), 303)
    own = trial(work.db, work.visit)
    return staff_page(
        "staff/home.html",
        work,
        binding=found,
        opens=opens_what(found.step),
        trial=own,
        gate_tag=INFORMATION_TAG,
        has_office=visit_may_enter(work.db, work.visit, work.now),
    )
