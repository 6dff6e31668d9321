"""Response headers: what a page may load, who may frame it, and what must not be kept."""

from __future__ import annotations

import re

from flask import Flask, Response, g, request

from lti_tool.lti.settings import origin_of
from lti_tool.services.office import Officer
from lti_tool.services.session import Visit
from lti_tool.web.dependencies import dependencies

POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "object-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
)

MAX_ORIGIN = 255
_ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]+)?")

ICON = "/static/icon.svg"
"""Learning platforms show it in lists of tools and beside every link: an image on pages of theirs."""


def web_origin(url: str) -> str:
    """The origin of a web address, or ``""``: it goes into a header, so a host may not hold ``*``, ``;`` or ``,``."""
    try:
        origin = origin_of(url)
    except ValueError:
        return ""
    return origin if len(origin) <= MAX_ORIGIN and _ORIGIN.fullmatch(origin) else ""


def allow_form_action(origin: str) -> None:
    """This response's forms may also go to ``origin`` (the LMS's deep-linking return, the OIDC endpoint)."""
    g.form_origins = (*g.get("form_origins", ()), origin)


def allow_captions(address: str) -> None:
    """This response's script may fetch captions of another host, and the player may take them from a ``blob:``."""
    origins = g.get("captions_origins", ())
    g.captions_origins = tuple(dict.fromkeys((*origins, web_origin(address))))


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
    return "; ".join([*POLICY, *_recordings(), f"form-action {forms}", f"frame-ancestors {ancestors}"])


def _recordings() -> tuple[str, str]:
    """Recordings are streamed from wherever they are; what scripts fetch comes from here, but for named captions."""
    captions = [origin for origin in g.get("captions_origins", ()) if origin]
    blob = ("blob:",) if captions else ()
    return " ".join(["connect-src 'self'", *captions]), " ".join(["media-src 'self' https:", *blob])


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
