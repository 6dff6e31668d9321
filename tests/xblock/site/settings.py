"""Settings of the workbench for tests. ``CME_SITE`` is a writable folder; ``CME_TOOL`` may hold the tool's settings."""

import json
import os
from pathlib import Path

from workbench.settings import *  # noqa: F403 - a settings module extends another like this
from workbench.settings import INSTALLED_APPS as WORKBENCH_APPS

FOLDER = Path(os.environ["CME_SITE"])
SECRET_KEY = "only-for-tests"
DEBUG = True
TIME_ZONE = "UTC"
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "site.db", "OPTIONS": {"timeout": 20}}
}
INSTALLED_APPS = (*WORKBENCH_APPS, "xblock_cme.plugin")
DJFS = {"type": "osfs", "directory_root": str(FOLDER / "djpyfs"), "url_root": "/static/djpyfs"}
LOGGING = {"version": 1, "disable_existing_loggers": False}
SERVICE_VARIANT = os.environ.get("CME_VARIANT", "lms")
LANGUAGE_CODE = os.environ.get("CME_LANGUAGE", "en")
XBLOCK_SETTINGS = {"cme": json.loads(os.environ.get("CME_TOOL", "{}"))}
ROOT_URLCONF = "workbench.urls"
WORKBENCH = {
    "reset_state_on_restart": True,
    "services": {
        "fs": "xblock.reference.plugins.FSService",
        "settings": "workbench.services.SettingsService",
        "user": "tests.xblock.site.people.PeopleService",
    },
}
