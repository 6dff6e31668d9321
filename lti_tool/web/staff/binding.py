"""A link that names no activity: staff choose what it opens."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.errors import BadInput
from lti_tool.services.line_item import resource_id
from lti_tool.services.placement import bind as bind_placement
from lti_tool.services.placement import binding, placeable_activities
from lti_tool.web.access import Access, Work, route
from lti_tool.web.messages import STEP_NAMES
from lti_tool.web.page import page
from lti_tool.web.staff import blueprint
from lti_tool.web.staff.deep_link import MAX_SEARCH
from lti_tool.web.staff.words import fault_rows


def _form(work: Work, chosen: str | None = None, error: BadInput | None = None) -> Response:
    search = request.args.get("search", "").strip()[:MAX_SEARCH]
    now_bound = binding(work.db, work.visit)
    bound = resource_id(now_bound.activity_key, now_bound.step) if now_bound.activity_key else ""
    return page(
        "staff/bind.html",
        work,
        status=422 if error else 200,
        binding=now_bound,
        activities=placeable_activities(work.db, work.visit, work.now, search),
        chosen=[bound if chosen is None else chosen],
        search=search,
        step_names=STEP_NAMES,
        faults=fault_rows(error) if error else [],
    )


@route(blueprint, "/staff/bind", Access.STAFF)
def bind(work: Work) -> ResponseReturnValue:
    return _form(work, request.args.get("choose"))


@route(blueprint, "/staff/bind", Access.STAFF, ("POST",))
def bind_save(work: Work) -> ResponseReturnValue:
    chosen = request.form.get("choose", "")
    try:
        bind_placement(work.db, work.visit, chosen, work.now)
    except BadInput as error:
        return _form(work, chosen, error)
    return redirect(url_for("staff.home"), 303)
