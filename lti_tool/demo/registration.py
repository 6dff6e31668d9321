"""Dynamic registration, the LMS's side (LTI Dynamic Registration 1.0)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from lti_tool.demo.claims import MessageKind
from lti_tool.demo.config import is_loopback
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.services import REASON, Services, json_response
from lti_tool.demo.store import ToolRegistration
from lti_tool.demo.vocabulary import RegistrationStyle

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
JSON = "application/json; charset=utf-8"
REQUIRED = {
    "application_type": "web",
    "token_endpoint_auth_method": "private_key_jwt",
}


@dataclass
class RegistrationRefused(Exception):
    """``status`` 401 for the token, 400 for what was sent."""

    status: int
    code: str
    reason: str


class RegistrationRoutes:
    """The openid configuration and the registration endpoint."""

    def __init__(self, lms: DemoLms, services: Services) -> None:
        self.lms = lms
        self.services = services

    def blueprint(self) -> Blueprint:
        routes = Blueprint("registration", __name__)
        for path, view, method in (
            ("/.well-known/openid-configuration", self.configuration, "GET"),
            ("/lti/registrations", self.register, "POST"),
        ):
            wrapped = self.services.wrap("registration", self._guarded(view))
            routes.add_url_rule(path, view.__name__, wrapped, methods=[method])
        return routes

    def _guarded(self, view: Any) -> Any:
        def answer() -> Response:
            try:
                response: Response = view()
            except RegistrationRefused as refusal:
                return self._refused(refusal)
            return response

        return answer

    def _refused(self, refusal: RegistrationRefused) -> Response:
        if self.lms.behaviour.name == "canvas":
            answer = json_response({"errors": [f"{refusal.code}: {refusal.reason}"]}, JSON, 422)
        else:
            body = {"error": refusal.code, "error_description": refusal.reason}
            answer = json_response(body, JSON, refusal.status)
        answer.headers[REASON] = refusal.reason
        return answer

    # -- configuration -----------------------------------------------------------------------------------------------

    def configuration(self) -> Response:
        if self.lms.behaviour.registration is RegistrationStyle.TOKEN_ALWAYS:
            self._check_token(use_up=False)
        return json_response(self.configuration_document(), JSON)

    def configuration_document(self) -> dict[str, Any]:
        addresses = self.lms.addresses
        return {
            "issuer": self.lms.issuer,
            "authorization_endpoint": addresses.authorize,
            "token_endpoint": addresses.token,
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "jwks_uri": addresses.jwks,
            "registration_endpoint": addresses.registration,
            "scopes_supported": ["openid", *self.lms.behaviour.scopes],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
            **self._audience(),
            PLATFORM_CONFIGURATION: self._platform(),
        }

    def _audience(self) -> dict[str, str]:
        audience = self.lms.behaviour.token_audience
        return {"authorization_server": audience} if audience else {}

    def _platform(self) -> dict[str, Any]:
        behaviour = self.lms.behaviour
        return {
            "product_family_code": behaviour.product_family_code,
            "version": behaviour.version,
            "messages_supported": [
                {"type": str(MessageKind.RESOURCE_LINK)},
                {"type": str(MessageKind.DEEP_LINKING), "placements": ["ContentArea"]},
            ],
            "variables": sorted(behaviour.substitutes),
        }

    # -- registration ------------------------------------------------------------------------------------------------

    def register(self) -> Response:
        if self.lms.behaviour.registration is RegistrationStyle.UNSUPPORTED:
            raise RegistrationRefused(404, "not_supported", "this LMS has no dynamic registration")
        document = request.get_json(silent=True)
        if request.mimetype != "application/json" or not isinstance(document, dict):
            raise RegistrationRefused(400, "invalid_client_metadata", "the body must be a JSON object")
        self._check_token(use_up=False)
        tool = self._tool_from(document)
        self._check_token(use_up=True)
        with self.lms.store.change() as state:
            state.tool = tool
        self.lms.tool_keyset = None
        return json_response(self._answer(document, tool), JSON)

    def _check_token(self, *, use_up: bool) -> None:
        """Raises RegistrationRefused. A family that gives no token registers only while an administrator waits."""
        known, now = self.lms.registration_tokens, self.lms.now()
        if self.lms.behaviour.registration is RegistrationStyle.NO_TOKEN:
            token = next((token for token, until in known.items() if until > now), "")
        else:
            kind, _, token = request.headers.get("Authorization", "").partition(" ")
            token = token if kind == "Bearer" else ""
        if token not in known or known[token] <= now:
            raise RegistrationRefused(401, "invalid_token", "the registration token is missing, used or too old")
        if use_up and known.pop(token, None) is None:
            raise RegistrationRefused(401, "invalid_token", "the registration token was used already")

    def _tool_from(self, document: dict[str, Any]) -> ToolRegistration:
        fault = _metadata_fault(document)
        if fault:
            raise RegistrationRefused(400, "invalid_client_metadata", fault)
        configuration = document[TOOL_CONFIGURATION]
        target = configuration["target_link_uri"]
        messages = configuration.get("messages", [])
        picker: dict[str, Any] = next((m for m in messages if m.get("type") == str(MessageKind.DEEP_LINKING)), {})
        return ToolRegistration(
            client_id=secrets.token_hex(8),
            deployment_ids=self.lms.config.deployment_ids,
            login=document["initiate_login_uri"],
            launch=target,
            deep_link=picker.get("target_link_uri") or target,
            jwks=document["jwks_uri"],
            redirect_uris=tuple(document["redirect_uris"]),
            custom=dict(configuration.get("custom_parameters", {})),
        )

    def _answer(self, document: dict[str, Any], tool: ToolRegistration) -> dict[str, Any]:
        asked = set(str(document.get("scope", "")).split())
        granted = [scope for scope in self.lms.behaviour.scopes if scope in asked]
        configuration = dict(document[TOOL_CONFIGURATION])
        configuration.pop("deployment_id", None)
        if self.lms.behaviour.answers_deployment_id:
            configuration["deployment_id"] = tool.deployment_ids[0]
        answer = {**document, "client_id": tool.client_id, "scope": " ".join(granted)}
        return answer | {TOOL_CONFIGURATION: configuration}


def _metadata_fault(document: dict[str, Any]) -> str:
    """What is wrong with the tool's registration, ``""`` when nothing is."""
    for name, value in REQUIRED.items():
        if document.get(name) != value:
            return f"{name} must be {value}"
    if "id_token" not in _words(document.get("response_types")):
        return "response_types must hold id_token"
    if not {"implicit", "client_credentials"} <= _words(document.get("grant_types")):
        return "grant_types must hold implicit and client_credentials"
    if not isinstance(document.get("client_name"), str) or not document["client_name"]:
        return "client_name is required"
    redirects = document.get("redirect_uris")
    if not isinstance(redirects, list) or not redirects:
        return "redirect_uris is required"
    addresses = [document.get("initiate_login_uri"), document.get("jwks_uri"), *redirects]
    if not all(_is_local_address(address) for address in addresses):
        return "initiate_login_uri, jwks_uri and redirect_uris must be http(s) addresses on this machine"
    return _configuration_fault(document.get(TOOL_CONFIGURATION))


def _configuration_fault(configuration: object) -> str:
    if not isinstance(configuration, dict):
        return f"{TOOL_CONFIGURATION} is required"
    target = configuration.get("target_link_uri")
    if not _is_local_address(target):
        return "target_link_uri must be an http(s) address on this machine"
    if configuration.get("domain") != urlsplit(str(target)).netloc:
        return "domain must be the host of target_link_uri, with its port"
    return _extras_fault(configuration)


def _extras_fault(configuration: dict[str, Any]) -> str:
    custom, messages = configuration.get("custom_parameters", {}), configuration.get("messages", [])
    if not isinstance(custom, dict) or not all(isinstance(value, str) for value in custom.values()):
        return "custom_parameters must map strings to strings"
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        return "messages must be a list of objects"
    targets = [message["target_link_uri"] for message in messages if "target_link_uri" in message]
    return "" if all(map(_is_local_address, targets)) else "a message's target_link_uri must be on this machine"


def _words(value: object) -> set[str]:
    return {word for word in value if isinstance(word, str)} if isinstance(value, list) else set()


def _is_local_address(address: object) -> bool:
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return parts.scheme in {"http", "https"} and is_loopback(parts.hostname or "")
