"""Settings that the block needs in Studio; what an operator sets stands in ``XBLOCK_SETTINGS``."""

from __future__ import annotations

from typing import Any

from xblock_cme.plugin.settings.lms import DOORS


def plugin_settings(settings: Any) -> None:
    """A bucket to be filled by the operator: without it the picker says that the tool is not connected. And what is
    behind a gate is not for whoever signs in to Studio."""
    buckets = dict(getattr(settings, "XBLOCK_SETTINGS", {}))
    buckets.setdefault("cme", {})
    settings.XBLOCK_SETTINGS = buckets
    middleware = list(settings.MIDDLEWARE)
    if DOORS not in middleware:
        settings.MIDDLEWARE = [*middleware, DOORS]
