"""Rendering pages with what every page needs: language, direction, form token, framing."""

from __future__ import annotations

from typing import Any

from babel import Locale, UnknownLocaleError
from flask import Flask, Response, g, make_response, render_template, request, url_for
from flask_babel import get_locale

from lti_tool.services.office import Officer
from lti_tool.services.session import Visit
from lti_tool.web.access import PublicWork, csrf_token
from lti_tool.web.dependencies import dependencies

RIGHT_TO_LEFT = frozenset({"ar", "he", "fa", "ur", "ps", "ku", "dv", "yi", "ug", "sd"})
LANGUAGES = ("en",)
"""Languages that the product's own texts exist in."""


def chosen_locale() -> str:
    """The visit's language where we have it, else the browser's best match, else English."""
    person: Visit | Officer | None = g.get("visit") or g.get("officer")
    known = person.locale if person else g.get("reader_language", "")
    wanted = known.replace("_", "-").split("-")[0].lower() or request.accept_languages.best_match(LANGUAGES, "en")
    return wanted if wanted in LANGUAGES else "en"


def is_locale(tag: str) -> bool:
    try:
        Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return False
    return True


def direction_of(language: str) -> str:
    """``rtl`` or ``ltr`` for a BCP 47 tag."""
    return "rtl" if language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def _standard() -> dict[str, Any]:
    language = str(get_locale() or "en").replace("_", "-")
    values: dict[str, Any] = {"locale": language, "text_direction": direction_of(language)}
    visit: Visit | None = g.get("visit")
    if visit is not None:
        values["csrf_token"] = csrf_token(visit.session_id)
        values["visit"] = visit
        is_framed = visit.document_target != "window"
        values["platform_origin"] = visit.platform_origin if is_framed else ""
    officer: Officer | None = g.get("officer")
    if officer is not None:
        values["csrf_token"] = csrf_token(officer.session_id)
        values["officer"] = officer
        values["platform_origin"] = officer.platform_origin if officer.is_framed else ""
    return values


def page(template: str, work: PublicWork | None = None, *, status: int = 200, **values: Any) -> Response:
    """A rendered page; ``work`` is taken for readability, what it holds is already known to the request."""
    return make_response(render_template(template, **values), status)


def page_number() -> int:
    """From the address; anything but a number from 1 to 99999 is the first page."""
    text = request.args.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def set_up_pages(app: Flask) -> None:
    """Template variables, and ``url_for`` that stays within the session."""
    app.context_processor(_standard)
    app.jinja_env.globals["direction_of"] = direction_of

    @app.url_defaults
    def _within_session(endpoint: str, values: dict[str, Any]) -> None:
        visit: Visit | None = g.get("visit")
        if visit and "session_id" not in values and app.url_map.is_endpoint_expecting(endpoint, "session_id"):
            values["session_id"] = visit.session_id
        officer: Officer | None = g.get("officer")
        if officer and "office_id" not in values and app.url_map.is_endpoint_expecting(endpoint, "office_id"):
            values["office_id"] = officer.session_id


def absolute(endpoint: str, **values: Any) -> str:
    """An address of this tool with its public base."""
    return dependencies().edge.origin + url_for(endpoint, **values)
