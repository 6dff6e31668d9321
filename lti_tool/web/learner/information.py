"""The information page and the disclosure gate."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _

from lti_tool.domain.activity import Step
from lti_tool.domain.disclosure import SectionKey
from lti_tool.domain.errors import Conflict
from lti_tool.services.disclosure import acknowledge, disclosure
from lti_tool.web.access import Access, Work, route
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.frame import learner_page

HEADINGS = {
    SectionKey.ACCREDITATION: lazy_gettext("Accreditation"),
    SectionKey.DESIGNATION: lazy_gettext("Credit designation"),
    SectionKey.DESCRIPTION: lazy_gettext("About this activity"),
    SectionKey.AUDIENCE: lazy_gettext("Who it is for"),
    SectionKey.OBJECTIVES: lazy_gettext("What you will be able to do"),
    SectionKey.FORMAT: lazy_gettext("Format, time and dates"),
    SectionKey.COMPLETION: lazy_gettext("How to complete it"),
    SectionKey.DISCLOSURE: lazy_gettext("Disclosure of financial relationships"),
    SectionKey.PEOPLE: lazy_gettext("People in control of content"),
    SectionKey.MITIGATION: lazy_gettext("Mitigation"),
    SectionKey.SUPPORT: lazy_gettext("Commercial support"),
    SectionKey.EVOLVING: lazy_gettext("New and evolving topics"),
    SectionKey.CONTACT: lazy_gettext("Contact"),
}
FIELD = "acknowledged"


def _page(work: Work, *, status: int = 200, error: str | None = None, has_moved: bool = False) -> ResponseReturnValue:
    """``has_moved``: the text became another one while the learner was reading."""
    shown = disclosure(work.db, work.visit, work.now)
    return learner_page(
        "learner/information.html",
        work,
        shown.progress,
        Step.INFORMATION,
        status=status,
        sections=shown.progress.page.sections,
        headings=HEADINGS,
        fingerprint=shown.progress.page.fingerprint,
        acknowledged_at=shown.acknowledged_at,
        has_changed=shown.has_changed,
        has_moved=has_moved,
        field=FIELD,
        error=error,
    )


@route(blueprint, "/information", Access.LEARNER)
def information(work: Work) -> ResponseReturnValue:
    return _page(work)


@route(blueprint, "/information", Access.LEARNER, ("POST",))
def acknowledge_information(work: Work) -> ResponseReturnValue:
    if request.form.get(FIELD) != "yes":
        return _page(work, status=422, error=_("Tick the box to confirm that you have read this page."))
    try:
        acknowledge(work.db, work.visit, request.form.get("fingerprint", ""), str(get_locale() or "en"), work.now)
    except Conflict:
        return _page(work, status=409, has_moved=True)
    return redirect(url_for("learner.information" if work.visit.step else "learner.home"), 303)
