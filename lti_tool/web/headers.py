"""Response headers: what a page may load, who may frame it, and what must not be kept."""

from __future__ import annotations

from flask import Flask, Response, g, request

from lti_tool.services.office import Officer
from lti_tool.services.session import Visit
from lti_tool.web.dependencies import dependencies

POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "media-src 'self' https:",
    "object-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
)

ICON = "/static/icon.svg"
"""Learning platforms show it in lists of tools and beside every link: an image on pages of theirs."""


def allow_form_action(origin: str) -> None:
    """This response's forms may also go to ``origin`` (the LMS's deep-linking return, the OIDC endpoint)."""
    g.form_origins = (*g.get("form_origins", ()), origin)


def allow_framing(*origins: str) -> None:
    """This response may be framed by these; ``*`` for pages that show nothing but where to go next."""
    g.frame_origins = (*g.get("frame_origins", ()), *origins)


def unlisted(response: Response) -> Response:
    """Reached by an address that only some know: kept by no search engine and no cache."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store"
    return response


def _policy() -> str:
    person: Visit | Officer | None = g.get("visit") or g.get("officer")
    frames = [*g.get("frame_origins", ()), *(person.frame_origins if person else ())]
    # Files shown inside our own pages (a PDF) are framed by ourselves.
    ancestors = " ".join(["'self'", *frames]) if frames else "'none'"
    forms = " ".join(["'self'", *g.get("form_origins", ())])
    return "; ".join([*POLICY, f"form-action {forms}", f"frame-ancestors {ancestors}"])


def set_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _policy())
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
    shown_to = "cross-origin" if request.path == ICON else "same-origin"
    response.headers.setdefault("Cross-Origin-Resource-Policy", shown_to)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    if dependencies().settings.is_https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def set_up_headers(app: Flask) -> None:
    app.after_request(set_headers)
