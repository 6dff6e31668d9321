"""The form for those who came from an LMS: course staff, and learners whom the office has named."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from lti_tool.services.person import person_of_visit
from lti_tool.web.access import Access, Work, route
from lti_tool.web.disclosure import blueprint
from lti_tool.web.disclosure.form import Entry, show_form, show_given, take_form


def _entry(work: Work, *, is_sent: bool = False) -> Entry:
    return Entry(
        person=person_of_visit(work.db, work.visit, work.now, is_created=is_sent),
        secret_id=work.visit.session_id,
        form_url=url_for("disclosure.launched_form"),
        home_url=url_for("disclosure.launched"),
        sent_url=url_for("disclosure.launched", sent="yes"),
        came_by="launch",
        layout="layout/frame.html",
    )


@route(blueprint, "/disclosure", Access.LEARNER)
def launched(work: Work) -> ResponseReturnValue:
    """What one disclosed oneself, or the form where that is still to be done."""
    return show_given(work, _entry(work))


@route(blueprint, "/disclosure/form", Access.LEARNER)
def launched_form(work: Work) -> ResponseReturnValue:
    """The disclosure form, beginning with what was given last."""
    return show_form(work, _entry(work))


@route(blueprint, "/disclosure/form", Access.LEARNER, ("POST",))
def send_launched_form(work: Work) -> ResponseReturnValue:
    """Send the form, or change its rows."""
    return take_form(work, _entry(work, is_sent=True))
