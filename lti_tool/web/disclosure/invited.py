"""The form behind a signed link: no account, no cookie. The address is the key, so it is kept out of logs and lists."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from lti_tool.services.invitation import open_invitation
from lti_tool.web.access import PublicWork, check_form, public_route
from lti_tool.web.disclosure import blueprint
from lti_tool.web.disclosure.form import Entry, show_form, show_given, take_form


def _entry(work: PublicWork, token: str) -> Entry:
    invitation = open_invitation(work.db, token, work.now)
    return Entry(
        person=invitation.person,
        secret_id=invitation.id,
        form_url=url_for("disclosure.invited_form", token=token),
        home_url=url_for("disclosure.invited", token=token),
        came_by="link",
        layout="layout/public.html",
    )


@public_route(blueprint, "/disclosure/<token>")
def invited(work: PublicWork, token: str) -> ResponseReturnValue:
    """What the invited person disclosed, or the form where that is still to be done."""
    return show_given(work, _entry(work, token))


@public_route(blueprint, "/disclosure/<token>/form")
def invited_form(work: PublicWork, token: str) -> ResponseReturnValue:
    """The disclosure form, beginning with what was given last."""
    return show_form(work, _entry(work, token))


@public_route(blueprint, "/disclosure/<token>/form", ("POST",))
def send_invited_form(work: PublicWork, token: str) -> ResponseReturnValue:
    """Send the form, or change its rows. The token of the form is bound to the link."""
    entry = _entry(work, token)
    check_form(entry.secret_id)
    return take_form(work, entry)
