"""Brings the site up in a fresh folder: tables, scenarios, kept events."""

import os

import django


def set_up() -> None:
    """Needs ``CME_SITE`` with the samples in it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.xblock.site.settings")
    django.setup()
    from django.core.management import call_command

    from tests.xblock.site.runtime import keep_events
    from tests.xblock.site.scenarios import add_scenarios

    call_command("migrate", run_syncdb=True, verbosity=0, skip_checks=True)
    keep_events()
    add_scenarios()
