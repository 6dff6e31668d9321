"""The cookie of a session, the same for launches and for the office."""

from __future__ import annotations

from flask import Response

from lti_tool.web.access import cookie_name
from lti_tool.web.dependencies import Dependencies


def set_session_cookie(response: Response, deps: Dependencies, session_id: str, token: str) -> None:
    """``Partitioned`` survives blocked third-party cookies. Plain http (the demo) cannot have it."""
    is_https = deps.settings.is_https
    response.set_cookie(
        cookie_name(session_id),
        token,
        max_age=deps.settings.session_hours * 3600,
        secure=is_https,
        httponly=True,
        samesite="None" if is_https else "Lax",
        partitioned=is_https,
    )
