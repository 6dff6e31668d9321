"""Settings that the block needs in Studio: none of its own; what an operator sets stands in ``XBLOCK_SETTINGS``."""

from __future__ import annotations

from typing import Any


def plugin_settings(settings: Any) -> None:
    """A bucket to be filled by the operator: without it the picker says that the tool is not connected."""
    buckets = dict(getattr(settings, "XBLOCK_SETTINGS", {}))
    buckets.setdefault("cme", {})
    settings.XBLOCK_SETTINGS = buckets
