"""The API for platforms' servers, ``/api/v1``: JSON in and out, described by an OpenAPI document made from it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

MODULES = (
    "lti_tool.web.api.token",
    "lti_tool.web.api.activity",
    "lti_tool.web.api.claim",
    "lti_tool.web.api.retirement",
    "lti_tool.web.api.document",
)
"""Rooms that declare routes; imported by ``app``."""
