"""Two records of one learner: asking for the mail, and confirming it behind the link."""

from __future__ import annotations

from flask import Response, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.errors import BadInput
from lti_tool.services.merge_request import AskedMerge, ask_for_merge, confirm_merge, open_merge_link
from lti_tool.web.access import Access, PublicWork, Work, check_form, csrf_token, public_route, route
from lti_tool.web.headers import unlisted
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.claim import verification_link
from lti_tool.web.messages import EXPLANATIONS
from lti_tool.web.page import absolute, page

EXPLANATIONS["merge_link_unknown"] = (
    lazy_gettext("This link has been used or is too old"),
    lazy_gettext("It works once, within 24 hours. Ask for a new one on the page of your credit."),
)
EXPLANATIONS["learners_only"] = (
    lazy_gettext("This page is for learners"),
    lazy_gettext("A test run has no record of its own. Open the activity as a learner."),
)


def _address(token: str) -> str:
    return absolute("learner.asked_merge", token=token)


def _form(work: Work, *, email: str = "", is_wrong: bool = False, is_sent: bool = False) -> Response:
    fault = _("Enter an e-mail address such as name@example.org")
    return page(
        "learner/merge.html",
        work,
        status=422 if is_wrong else 200,
        email=email,
        is_sent=is_sent,
        has_mail=work.deps.settings.has_mail,
        faults=[{"field": "email", "message": fault}] if is_wrong else [],
    )


@route(blueprint, "/records", Access.LEARNER)
def merge(work: Work) -> ResponseReturnValue:
    """Where a learner says that another record is theirs too."""
    return _form(work)


@route(blueprint, "/records", Access.LEARNER, ("POST",))
def ask_merge(work: Work) -> ResponseReturnValue:
    """The same answer whether or not anybody has this address."""
    email = request.form.get("email", "")[:255]
    deps = work.deps
    try:
        if deps.settings.has_mail:
            ask_for_merge(work.db, work.visit, email, _address, deps.sealer, deps.voices, work.now)
    except BadInput:
        return _form(work, email=email, is_wrong=True)
    return _form(work, is_sent=True)


def _asked(work: PublicWork) -> AskedMerge:
    found = open_merge_link(work.db, request.args.get("token", ""), work.now)
    g.reader_language = found.language
    return found


@public_route(blueprint, "/records")
def asked_merge(work: PublicWork) -> ResponseReturnValue:
    """The question behind the link. Looking changes nothing: mail scanners look too."""
    found = _asked(work)
    return unlisted(
        page(
            "learner/merge_asked.html",
            provider_name=found.provider_name,
            asked=found,
            token=request.args["token"],
            form_token=csrf_token(found.id),
            is_done=False,
        )
    )


@public_route(blueprint, "/records", ("POST",))
def confirmed_merge(work: PublicWork) -> ResponseReturnValue:
    """ "Both are mine." The token of the form is bound to the link."""
    found = _asked(work)
    check_form(found.id)
    confirm_merge(work.db, found, verification_link, work.now)
    return unlisted(page("learner/merge_asked.html", provider_name=found.provider_name, asked=found, is_done=True))
