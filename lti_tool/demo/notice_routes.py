"""The Platform Notification Service over HTTP: which handlers there are, and setting one."""

from __future__ import annotations

from flask import Blueprint, Response, request

from lti_tool.demo.platform import DemoLms
from lti_tool.demo.services import Services, json_response, refuse
from lti_tool.demo.vocabulary import NOTICE_HANDLERS

JSON = "application/json"


class NoticeRoutes:
    """Handlers of one deployment."""

    def __init__(self, lms: DemoLms, services: Services) -> None:
        self.lms = lms
        self.services = services

    def blueprint(self) -> Blueprint:
        routes = Blueprint("notices", __name__)
        for view, method in ((self.show, "GET"), (self.put, "PUT")):
            wrapped = self.services.wrap("notices", view)
            routes.add_url_rule("/lti/notices/<deployment>", wrapped.__name__, wrapped, methods=[method])
        return routes

    def show(self, deployment: str) -> Response:
        client = self._client_of(deployment)
        listed = [
            {"notice_type": kind, "handler": handler} for kind, handler in self.lms.notices.handlers(deployment).items()
        ]
        return json_response({"client_id": client, "deployment_id": deployment, "notice_handlers": listed}, JSON)

    def put(self, deployment: str) -> Response:
        self._client_of(deployment)
        self.services.require_content_type(JSON)
        document = request.get_json(silent=True) or {}
        fault = self.lms.notices.handler_fault(document)
        if fault:
            raise refuse(400, fault)
        self.lms.notices.put(deployment, document)
        return json_response(document, JSON)

    def _client_of(self, deployment: str) -> str:
        self.services.require_scope(NOTICE_HANDLERS)
        tool = self.lms.tool
        if tool is None or deployment not in tool.deployment_ids:
            raise refuse(404, "there is no such deployment")
        return tool.client_id
