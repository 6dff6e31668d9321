"""The table of learners, and one learner's page."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.services.results import SortKey
from lti_tool.services.results import results as load_results
from lti_tool.services.results_page import arranged, paged
from lti_tool.web.access import Access, Work, route
from lti_tool.web.page import page_number
from lti_tool.web.staff import blueprint
from lti_tool.web.staff.frame import staff_page

MAX_SEARCH = 100
ORDERS = {
    "name": (SortKey.NAME, False, lazy_gettext("Name, A to Z")),
    "name-back": (SortKey.NAME, True, lazy_gettext("Name, Z to A")),
    "state": (SortKey.STATE, False, lazy_gettext("Progress, least first")),
    "state-back": (SortKey.STATE, True, lazy_gettext("Progress, most first")),
}
COLUMNS = (
    {"key": "who", "label": lazy_gettext("Learner")},
    {"key": "where", "label": lazy_gettext("Where")},
    {"key": "pre", "label": lazy_gettext("Pre-test"), "kind": "number"},
    {"key": "post", "label": lazy_gettext("Best post-test"), "kind": "number"},
    {"key": "attempts", "label": lazy_gettext("Attempts"), "kind": "number"},
    {"key": "change", "label": lazy_gettext("Change (points)"), "kind": "number"},
    {"key": "evaluation", "label": lazy_gettext("Evaluated")},
    {"key": "credit", "label": lazy_gettext("Credit"), "kind": "number"},
    {"key": "certificate", "label": lazy_gettext("Certificate")},
    {"key": "delivery", "label": lazy_gettext("Grade")},
)


@route(blueprint, "/staff/", Access.STAFF)
def results(work: Work) -> ResponseReturnValue:
    search = request.args.get("search", "").strip()[:MAX_SEARCH]
    order = request.args.get("sort", "name")
    order = order if order in ORDERS else "name"
    key, is_descending, _ = ORDERS[order]
    found = load_results(work.db, work.visit, work.now)
    return staff_page(
        "staff/results.html",
        work,
        results=found,
        tiles=found.tiles,
        listed=paged(arranged(found.rows, search, key, is_descending=is_descending), page_number()),
        columns=COLUMNS,
        search=search,
        order=order,
        orders=[{"value": value, "label": words} for value, (_, _, words) in ORDERS.items()],
        page_href=lambda number: url_for("staff.results", page=number, search=search or None, sort=order),
    )
