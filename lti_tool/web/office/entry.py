"""Into the office and out: from a launch, by a one-time link, or by asking for one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lti_tool.domain.errors import BadInput
from lti_tool.services.office import OpenedOffice, enter_from_launch, find_officer, leave, look_at_link, use_link
from lti_tool.services.office_letter import mail_sign_in
from lti_tool.services.plan.listing import plan_named
from lti_tool.services.team import accounts_of, clean_email, sign_in_link
from lti_tool.web.access import (
    Access,
    OfficeWork,
    PublicWork,
    Work,
    check_same_origin,
    office_route,
    public_route,
    route,
)
from lti_tool.web.office import blueprint
from lti_tool.web.page import absolute, page
from lti_tool.web.session_cookie import set_session_cookie


def _lifetime(work: PublicWork) -> timedelta:
    return timedelta(hours=work.deps.settings.session_hours)


def _entered(work: PublicWork, opened: OpenedOffice, endpoint: str = "office.home", **values: Any) -> Response:
    response = make_response(redirect(url_for(endpoint, office_id=opened.session_id, **values), 303))
    set_session_cookie(response, work.deps, opened.session_id, opened.token)
    return response


@route(blueprint, "/staff/office", Access.STAFF, ("POST",))
def enter(work: Work) -> ResponseReturnValue:
    """From a launch: the office of the provider that owns this course's deployment."""
    opened = enter_from_launch(work.db, work.visit, work.now, _lifetime(work))
    if learner_id := request.form.get("learner_id", ""):
        return _entered(work, opened, "office.retention_person", learner_id=learner_id)
    return _at_plans(work, opened) if request.form.get("to") == "plans" else _entered(work, opened)


def _at_plans(work: Work, opened: OpenedOffice) -> Response:
    """At the plan of an activity that was named, if this person may see it; else at their list."""
    months = work.deps.settings.disclosure_months
    officer = find_officer(work.db, opened.session_id, opened.token, work.now, months)
    plan_id = plan_named(work.db, officer, request.form.get("activity", ""))
    return _entered(work, opened, "office.plan", plan_id=plan_id) if plan_id else _entered(work, opened, "office.plans")


@public_route(blueprint, "/join/<token>")
def join(work: PublicWork, token: str) -> ResponseReturnValue:
    """Looking uses nothing up: mail scanners look too."""
    found = look_at_link(work.db, token, work.now)
    return page("office/join.html", invitation=found, provider_name=found.provider_name, token=token)


@public_route(blueprint, "/join/<token>", ("POST",))
def use_join(work: PublicWork, token: str) -> ResponseReturnValue:
    check_same_origin()
    return _entered(work, use_link(work.db, token, work.now, _lifetime(work)))


@public_route(blueprint, "/sign-in")
def sign_in(work: PublicWork) -> ResponseReturnValue:
    return page("office/sign_in.html", has_mail=work.deps.settings.has_mail, faults=[], email="")


@public_route(blueprint, "/sign-in", ("POST",))
def ask_for_link(work: PublicWork) -> ResponseReturnValue:
    """The same answer whether or not anybody has this address."""
    check_same_origin()
    try:
        email = clean_email(request.form.get("email", ""))
    except BadInput:
        fault = {"field": "email", "message": _("Enter an e-mail address such as name@example.org")}
        return page(
            "office/sign_in.html", status=422, has_mail=True, faults=[fault], email=request.form.get("email", "")[:255]
        )
    if work.deps.settings.has_mail:
        for provider_id, provider_name in accounts_of(work.db, email):
            _send_link(work, provider_id, provider_name, email)
    return page("office/sign_in_sent.html", has_mail=work.deps.settings.has_mail)


def _send_link(work: PublicWork, provider_id: str, provider_name: str, email: str) -> None:
    token = sign_in_link(work.db, provider_id, email, work.now)
    if token is not None:
        address = absolute("office.join", token=token)
        mail_sign_in(work.db, provider_id, provider_name, email, address, work.deps.voices, work.now)


@office_route(blueprint, "/leave", None, ("POST",))
def sign_out(work: OfficeWork) -> ResponseReturnValue:
    leave(work.db, work.officer.session_id)
    return page("office/left.html", provider_name=work.officer.provider_name)
