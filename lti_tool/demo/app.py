"""Joins the LMS's parts into one Flask application."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Response, render_template, request

from lti_tool.demo.ags import GradeRoutes
from lti_tool.demo.config import LmsConfig, is_loopback, origin_of
from lti_tool.demo.control import ControlRoutes
from lti_tool.demo.notice_routes import NoticeRoutes
from lti_tool.demo.oidc import OidcRoutes
from lti_tool.demo.people import PEOPLE
from lti_tool.demo.picking import PickingRoutes
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.registration import RegistrationRoutes
from lti_tool.demo.roster import RosterRoutes
from lti_tool.demo.services import Services
from lti_tool.demo.sessions import COOKIE, current_person
from lti_tool.demo.settings_views import FRAME_SOURCE, SettingsViews
from lti_tool.demo.views import CourseViews

MAX_BODY = 1_000_000
EXTENSION = "demo_lms"


def create_lms(config: LmsConfig) -> Flask:
    """The LMS as a WSGI application; ``app.extensions["demo_lms"]`` is its ``DemoLms``."""
    return app_for(DemoLms(config))


def app_for(lms: DemoLms) -> Flask:
    """The application around an LMS that exists."""
    app = Flask(__name__)
    app.extensions[EXTENSION] = lms
    with lms.store.read() as state:
        app.secret_key = state.secret
    app.config.update(
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        MAX_CONTENT_LENGTH=MAX_BODY,
    )
    services = Services(lms)
    app.before_request(_refuse_strange_host)
    for routes in (OidcRoutes, GradeRoutes, RosterRoutes, PickingRoutes, RegistrationRoutes, NoticeRoutes):
        app.register_blueprint(routes(lms, services).blueprint())
    app.register_blueprint(CourseViews(lms).blueprint())
    app.register_blueprint(SettingsViews(lms).blueprint())
    if lms.config.allow_control:
        app.register_blueprint(ControlRoutes(lms).blueprint())
    app.after_request(_headers_for(lms))
    app.context_processor(lambda: {"person": current_person(), "people": PEOPLE, "behaviour": lms.behaviour})
    app.register_error_handler(404, _not_found)
    return app


def _refuse_strange_host() -> Response | None:
    """A name that is not loopback's can only come from DNS rebinding or a wrong proxy."""
    host = urlsplit(f"//{request.host}").hostname or ""
    return None if is_loopback(host) else Response("The demo LMS answers to loopback names only.", status=421)


def _not_found(_error: Exception) -> tuple[str, int]:
    return render_template("refused.html", title="Not found", reason="There is no such page in this course."), 404


def _headers_for(lms: DemoLms) -> Callable[[Response], Response]:
    """Adds the policy that keeps pages to this LMS and its tool."""

    def add_headers(response: Response) -> Response:
        extra = response.headers.pop(FRAME_SOURCE, "")
        response.headers["Content-Security-Policy"] = _policy(lms, extra)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return add_headers


def _policy(lms: DemoLms, extra: str) -> str:
    origins = {*lms.tool_origins, origin_of(lms.config.base_url), extra} - {""}
    allowed = " ".join(["'self'", *sorted(origins)])
    return (
        "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'self'; "
        f"frame-src {allowed}; form-action {allowed}"
    )
