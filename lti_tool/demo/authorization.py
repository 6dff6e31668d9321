"""The authorization request: what is checked, in which order, and what goes back (LTI Core 1.3, 5.1.1.2).

Refused the way Moodle 4.5 does it: a page where the tool cannot be trusted with the answer, else an ``error`` posted
to the redirect address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from lti_tool.demo.launches import Message
from lti_tool.demo.people import Person
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.store import ToolRegistration


@dataclass
class PageRefusal(Exception):
    """A refusal that the tool never hears of."""

    reason: str


@dataclass
class PostedRefusal(Exception):
    """A refusal posted to the redirect address."""

    error: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class FormPost:
    """A page that posts itself to ``url``."""

    url: str
    fields: Mapping[str, str] = field(default_factory=dict)


def check_readable(lms: DemoLms, parameters: Mapping[str, str]) -> None:
    """What Moodle answers with a page: nothing here may be told to an address that is not known yet."""
    wanted = {"scope": "openid", "response_type": "id_token"}
    for name, value in wanted.items():
        if parameters.get(name) != value:
            raise PageRefusal(f"{name} must be {value}")
    for name in ("nonce", "lti_message_hint", "login_hint", "client_id"):
        if not parameters.get(name):
            raise PageRefusal(f"{name} is missing")
    if parameters.get("redirect_uri") not in _tool(lms).redirect_uris:
        raise PageRefusal("redirect_uri is not literally one of those registered")


def answer_authorization(lms: DemoLms, parameters: Mapping[str, str], person: Person) -> FormPost:
    """Uses up a hint that works once, then the id_token or the error for the redirect address. Raises PageRefusal."""
    redirect, state = parameters["redirect_uri"], parameters.get("state", "")
    message = lms.pending.take(parameters["lti_message_hint"], lms.now(), works_once=lms.behaviour.hint_works_once)
    if message is None:
        raise PageRefusal("lti_message_hint is unknown, used or too old; open the activity again from the course")
    try:
        _check_answerable(lms, parameters, message, person)
    except PostedRefusal as refusal:
        described = {"error_description": refusal.description} if refusal.description else {}
        return FormPost(redirect, {"error": refusal.error, **described, "state": state})
    minted = lms.mint(message, parameters["nonce"])
    target = {"lti_storage_target": _announced_storage(lms)} if _announced_storage(lms) else {}
    return FormPost(redirect, {"id_token": minted.jwt, "state": state, **target})


def _check_answerable(lms: DemoLms, parameters: Mapping[str, str], message: Message, person: Person) -> None:
    if parameters.get("response_mode") != "form_post":
        raise PostedRefusal("invalid_request", "Invalid response_mode")
    if parameters.get("prompt", "none") != "none":
        raise PostedRefusal("invalid_request", "Invalid prompt")
    if parameters["client_id"] != _tool(lms).client_id:
        raise PostedRefusal("unauthorized_client")
    if person != message.person or parameters["login_hint"] != lms.subject(message.person):
        raise PostedRefusal("access_denied")
    keep = lms.now() + timedelta(hours=1)
    if not lms.pending.is_first_use(f"nonce:{parameters['nonce']}", lms.now(), keep):
        raise PostedRefusal("invalid_request", "nonce was used before")


def _announced_storage(lms: DemoLms) -> str:
    """Canvas repeats the parameter on the launch itself."""
    behaviour = lms.behaviour
    return behaviour.storage_target if behaviour.name == "canvas" else ""


def _tool(lms: DemoLms) -> ToolRegistration:
    tool = lms.tool
    if tool is None:
        raise PageRefusal("no tool is registered")
    return tool


def follow_redirect(lms: DemoLms, url: str, person: Person | str) -> FormPost:
    """What ``person``'s browser would post to the tool after its login redirected to ``url``. For tests without one.

    Raises PageRefusal where the LMS would show a page, ValueError when ``url`` is not its authorization address.
    """
    if not url.startswith(lms.addresses.authorize + "?"):
        raise ValueError(f"{url!r} is not {lms.addresses.authorize}")
    parameters = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    check_readable(lms, parameters)
    return answer_authorization(lms, parameters, lms.person(person) if isinstance(person, str) else person)
