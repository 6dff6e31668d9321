"""One learner's way through the activity, and the course's certificates."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal as decimal_text
from flask_babel import gettext, lazy_gettext

from lti_tool.domain.assessment import TestKind
from lti_tool.domain.errors import BadInput
from lti_tool.services.accommodation import grant_time
from lti_tool.services.learner_facts import Fact, course_certificates, learner_detail
from lti_tool.services.results import short_id
from lti_tool.web.access import Access, Work, route
from lti_tool.web.staff import blueprint
from lti_tool.web.staff.frame import staff_page

TEST_WORDS = {TestKind.PRE: lazy_gettext("Pre-test"), TestKind.POST: lazy_gettext("Post-test")}


def fact_words(fact: Fact) -> str:
    """One line of the timeline."""
    about = dict(fact.facts)
    if "test" in about:
        about["test"] = TEST_WORDS[about["test"]]
    for name in ("points", "amount"):
        if name in about:
            about[name] = decimal_text(about[name])
    match fact.code:
        case "attempt_submitted":
            return _submitted(about)
        case "claimed":
            return _claimed(about)
        case _:
            return str(SENTENCES[fact.code]) % about


def _claimed(about: dict[str, object]) -> str:
    if about["is_awarded"]:
        return str(gettext("Claimed %(amount)s credits", **about))
    return str(gettext("Claimed participation"))


def _submitted(about: dict[str, object]) -> str:
    scored = gettext("%(test)s, attempt %(number)s: %(points)s of %(maximum)s", **about)
    if str(about["test"]) == str(TEST_WORDS[TestKind.PRE]):
        return str(scored)
    verdict = gettext("passed") if about["has_passed"] else gettext("not passed")
    if about.get("is_kept"):
        verdict = gettext("%(verdict)s; kept after the key of a question was corrected", verdict=verdict)
    return f"{scored} ({verdict})"


TIME_FAULTS = {
    "extra": lazy_gettext("Enter whole minutes from 0 to 1440"),
    "reason": lazy_gettext("Say why: accommodations are accounted for"),
}
SENTENCES = {
    "began": lazy_gettext("Opened the activity"),
    "acknowledged": lazy_gettext("Acknowledged the information and disclosure"),
    "attempt_started": lazy_gettext("%(test)s, attempt %(number)s: began"),
    "content_opened": lazy_gettext("Opened “%(title)s”"),
    "attended": lazy_gettext("Was recorded as present at “%(title)s”, %(minutes)s minutes"),
    "content_answered": lazy_gettext("Answered “%(title)s”"),
    "content_finished": lazy_gettext("Finished the content"),
    "evaluated": lazy_gettext("Answered the evaluation"),
    "certificate_issued": lazy_gettext("Certificate %(number)s issued"),
}
CERTIFICATE_COLUMNS = (
    {"key": "number", "label": lazy_gettext("Number")},
    {"key": "name", "label": lazy_gettext("Printed name")},
    {"key": "amount", "label": lazy_gettext("Credit"), "kind": "number"},
    {"key": "issued", "label": lazy_gettext("Issued")},
    {"key": "status", "label": lazy_gettext("Status")},
)


@route(blueprint, "/staff/learners/<participation_id>", Access.STAFF)
def learner(work: Work, participation_id: str) -> ResponseReturnValue:
    return _learner_page(work, participation_id)


def _learner_page(work: Work, participation_id: str, *, status: int = 200, error: BadInput | None = None) -> Response:
    found = learner_detail(work.db, work.visit, participation_id, work.now)
    timeline = [(fact.at, fact_words(fact)) for fact in found.facts]
    test = found.progress.activity.post_test
    faults = [{"field": name, "message": TIME_FAULTS[name]} for name in error.faults] if error else []
    return staff_page(
        "staff/learner.html",
        work,
        status=status,
        detail=found,
        timeline=timeline,
        time_limit=test.time_limit_minutes if test else None,
        faults=faults,
    )


@route(blueprint, "/staff/learners/<participation_id>/time", Access.STAFF, ("POST",))
def grant_learner_time(work: Work, participation_id: str) -> ResponseReturnValue:
    """Grant one learner more time in the timed test."""
    extra, reason = request.form.get("extra", ""), request.form.get("reason", "")
    try:
        grant_time(work.db, work.visit, participation_id, extra, reason, work.now)
    except BadInput as error:
        return _learner_page(work, participation_id, status=422, error=error)
    return redirect(url_for("staff.learner", participation_id=participation_id, _anchor="time"), 303)


@route(blueprint, "/staff/certificates", Access.STAFF)
def certificates(work: Work) -> ResponseReturnValue:
    issued = course_certificates(work.db, work.visit)
    return staff_page("staff/certificates.html", work, issued=issued, columns=CERTIFICATE_COLUMNS, short_id=short_id)
