"""The baseline: an LTI 1.3 tool as pylti1p3's documentation shows it for Flask, and nothing else.

It checks what the library checks, keeps no record, has no database, and answers one line of text.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask
from pylti1p3.contrib.flask.message_launch import FlaskMessageLaunch
from pylti1p3.contrib.flask.oidc_login import FlaskOIDCLogin
from pylti1p3.contrib.flask.request import FlaskRequest
from pylti1p3.tool_config.dict import ToolConfDict
from werkzeug.wrappers import Response


def configuration(
    issuer: str, client_id: str, keyset_url: str, key_set: dict[str, Any] | None, private_pem: str
) -> ToolConfDict:
    """``key_set`` given: the library never fetches; else it fetches for every launch, as it does by default."""
    entry: Any = {
        "default": True,
        "client_id": client_id,
        "auth_login_url": f"{issuer}/auth",
        "auth_token_url": f"{issuer}/token",
        "key_set_url": keyset_url,
        "key_set": key_set,
        "deployment_ids": ["1"],
    }
    config = ToolConfDict({issuer: [entry]})
    config.set_private_key(issuer, private_pem, client_id=client_id)
    return config


def create_app(config: ToolConfDict) -> Flask:
    """Two routes: login and launch."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="for a benchmark only", SESSION_COOKIE_NAME="bare")

    @app.route("/lti/login", methods=["GET", "POST"])
    def login() -> Response:
        request = FlaskRequest()
        found: Response = FlaskOIDCLogin(request, config).redirect(request.get_param("target_link_uri"))
        return found

    @app.route("/lti/launch", methods=["POST"])
    def launch() -> str:
        message = FlaskMessageLaunch(FlaskRequest(), config)
        return f"Hello {message.get_launch_data()['sub']}"

    return app


def application() -> Flask:
    """For gunicorn, in the measurement of memory."""
    issuer = "https://lms.example"
    return create_app(configuration(issuer, "client", f"{issuer}/jwks", None, os.environ["BARE_TOOL_KEY"]))
