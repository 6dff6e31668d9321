"""The form behind a signed link: no account, no cookie. The secret stands in the query, which no log of ours holds."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.services.invitation import open_invitation
from lti_tool.web.access import PublicWork, check_form, public_route
from lti_tool.web.disclosure import blueprint
from lti_tool.web.disclosure.form import Entry, show_form, show_given, take_form


def _entry(work: PublicWork) -> Entry:
    token = request.args.get("token", "")
    invitation = open_invitation(work.db, token, work.now)
    return Entry(
        person=invitation.person,
        secret_id=invitation.id,
        form_url=url_for("disclosure.invited_form", token=token),
        home_url=url_for("disclosure.invited", token=token),
        sent_url=url_for("disclosure.invited", token=token, sent="yes"),
        came_by="link",
        layout="layout/public.html",
    )


@public_route(blueprint, "/disclosure")
def invited(work: PublicWork) -> ResponseReturnValue:
    """What the invited person disclosed, or the form where that is still to be done."""
    return show_given(work, _entry(work))


@public_route(blueprint, "/disclosure/form")
def invited_form(work: PublicWork) -> ResponseReturnValue:
    """The disclosure form, beginning with what was given last."""
    return show_form(work, _entry(work))


@public_route(blueprint, "/disclosure/form", ("POST",))
def send_invited_form(work: PublicWork) -> ResponseReturnValue:
    """Send the form, or change its rows. The token of the form is bound to the link."""
    entry = _entry(work)
    check_form(entry.secret_id)
    return take_form(work, entry)
