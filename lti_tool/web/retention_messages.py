"""What is told when a request about data, a hold or a period cannot be taken, and what to do about it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

RETENTION_EXPLANATIONS: dict[str, tuple[Any, Any]] = {
    "legal_hold": (
        lazy_gettext("A legal hold covers these records"),
        lazy_gettext("Nothing was erased. The request keeps waiting; lift the hold first, with a reason."),
    ),
    "erasure_of_staff": (
        lazy_gettext("This person works in the office"),
        lazy_gettext("Nothing was erased. Take what is granted to them first, on the Team page."),
    ),
    "request_open": (
        lazy_gettext("There is an open request of this kind already"),
        lazy_gettext("Reload the page: it shows where that one stands."),
    ),
    "request_decided": (
        lazy_gettext("This request has been decided meanwhile"),
        lazy_gettext("Nothing was changed. Reload the page to see the answer."),
    ),
    "period_unusable": (
        lazy_gettext("A period cannot be used"),
        lazy_gettext("Enter whole months, at least as many as the rules ask for."),
    ),
    "hold_unusable": (
        lazy_gettext("A hold covers one person, one activity, or the provider"),
        lazy_gettext("Nothing was changed. Place two holds instead."),
    ),
}
