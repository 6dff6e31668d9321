"""Pages of the block: Django templates with the XBlock's translations. The one place that marks HTML as finished."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from lti_tool.domain.native import MEDIA_FOLDER

TEMPLATES = Path(__file__).parent / "templates"
_MEDIA = re.compile(rf'"{MEDIA_FOLDER}([A-Za-z0-9_-][A-Za-z0-9._-]*)"')
RIGHT_TO_LEFT = frozenset({"ar", "he", "fa", "ur", "ps", "ku", "dv", "yi", "ug", "sd"})


@cache
def _engine() -> Engine:
    loader = ("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])
    libraries = {"i18n": "xblock.utils.templatetags.i18n"}
    return Engine(dirs=[str(TEMPLATES)], loaders=[loader], libraries=libraries, autoescape=True)


def render(template: str, values: Mapping[str, Any], i18n: object = None) -> str:
    """The HTML of one template; everything in ``values`` that is not finished HTML is escaped."""
    context = Context({**values, "_i18n_service": i18n})
    return str(_engine().get_template(template).render(context))


def finished(html: str | None, text: str, media_url: Callable[[str], str]) -> SafeString:
    """Cleaned HTML of the activity's copy with addresses for its files; plain ``text`` where the copy has no HTML."""
    if html is None:
        return escape(text)
    placed = _MEDIA.sub(lambda found: f'"{escape(media_url(found.group(1)))}"', html)
    return mark_safe(placed)  # noqa: S308 - the tool's filter made it (nh3), the rest is escaped above


def written(value: Any) -> Any:
    """Dates and times as the reader writes them; everything else as it is."""
    if isinstance(value, datetime):
        return date_format(localtime(value), "DATETIME_FORMAT")
    return date_format(value, "DATE_FORMAT") if isinstance(value, date) else value


def direction_of(language: str) -> str:
    """``rtl`` or ``ltr`` for a BCP 47 tag."""
    return "rtl" if language.replace("_", "-").split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"
