"""The authorization server: third-party login, key set, access tokens (LTI Core 1.3, 5.1; Security Framework 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, make_response, render_template, request

from lti_tool.demo import jose
from lti_tool.demo.authorization import FormPost, PageRefusal, answer_authorization, check_readable
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.services import REASON, Services, json_response
from lti_tool.demo.sessions import current_person
from lti_tool.demo.tokens import ASSERTION_TYPE, MAX_ASSERTION_SECONDS, assertion_fault, time_fault

TOKEN_FIELDS = ("grant_type", "client_assertion_type", "client_assertion", "scope")


@dataclass
class TokenRefused(Exception):
    """An OAuth 2.0 error answer (RFC 6749, 5.2)."""

    error: str
    description: str = ""


class OidcRoutes:
    """``/lti/authorize``, ``/lti/token``, ``/lti/jwks``."""

    def __init__(self, lms: DemoLms, services: Services) -> None:
        self.lms = lms
        self.services = services

    def blueprint(self) -> Blueprint:
        routes = Blueprint("oidc", __name__)
        routes.add_url_rule("/lti/authorize", "authorize", self.authorize, methods=["GET", "POST"])
        routes.add_url_rule("/lti/jwks", "jwks", self.services.wrap("jwks", self.jwks), methods=["GET"])
        token = self.services.wrap("token", self.token)
        routes.add_url_rule("/lti/token", "token", token, methods=["GET", "POST"])
        return routes

    def jwks(self) -> Response:
        return json_response(self.lms.jwks(), "application/json; charset=utf-8")

    # -- authorization -----------------------------------------------------------------------------------------------

    def authorize(self) -> Response:
        parameters = request.values.to_dict()
        try:
            if any(len(values) > 1 for _, values in request.values.lists()):
                raise PageRefusal("a parameter was given twice")
            check_readable(self.lms, parameters)
            person = current_person()
            if person is None:
                return self._repost(parameters)
            form = answer_authorization(self.lms, parameters, person)
        except PageRefusal as refusal:
            return self._refusal_page(refusal.reason)
        response = make_response(render_template("form_post.html", form=form, label="Continue to the activity"))
        response.headers[REASON] = form.fields.get("error", "")
        self.services.record("authorize", response)
        return response

    def _repost(self, parameters: Mapping[str, str]) -> Response:
        """The cookie was not sent across sites: one hop within the LMS brings it back, as Moodle does."""
        if parameters.get("repost"):
            return self._refusal_page("nobody is signed in to the LMS in this browser")
        form = FormPost(self.lms.addresses.authorize, {**parameters, "repost": "true"})
        return make_response(render_template("form_post.html", form=form, label="Continue"))

    def _refusal_page(self, reason: str) -> Response:
        response = make_response(render_template("refused.html", title="Invalid request", reason=reason), 404)
        response.headers[REASON] = reason
        self.services.record("authorize", response)
        return response

    # -- access tokens -----------------------------------------------------------------------------------------------

    def token(self) -> Response:
        try:
            scopes = self._granted()
        except TokenRefused as refusal:
            body = {"error": refusal.error, "error_description": refusal.description}
            answer = json_response(body, "application/json", 400)
            answer.headers[REASON] = f"{refusal.error}: {refusal.description}".encode("ascii", "replace").decode()
        else:
            token = self.lms.tokens.grant(scopes, self.lms.now())
            body = {"access_token": token, "token_type": "Bearer", "scope": " ".join(sorted(scopes))}
            document = {**body, "expires_in": self.lms.tokens.seconds}
            answer = json_response(document, self.lms.behaviour.token_content_type)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _granted(self) -> frozenset[str]:
        """The scopes asked for and allowed. Raises TokenRefused."""
        if request.method != "POST" or request.mimetype != "application/x-www-form-urlencoded":
            raise TokenRefused("invalid_request", "POST application/x-www-form-urlencoded")
        missing = [name for name in TOKEN_FIELDS if not request.form.get(name)]
        if missing:
            raise TokenRefused("invalid_request", f"missing: {', '.join(missing)}")
        if request.form["grant_type"] != "client_credentials":
            raise TokenRefused("unsupported_grant_type", "only client_credentials")
        if request.form["client_assertion_type"] != ASSERTION_TYPE:
            raise TokenRefused("invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}")
        self._check_assertion(request.form["client_assertion"])
        scopes = frozenset(request.form["scope"].split()) & frozenset(self.lms.behaviour.scopes)
        if not scopes:
            raise TokenRefused("invalid_scope", "none of the scopes asked for is allowed")
        return scopes

    def _check_assertion(self, assertion: str) -> None:
        tool, now = self.lms.tool, self.lms.now()
        if tool is None:
            raise TokenRefused("invalid_client", "no tool is registered")
        try:
            claims = verify_from_tool(self.lms, assertion)
        except jose.BadToken as error:
            raise TokenRefused("invalid_client", str(error)) from error
        fault = assertion_fault(claims, tool.client_id, self.lms.token_audience) or time_fault(claims, now)
        if fault:
            raise TokenRefused("invalid_client", fault)
        keep = now + timedelta(seconds=MAX_ASSERTION_SECONDS)
        if not self.lms.pending.is_first_use(f"jti:{claims['jti']}", now, keep):
            raise TokenRefused("invalid_client", "jti was used before")


def verify_from_tool(lms: DemoLms, token: str) -> dict[str, object]:
    """The claims of a JWT that the tool signed. Raises jose.BadToken.

    A family that remembers the tool's keys (Moodle) fetches again only when the remembered ones do not verify.
    """
    tool = lms.tool
    if tool is None:
        raise jose.BadToken("no tool is registered")
    if lms.behaviour.remembers_tool_keys and lms.tool_keyset is not None:
        try:
            return jose.verify(token, lms.tool_keyset)
        except jose.BadToken:
            lms.tool_keyset = None
    lms.tool_keyset = jose.fetch_keyset(tool.jwks)
    return jose.verify(token, lms.tool_keyset)
