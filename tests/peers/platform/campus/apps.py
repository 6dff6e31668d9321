"""The campus: what the LTI consumer expects to find around it in an LMS."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class CampusConfig(AppConfig):
    """Installs the stand-ins for LMS functions before any model of the consumer is imported."""

    name = "campus"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        from campus import lms

        lms.install()

    def ready(self) -> None:
        from campus import releases

        releases.add_recorded_role_sets()
