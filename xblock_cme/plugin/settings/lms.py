"""Settings that the block needs in the LMS."""

from __future__ import annotations

from typing import Any

PROVIDER = "xblock_cme.override.CmeGateOverride"
DOORS = "xblock_cme.doors.GateDoors"


def plugin_settings(settings: Any) -> None:
    """The second lock of a gate: fields of what lies behind it are overridden while it is closed. And the doors where
    the platform asks for neither lock."""
    providers = tuple(getattr(settings, "FIELD_OVERRIDE_PROVIDERS", ()))
    if PROVIDER not in providers:
        settings.FIELD_OVERRIDE_PROVIDERS = (*providers, PROVIDER)
    middleware = list(settings.MIDDLEWARE)
    if DOORS not in middleware:
        settings.MIDDLEWARE = [*middleware, DOORS]
