"""The plugin app, found by the LMS and by Studio through the distribution's entry points."""

from __future__ import annotations

from typing import ClassVar

from django.apps import AppConfig


class CmeConfig(AppConfig):
    """``plugin_app`` is Open edX's way to let an app bring its own settings."""

    name = "xblock_cme.plugin"
    label = "xblock_cme"
    verbose_name = "Continuing medical education"
    default_auto_field = "django.db.models.BigAutoField"
    plugin_app: ClassVar = {
        "settings_config": {
            "lms.djangoapp": {"common": {"relative_path": "settings.lms"}},
            "cms.djangoapp": {"common": {"relative_path": "settings.cms"}},
        },
    }

    def ready(self) -> None:
        """Listen to what authors do, so that content behind a gate stays there, and to the end of learners' data."""
        from xblock_cme import deletion, receivers, retirement

        for each in (receivers, retirement, deletion):
            each.connect()
