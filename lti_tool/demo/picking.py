"""The address that a Deep Linking picker answers to (LTI-DL 2.0, 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from lti_tool.demo import jose
from lti_tool.demo.authorization import FormPost
from lti_tool.demo.config import origin_of
from lti_tool.demo.course import Placement
from lti_tool.demo.deep_linking import DL, items_fault, response_fault
from lti_tool.demo.launches import DeepLinkRequest
from lti_tool.demo.oidc import verify_from_tool
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.services import REASON, Services
from lti_tool.demo.sessions import current_person
from lti_tool.demo.tokens import time_fault


@dataclass
class PickRefused(Exception):
    """The answer of the picker is not taken."""

    reason: str
    status: int = 400


class PickingRoutes:
    """``/lti/deep-link-return/<ticket>``: bound to the instructor's session and to one open picker."""

    def __init__(self, lms: DemoLms, services: Services) -> None:
        self.lms = lms
        self.services = services

    def blueprint(self) -> Blueprint:
        routes = Blueprint("picking", __name__)
        routes.add_url_rule("/lti/deep-link-return/<ticket>", "take", self.take, methods=["POST"])
        return routes

    def take(self, ticket: str) -> Response:
        token = request.form.get("JWT", "")
        if current_person() is None and not request.form.get("repost"):
            form = FormPost(self.lms.addresses.deep_link_return(ticket), {"JWT": token, "repost": "true"})
            return make_response(render_template("form_post.html", form=form, label="Continue"))
        try:
            claims = self._checked(ticket, token)
            placed = self._place(ticket, claims)
        except PickRefused as refusal:
            page = render_template("refused.html", title="The selection was not taken", reason=refusal.reason)
            answer = make_response(page, refusal.status)
            answer.headers[REASON] = refusal.reason.encode("ascii", "replace").decode()
        else:
            answer = make_response(render_template("picked.html", placed=placed, **_notices(claims)))
        self.services.record("deep-link", answer)
        return answer

    def _checked(self, ticket: str, token: str) -> dict[str, Any]:
        """The claims of the response. Raises PickRefused naming the first thing wrong."""
        open_picker, tool, now = self.lms.pending.deep_link(ticket, self.lms.now()), self.lms.tool, self.lms.now()
        person = current_person()
        if open_picker is None or tool is None:
            raise PickRefused("this picker is not open (any more)", 404)
        if person is None or person != open_picker.person or not person.is_staff:
            raise PickRefused("only the instructor who opened the picker may answer it", 403)
        if not token:
            raise PickRefused("the form field JWT (capitals) is missing")
        claims = self._verified(token)
        self._check_claims(claims, open_picker, tool.client_id)
        keep = now + timedelta(hours=1)
        if not self.lms.pending.is_first_use(f"dl-nonce:{claims['nonce']}", now, keep):
            raise PickRefused("nonce was used before")
        return claims

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            return verify_from_tool(self.lms, token)
        except jose.BadToken as error:
            raise PickRefused(str(error)) from error

    def _check_claims(self, claims: Mapping[str, Any], picker: DeepLinkRequest, client_id: str) -> None:
        items = claims.get(DL + "content_items", [])
        fault = (
            response_fault(claims, picker, client_id, self.lms.issuer)
            or time_fault(claims, self.lms.now())
            or items_fault(items)
            or self._foreign_url(items)
        )
        if fault:
            raise PickRefused(fault)

    def _foreign_url(self, items: list[dict[str, Any]]) -> str:
        for item in items:
            if item.get("url") and origin_of(item["url"]) not in self.lms.tool_origins:
                return f"url {item['url']!r} is not on the tool's site"
        return ""

    def _place(self, ticket: str, claims: Mapping[str, Any]) -> tuple[Placement, ...]:
        if not self.lms.pending.close_deep_link(ticket):
            raise PickRefused("this picker is not open (any more)", 404)
        if DL + "errormsg" in claims:
            return ()
        return tuple(self.lms.add_placement(item) for item in claims.get(DL + "content_items", []))


def _notices(claims: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(claims.get(DL + name, "")) for name in ("msg", "errormsg")}
