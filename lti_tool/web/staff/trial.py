"""Throwing away one's own test run."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from lti_tool.services.trial import wipe_trial as wipe
from lti_tool.web.access import Access, Work, route
from lti_tool.web.staff import blueprint


@route(blueprint, "/staff/test-run/wipe", Access.STAFF, ("POST",))
def wipe_trial(work: Work) -> ResponseReturnValue:
    wipe(work.db, work.visit)
    return redirect(url_for("staff.home"), 303)
