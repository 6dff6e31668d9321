"""Grades on their way to the LMS, with the LMS's own answers, and the button that tries again."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.services.delivery_review import list_deliveries, retry_delivery
from lti_tool.services.results import PAGE_SIZE, short_id
from lti_tool.web.access import Access, Work, route
from lti_tool.web.page import page_number
from lti_tool.web.staff import blueprint
from lti_tool.web.staff.frame import DELIVERY_WORDS, staff_page
from lti_tool.web.staff.words import opens_what

OUTCOME_WORDS = {
    "delivered": lazy_gettext("Accepted by your learning platform"),
    "stale": lazy_gettext("Your learning platform already holds this grade or a newer one"),
    "retry": lazy_gettext("Could not be delivered yet; it is tried again by itself"),
    "not_gradable": lazy_gettext(
        "Your learning platform does not grade this person here: check that they are enrolled as a learner"
    ),
    "gone": lazy_gettext("The gradebook column is gone; trying again looks for it or makes a new one"),
    "rejected": lazy_gettext("Refused; trying again helps only after the cause is removed"),
    "no_line_item": lazy_gettext(
        "Your learning platform has no gradebook column for this link: allow grades in the link's settings"
    ),
    "column_too_small": lazy_gettext(
        "The gradebook column holds less than this credit: raise its maximum in your learning platform without "
        "rescaling the grades that are there, then try again"
    ),
}
LMS_SAYS = {
    "missing": lazy_gettext("Was missing in the gradebook when last compared, and has been sent again"),
    "differs": lazy_gettext("The gradebook shows another grade; one that a teacher entered is left alone"),
    "rescaled": lazy_gettext(
        "The gradebook showed another number after its maximum was changed; it has been sent again"
    ),
}
COLUMNS = (
    {"key": "who", "label": lazy_gettext("Learner")},
    {"key": "link", "label": lazy_gettext("Link")},
    {"key": "score", "label": lazy_gettext("Grade"), "kind": "number"},
    {"key": "state", "label": lazy_gettext("State")},
    {"key": "answer", "label": lazy_gettext("What happened")},
)


@route(blueprint, "/staff/grades", Access.STAFF)
def deliveries(work: Work) -> ResponseReturnValue:
    every = list_deliveries(work.db, work.visit)
    state = request.args.get("state", "")
    wanted = [one for one in every if one.state == state] if state in DELIVERY_WORDS else every
    pages = max(1, -(-len(wanted) // PAGE_SIZE))
    number = min(max(1, page_number()), pages)
    return staff_page(
        "staff/deliveries.html",
        work,
        deliveries=wanted[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
        found=len(wanted),
        has_any=bool(every),
        state=state,
        states=[{"value": value, "label": words} for value, words in DELIVERY_WORDS.items() if value != "superseded"],
        number=number,
        pages=pages,
        page_href=lambda page: url_for("staff.deliveries", page=page, state=state or None),
        columns=COLUMNS,
        outcome_words=OUTCOME_WORDS,
        lms_says=LMS_SAYS,
        opens_what=opens_what,
        short_id=short_id,
        now=work.now,
    )


@route(blueprint, "/staff/grades/<delivery_id>/retry", Access.STAFF, ("POST",))
def retry(work: Work, delivery_id: str) -> ResponseReturnValue:
    retry_delivery(work.db, work.visit, delivery_id, work.now)
    return redirect(url_for("staff.deliveries"), 303)
