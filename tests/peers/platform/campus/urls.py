"""Addresses: the consumer's own under ``/api/``, as in an LMS, and the test's control room."""

from __future__ import annotations

from django.urls import include, path

from campus import control

urlpatterns = [
    path("api/", include("lti_consumer.plugin.urls")),
    path("control/<slug:noun>", control.room),
]
