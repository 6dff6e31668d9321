"""The same behind a signed link: no account, no cookie. The secret stands in the query, which no log of ours holds."""

from __future__ import annotations

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.domain.errors import BadInput
from lti_tool.services.commitment import answer_one, commitments_of
from lti_tool.services.contact import stop_contact
from lti_tool.services.follow_up_link import OpenedLink, open_follow_up_link
from lti_tool.web.access import PublicWork, check_form, csrf_token, public_route
from lti_tool.web.headers import unlisted
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.follow_up import form_values, read_answer
from lti_tool.web.messages import EXPLANATIONS
from lti_tool.web.page import page

EXPLANATIONS["follow_up_link_unknown"] = (
    lazy_gettext("This link opens nothing any more"),
    lazy_gettext("It is too old or not complete. Your commitments are also shown when you open the activity again."),
)


def _opened(work: PublicWork) -> OpenedLink:
    found = open_follow_up_link(work.db, request.args.get("token", ""), work.now)
    g.reader_language = found.language
    return found


def _page(
    work: PublicWork, link: OpenedLink, *, status: int = 200, key: str = "", error: BadInput | None = None
) -> Response:
    values = form_values(commitments_of(work.db, link.participation_id), key, error)
    return unlisted(
        page(
            "learner/follow_up_linked.html",
            status=status,
            provider_name=link.provider_name,
            form_token=csrf_token(link.id),
            token=request.args.get("token", ""),
            **values,
        )
    )


@public_route(blueprint, "/follow-up")
def linked_follow_up(work: PublicWork) -> ResponseReturnValue:
    """The commitments that the link was made for."""
    return _page(work, _opened(work))


@public_route(blueprint, "/follow-up", ("POST",))
def answer_linked_follow_up(work: PublicWork) -> ResponseReturnValue:
    """Say what became of one of them. The token of the form is bound to the link."""
    link = _opened(work)
    check_form(link.id)
    participation_id, _, item = (key := request.form.get("key", "")).partition("-")
    item = item if participation_id == link.participation_id else ""
    try:
        answer_one(work.db, link.provider_id, link.participation_id, item, read_answer(key), work.now)
    except BadInput as error:
        return _page(work, link, status=422, key=key, error=error)
    return redirect(url_for("learner.linked_follow_up", token=request.args["token"], saved=1), 303)


@public_route(blueprint, "/follow-up/stop")
def stop_reminders(work: PublicWork) -> ResponseReturnValue:
    """Looking stops nothing: mail scanners look too."""
    link = _opened(work)
    return unlisted(
        page(
            "learner/follow_up_stop.html",
            provider_name=link.provider_name,
            token=request.args["token"],
            is_stopped=False,
        )
    )


@public_route(blueprint, "/follow-up/stop", ("POST",))
def reminders_stopped(work: PublicWork) -> ResponseReturnValue:
    """By the page's button, or by a mail program's own (RFC 8058); the link's secret says who."""
    link = _opened(work)
    stop_contact(work.db, link.learner_id, work.now)
    return unlisted(page("learner/follow_up_stop.html", provider_name=link.provider_name, token="", is_stopped=True))
