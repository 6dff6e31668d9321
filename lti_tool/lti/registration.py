"""Dynamic registration, the tool's side (1EdTech LTI Dynamic Registration 1.0, 3.5 and 3.6).

Asked for is what the tool uses and nothing else: no e-mail address, no scope that it never needs, and of the placements
those in which an activity can be chosen. Moodle shares names only if they were asked for, and reads the gradebook
level from the scopes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lti_tool.domain.errors import BadInput, ServiceUnavailable
from lti_tool.domain.launch import MAX_ID, LmsFamily, MessageType
from lti_tool.domain.registration import PlatformConfiguration, Registered
from lti_tool.lti.configuration import fetch_configuration
from lti_tool.lti.gradebook import LINE_ITEM_READ_SCOPE, LINE_ITEM_SCOPE, RESULT_SCOPE, SCORE_SCOPE
from lti_tool.lti.http import GuardedSession, Reply
from lti_tool.lti.notice_handlers import NOTICE_SCOPE
from lti_tool.lti.roster import MEMBERSHIP_SCOPE
from lti_tool.lti.service import cleaned, words_of
from lti_tool.lti.settings import EdgeSettings

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
CANVAS_PRIVACY = "https://canvas.instructure.com/lti/privacy_level"
SCOPES = (LINE_ITEM_SCOPE, LINE_ITEM_READ_SCOPE, RESULT_SCOPE, SCORE_SCOPE, MEMBERSHIP_SCOPE, NOTICE_SCOPE)
CLAIMS = ("iss", "sub", "name", "given_name", "family_name")
"""Who somebody is, for certificates and staff pages. No e-mail: nothing here needs it."""
HISTORY = {
    "context_history": "$Context.id.history",
    "link_history": "$ResourceLink.id.history",
}
"""Custom parameters of every launch, by which a copied course tells what it was copied from."""
PICKER_PLACEMENTS = frozenset(
    {
        "ContentArea",
        "assignment_selection",
        "link_selection",
        "module_index_menu_modal",
        "module_menu_modal",
        "course_assignments_menu",
    }
)
"""Where choosing an activity makes a link that is opened and graded. Editor buttons embed links that no LMS grades."""
MAX_ANSWER_BYTES = 256 * 1024
MAX_TOKEN = 8192


@dataclass(frozen=True, slots=True)
class RegistrationEndpoint:
    """Speaks to an LMS that wants to register this tool; without HTTP of its own."""

    settings: EdgeSettings
    session: GuardedSession

    def look_up(self, configuration_url: str, token: str) -> PlatformConfiguration:
        """Who is asking, from its own configuration.

        Raises ``BadInput`` (``registration_token_malformed``) and as ``configuration.fetch_configuration``.
        """
        if len(token) > MAX_TOKEN or not token.isascii() or not (token.isprintable() and " " not in token):
            raise BadInput("registration_token_malformed", "the registration token is no token")
        return fetch_configuration(self.session, configuration_url, token)

    def register(self, found: PlatformConfiguration, token: str, name: str) -> Registered:
        """Send the tool's metadata; ``name`` is what teachers will see in the LMS.

        Raises ``ServiceUnavailable``: ``registration_refused`` with the LMS's own words, ``registration_malformed``,
        and those of ``GuardedSession.send``.
        """
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        body = json.dumps(metadata(found, self.settings, name)).encode()
        url = found.registration_url
        reply = self.session.send("POST", url, headers=headers, body=body, max_bytes=MAX_ANSWER_BYTES)
        if not reply.is_ok:
            raise ServiceUnavailable(
                "registration_refused",
                f"the LMS refused the registration ({reply.status}): {refusal_words(reply)}",
                status=reply.status,
                words=refusal_words(reply),
            )
        return registered(reply.json())


def metadata(found: PlatformConfiguration, settings: EdgeSettings, name: str) -> dict[str, Any]:
    """The registration request: what this LMS offers, cut to what the tool uses."""
    base = settings.base_url
    scopes = [scope for scope in SCOPES if found.scopes is None or scope in found.scopes]
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": settings.login_url,
        "redirect_uris": [settings.redirect_uri, f"{base}/lti/deep-link"],
        "client_name": name,
        "jwks_uri": f"{base}/lti/jwks",
        "logo_uri": f"{base}/static/icon.svg",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(scopes),
        TOOL_CONFIGURATION: _tool(found, settings, name),
    }


def _tool(found: PlatformConfiguration, settings: EdgeSettings, name: str) -> dict[str, Any]:
    tool: dict[str, Any] = {
        "domain": urlsplit(settings.base_url).netloc,
        "target_link_uri": settings.redirect_uri,
        "description": "Accredited education: activities, credit and certificates.",
        "custom_parameters": dict(HISTORY),
        "claims": list(CLAIMS),
        "messages": [message for kind in MessageType if (message := _message(kind, found, settings, name))],
    }
    if found.family is LmsFamily.CANVAS:
        tool[CANVAS_PRIVACY] = "name_only"
    return tool


def _message(kind: MessageType, found: PlatformConfiguration, settings: EdgeSettings, name: str) -> dict[str, Any]:
    """One message type; empty for one that this LMS does not send. Without a list the basic two are taken to be."""
    basic = (MessageType.RESOURCE_LINK, MessageType.DEEP_LINKING)
    if kind.value not in found.messages and (found.messages or kind not in basic):
        return {}
    offered = found.messages.get(kind.value, ())
    message = {
        "type": kind.value,
        "target_link_uri": settings.redirect_uri,
        "label": name,
        "icon_uri": f"{settings.base_url}/static/icon.svg",
    }
    places = [place for place in offered if place.rpartition("/")[2] in PICKER_PLACEMENTS]
    return message | ({"placements": places} if places and kind is MessageType.DEEP_LINKING else {})


def refusal_words(reply: Reply) -> str:
    """Why the LMS refused: an OAuth error, Canvas's list of errors, or Moodle's plain text."""
    try:
        answer = json.loads(reply.body)
    except (ValueError, RecursionError):
        return words_of(reply)
    if not isinstance(answer, dict):
        return words_of(reply)
    listed = answer.get("errors")
    parts = listed if isinstance(listed, list) else [answer.get("error"), answer.get("error_description")]
    return cleaned(": ".join(str(part) for part in parts if part)) or words_of(reply)


def registered(answer: Any) -> Registered:
    """The answer to a registration. Raises ``ServiceUnavailable`` (``registration_malformed``)."""
    client = answer.get("client_id") if isinstance(answer, dict) else None
    if isinstance(client, int) and not isinstance(client, bool):
        client = str(client)
    if not isinstance(client, str) or not 0 < len(client) <= MAX_ID or not client.isprintable():
        raise ServiceUnavailable("registration_malformed", "the answer to the registration holds no client id")
    tool = answer.get(TOOL_CONFIGURATION)
    deployment = tool.get("deployment_id") if isinstance(tool, dict) else None
    deployment = str(deployment) if isinstance(deployment, (str, int)) and not isinstance(deployment, bool) else None
    if deployment is not None and not 0 < len(deployment) <= MAX_ID:
        deployment = None
    scope = answer.get("scope")
    return Registered(client, deployment, frozenset(scope.split()) if isinstance(scope, str) else frozenset())
