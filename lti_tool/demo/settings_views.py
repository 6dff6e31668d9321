"""LMS settings, registration of a tool, and the log of what the tool asked."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from lti_tool.demo.behaviours import BEHAVIOURS
from lti_tool.demo.config import is_loopback, origin_of
from lti_tool.demo.faults import LABELS, SERVICES
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.tampering import TAMPERINGS
from lti_tool.demo.views import Page, same_site_posts_only, signed_in
from lti_tool.demo.vocabulary import RegistrationStyle

FRAME_SOURCE = "X-Demo-Frame-Source"
"""Tells the policy which tool may be framed on the registration page; taken off before the answer leaves."""


class SettingsViews:
    """Open to every demo person: this is the stage machinery, not part of the course."""

    def __init__(self, lms: DemoLms) -> None:
        self.lms = lms

    def blueprint(self) -> Blueprint:
        routes = Blueprint("settings", __name__)
        routes.before_request(same_site_posts_only)
        for path, name, view, methods in (
            ("/settings", "show", self.show, ["GET"]),
            ("/settings/family", "family", self.family, ["POST"]),
            ("/settings/faults", "faults", self.faults, ["POST"]),
            ("/settings/clear", "clear", self.clear, ["POST"]),
            ("/settings/tamper", "tamper", self.tamper, ["POST"]),
            ("/settings/keys", "keys", self.keys, ["POST"]),
            ("/settings/gate", "gate", self.gate, ["POST"]),
            ("/settings/register", "register", self.register, ["GET", "POST"]),
            ("/log", "log", self.log, ["GET"]),
        ):
            routes.add_url_rule(path, name, signed_in(view), methods=methods)
        return routes

    def show(self) -> Page:
        with self.lms.store.read() as state:
            shares, keys, chosen = state.shares_names, list(state.keys), state.gate_line_item
        return render_template(
            "settings.html",
            behaviours=BEHAVIOURS.values(),
            shares_names=shares,
            keys=keys,
            gate=chosen,
            items=self.lms.line_items(),
            active=self.lms.faults.active(),
            tampered=self.lms.waiting_tamperings,
            skew=self.lms.id_token_shift,
            kinds=LABELS.items(),
            services=SERVICES,
            tamperings=TAMPERINGS.items(),
            tool=self.lms.tool,
            addresses=self.lms.addresses,
            message=request.args.get("message", "")[:200],
        )

    def family(self) -> Page:
        name = request.form.get("family", "")
        if name not in BEHAVIOURS:
            return _back(f"There is no LMS family {name!r}.")
        self.lms.set_behaviour(name)
        self.lms.share_names(request.form.get("shares_names") == "on")
        return _back(f"The LMS now behaves like {BEHAVIOURS[name].label}.")

    def faults(self) -> Page:
        form = request.form
        try:
            times = None if form.get("times") == "always" else int(form.get("times", "1"))
            seconds = float(form.get("seconds", "1"))
            self.lms.fail_next(form.get("kind", ""), times, service=form.get("service", ""), seconds=seconds)
        except ValueError as error:
            return _back(f"Not switched on: {error}")
        return _back("The fault is on.")

    def clear(self) -> Page:
        self.lms.clear_faults()
        return _back("All faults are off.")

    def tamper(self) -> Page:
        try:
            skew = int(request.form.get("skew") or "0")
        except ValueError:
            return _back("The clock must be a whole number of seconds.")
        self.lms.skew(max(-86400, min(86400, skew)))
        name = request.form.get("tampering", "")
        if name in TAMPERINGS:
            self.lms.tamper_next(name)
            return _back(f"The next launch is spoiled: {TAMPERINGS[name].label}.")
        return _back("The clock is set.")

    def keys(self) -> Page:
        self.lms.rotate_keys(keep_old=request.form.get("old") != "drop")
        return _back("A new signing key is in use.")

    def gate(self) -> Page:
        chosen = request.form.get("line_item", "")
        known = {str(item.id): item.id for item in self.lms.line_items()}
        with self.lms.store.change() as state:
            state.gate_line_item = known.get(chosen)
        return _back("The restrict-access rule is set.")

    def register(self) -> Page:
        """Shows the tool's registration page in a frame, with a fresh token (LTI Dynamic Registration 1.0, 3.3)."""
        configured = self.lms.config.tool.registration if self.lms.config.tool else ""
        url = request.form.get("url", "").strip()
        fault = _registration_fault(url) if request.method == "POST" else ""
        frame = self._registration_frame(url) if url and not fault else ""
        supported = self.lms.behaviour.registration is not RegistrationStyle.UNSUPPORTED
        origin = origin_of(url) if frame else ""
        page = render_template(
            "register.html",
            url=url or configured,
            fault=fault,
            frame=frame,
            frame_origin=origin,
            is_supported=supported,
        )
        answer = make_response(page)
        if origin:
            answer.headers[FRAME_SOURCE] = origin
        return answer

    def _registration_frame(self, url: str) -> str:
        token = self.lms.new_registration_token()
        parameters = {"openid_configuration": self.lms.addresses.openid_configuration}
        if self.lms.behaviour.registration is not RegistrationStyle.NO_TOKEN:
            parameters["registration_token"] = token
        return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"

    def log(self) -> Page:
        entries = tuple(reversed(self.lms.requests_received()))[:200]
        return render_template("log.html", entries=entries)


def _registration_fault(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not is_loopback(parts.hostname or ""):
        return "Give the http address of a tool on this machine."
    return ""


def _back(message: str) -> Response:
    return make_response(redirect(url_for("settings.show", message=message), 303))
