"""Settings that the block needs in the LMS."""

from __future__ import annotations

from typing import Any

PROVIDER = "xblock_cme.override.CmeGateOverride"


def plugin_settings(settings: Any) -> None:
    """The second lock of a gate: fields of what lies behind it are overridden while it is closed."""
    providers = tuple(getattr(settings, "FIELD_OVERRIDE_PROVIDERS", ()))
    if PROVIDER not in providers:
        settings.FIELD_OVERRIDE_PROVIDERS = (*providers, PROVIDER)
