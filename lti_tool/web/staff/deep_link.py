"""Deep Linking: the instructor picks activities or steps, and the LMS gets them signed (LTI Deep Linking 2.0)."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.errors import BadInput, Conflict
from lti_tool.domain.launch import DeepLinkingSettings
from lti_tool.lti.deep_linking import DeepLinkItem, respond
from lti_tool.services.office import visit_may_enter
from lti_tool.services.placement import (
    PlacementOffer,
    close_deep_linking,
    deep_linking_launch,
    offers,
    placeable_activities,
)
from lti_tool.web.access import Access, Work, route
from lti_tool.web.headers import allow_form_action
from lti_tool.web.messages import STEP_NAMES
from lti_tool.web.page import page
from lti_tool.web.staff import blueprint
from lti_tool.web.staff.words import fault_rows, link_title, opens_what

MAX_SEARCH = 100


def open_request(work: Work) -> DeepLinkingSettings:
    """What the LMS will take. Raises ``Conflict("deep_linking_over")`` when it has been answered."""
    if work.visit.deep_linking is None:
        raise Conflict("deep_linking_over")
    return work.visit.deep_linking


def _picker(work: Work, chosen: list[str], error: BadInput | None = None) -> Response:
    search = request.args.get("search", "").strip()[:MAX_SEARCH]
    found = placeable_activities(work.db, work.visit, work.now, search)
    listed = {one.key for one in found}
    return page(
        "staff/deep_link.html",
        work,
        status=422 if error else 200,
        activities=found,
        chosen=chosen,
        elsewhere=[choice for choice in chosen if choice.partition(":")[0] not in listed],
        search=search,
        step_names=STEP_NAMES,
        settings=open_request(work),
        faults=fault_rows(error) if error else [],
        has_office=visit_may_enter(work.db, work.visit, work.now),
    )


@route(blueprint, "/deep-link", Access.STAFF)
def deep_link(work: Work) -> ResponseReturnValue:
    return _picker(work, request.args.getlist("choose"))


@route(blueprint, "/deep-link/preview", Access.STAFF)
def deep_link_preview(work: Work) -> ResponseReturnValue:
    settings, chosen = open_request(work), request.args.getlist("choose")
    try:
        found = offers(work.db, work.visit, chosen, work.now)
    except BadInput as error:
        return _picker(work, chosen, error)
    rows = [(offer, link_title(offer), opens_what(offer.step)) for offer in found]
    return page("staff/deep_link_preview.html", work, rows=rows, choices=chosen, settings=settings)


@route(blueprint, "/deep-link/return", Access.STAFF, ("POST",))
def deep_link_return(work: Work) -> ResponseReturnValue:
    """Answers the LMS, once. No ``choose`` and ``cancel`` set: nothing is placed."""
    launch = deep_linking_launch(work.db, work.visit)
    is_cancelled = "cancel" in request.form
    try:
        found = () if is_cancelled else offers(work.db, work.visit, request.form.getlist("choose"), work.now)
    except BadInput as error:
        return _picker(work, request.form.getlist("choose"), error)
    items = [_item(work, offer) for offer in found]
    answer = respond(launch, items, work.deps.keys.signing(work.now), work.deps.edge, work.now)
    close_deep_linking(work.db, work.visit)
    allow_form_action(answer.form_origin)
    return page("staff/deep_link_return.html", work, answer=answer, count=len(items))


def _item(work: Work, offer: PlacementOffer) -> DeepLinkItem:
    title = link_title(offer)
    url = f"{work.deps.settings.base_url}/lti/launch?{urlencode(offer.custom)}"
    return DeepLinkItem(title, url, offer.custom, offer.line_item(title))
