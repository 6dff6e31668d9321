"""Dynamic registration over HTTP: the page that an LMS opens in a frame of its administration.

It keeps no cookie: the invitation in its address is all the permission there is, and it works once.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.domain.errors import BadInput, CmeError
from lti_tool.domain.launch import LmsFamily
from lti_tool.domain.registration import PlatformConfiguration, Registered
from lti_tool.lti.settings import origin_of
from lti_tool.lti.setup_values import canvas_configuration
from lti_tool.services.registration import (
    Invitation,
    look_at_invitation,
    note_registration,
    return_invitation,
    take_invitation,
)
from lti_tool.services.transaction import transaction
from lti_tool.web.access import check_same_origin, edge_route
from lti_tool.web.dependencies import Dependencies
from lti_tool.web.headers import allow_framing
from lti_tool.web.page import page

blueprint = Blueprint("registration", __name__)
ANYBODY = "*"
"""Which host the LMS is administered on, nobody knows yet; without its one-time invitation the page does nothing."""
FIELDS = ("invitation", "openid_configuration", "registration_token")
MAX_CLIENT_NAME = 100
TO_SWITCH_ON = {
    LmsFamily.MOODLE: lazy_gettext(
        "In Moodle: press “Activate” on the tool’s card. Then open its settings (the pencil) and set “Tool "
        "configuration usage” to “Show in activity chooser and as a preconfigured tool”, so that teachers "
        "find it in their courses."
    ),
}
"""What is left to do in the learning platform, where that is known."""


def _asked() -> dict[str, str]:
    """What the LMS sent. Raises ``BadInput`` (``registration_incomplete``)."""
    found = {name: request.values.get(name, "").strip() for name in FIELDS}
    if not found["openid_configuration"]:
        raise BadInput("registration_incomplete", "the registration names no openid_configuration")
    return found


@edge_route(blueprint, "/lti/register")
def register(deps: Dependencies, now: datetime) -> ResponseReturnValue:
    """Where an LMS is sent to register this tool: says who registers with whom, and asks to go on."""
    allow_framing(ANYBODY)
    with transaction(deps.sessions) as db:
        invitation = look_at_invitation(db, request.args.get("invitation", ""), now)
    asked = _asked()
    host = (urlsplit(deps.session.check(asked["openid_configuration"])).hostname or "").lower()
    return page("lti/register.html", provider_name=invitation.provider_name, fields=asked, host=host)


@edge_route(blueprint, "/lti/register", ("POST",))
def send_registration(deps: Dependencies, now: datetime) -> ResponseReturnValue:
    """Register with the LMS, once, and leave the result to the office to approve."""
    allow_framing(ANYBODY)
    check_same_origin()
    asked = _asked()
    with transaction(deps.sessions) as db:
        invitation = take_invitation(db, asked["invitation"], now)
    try:
        found = deps.registration.look_up(asked["openid_configuration"], asked["registration_token"])
        name = f"{invitation.provider_name} CME"[:MAX_CLIENT_NAME]
        given = deps.registration.register(found, asked["registration_token"], name)
    except CmeError:
        with transaction(deps.sessions) as db:
            return_invitation(db, invitation)
        raise
    return _registered(deps, invitation, found, given, now, asked["openid_configuration"])


def _registered(
    deps: Dependencies,
    invitation: Invitation,
    found: PlatformConfiguration,
    given: Registered,
    now: datetime,
    configuration_url: str,
) -> Response:
    with transaction(deps.sessions) as db:
        note_registration(db, invitation, found, given, now)
    addresses = (configuration_url, found.issuer, found.registration_url, found.authorization_url)
    return page(
        "lti/registered.html",
        provider_name=invitation.provider_name,
        client_id=given.client_id,
        to_switch_on=TO_SWITCH_ON.get(found.family),
        origins=list(dict.fromkeys(map(origin_of, addresses))),
    )


@edge_route(blueprint, "/lti/canvas.json")
def canvas(deps: Dependencies, now: datetime) -> ResponseReturnValue:
    """The tool as Canvas's own configuration file, for a developer key by URL."""
    return jsonify(canvas_configuration(deps.edge, "CME"))
