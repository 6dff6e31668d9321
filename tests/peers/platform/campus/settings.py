"""Django settings of the peer platform: the least that lti-consumer-xblock needs to run as an LMS."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

LMS_ROOT_URL = os.environ["CAMPUS_ROOT_URL"]
LMS_BASE = LMS_ROOT_URL.removeprefix("http://")
PLATFORM_NAME = "Campus"
LEARNING_MICROFRONTEND_URL = LMS_ROOT_URL
SERVICE_VARIANT = "lms"
USAGE_ID_PATTERN = r"(?P<usage_id>[^/]+)"
FEATURES: dict[str, bool] = {}

SECRET_KEY = secrets.token_urlsafe(32)
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "campus.urls"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "campus.apps.CampusConfig",  # first: it must stand in for the LMS before the consumer's models load
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "waffle",
    "rest_framework",
    "config_models",
    "lti_consumer",
]

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "crum.CurrentRequestUserMiddleware",
]

TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(os.environ["CAMPUS_STATE"]) / "campus.sqlite3",
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }
}

# Launch data lives in the cache between the two legs of a launch, hence one process.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# The tool on the same loopback host must not be able to overwrite our session.
SESSION_COOKIE_NAME = "campus_session"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
