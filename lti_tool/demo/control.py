"""``/demo/control``: the LMS steered by tests over HTTP. Registered only with ``allow_control``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from lti_tool.demo.config import is_loopback
from lti_tool.demo.course import MAIN
from lti_tool.demo.platform import DemoLms


class ControlRoutes:
    """GET shows what is inside, POST ``{"action": …, …}`` does one thing. JSON only, so no form can reach it."""

    def __init__(self, lms: DemoLms) -> None:
        self.lms = lms
        self.actions: dict[str, Callable[[dict[str, Any]], Any]] = {
            "behaviour": lambda body: lms.set_behaviour(str(body["name"])),
            "fault": self._fault,
            "clear_faults": lambda body: lms.clear_faults(),
            "tamper": lambda body: lms.tamper_next(str(body["name"]), int(body.get("times", 1))),
            "skew": lambda body: lms.skew(int(body["seconds"])),
            "rotate_keys": lambda body: lms.rotate_keys(keep_old=bool(body.get("keep_old", True))),
            "forget_tokens": lambda body: lms.tokens.forget_all(),
            "token_seconds": self._token_seconds,
            "share_names": lambda body: lms.share_names(bool(body["shares"])),
            "add_placement": lambda body: asdict(lms.add_placement(body["item"])),
            "remove_placement": lambda body: lms.remove_placement(int(body["id"])),
            "copy_course": lambda body: asdict(lms.copy_course(str(body.get("number", MAIN.number)))),
            "registration_token": lambda body: lms.new_registration_token(),
            "reset": lambda body: lms.reset(),
        }

    def blueprint(self) -> Blueprint:
        routes = Blueprint("control", __name__)
        routes.before_request(_refuse_strangers)
        routes.add_url_rule("/demo/control", "show", self.show, methods=["GET"])
        routes.add_url_rule("/demo/control", "act", self.act, methods=["POST"])
        return routes

    def show(self) -> Response:
        with self.lms.store.read() as state:
            return jsonify(
                family=state.family,
                placements=[asdict(row) for row in state.placements],
                line_items=[asdict(row) for row in state.line_items],
                results=[asdict(row) for row in state.results],
                scores=[asdict(row) for row in state.scores],
                requests=[asdict(row) for row in self.lms.requests_received()],
                faults=[asdict(row) for row in self.lms.faults.active()],
            )

    def act(self) -> tuple[Response, int]:
        body = request.get_json(silent=True)
        if request.mimetype != "application/json" or not isinstance(body, dict):
            return jsonify(error="send a JSON object with an action"), 415
        action = self.actions.get(str(body.get("action")))
        if action is None:
            return jsonify(error=f"unknown action; use one of {', '.join(self.actions)}"), 400
        try:
            return jsonify(result=action(body)), 200
        except (KeyError, ValueError, TypeError) as error:
            return jsonify(error=str(error)), 400

    def _fault(self, body: dict[str, Any]) -> None:
        times = body.get("times", 1)
        self.lms.fail_next(
            str(body["kind"]),
            None if times is None else int(times),
            service=str(body.get("service", "any")),
            seconds=float(body.get("seconds", 1)),
        )

    def _token_seconds(self, body: dict[str, Any]) -> None:
        self.lms.tokens.seconds = int(body["seconds"])


def _refuse_strangers() -> Response | None:
    if not is_loopback(request.remote_addr or ""):
        return Response("loopback only", status=403)
    return None
