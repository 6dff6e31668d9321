"""Where people in control of content disclose: by a signed link without an account, or from an LMS."""

from flask import Blueprint

blueprint = Blueprint("disclosure", __name__)
MODULES: tuple[str, ...] = (
    "lti_tool.web.disclosure.invited",
    "lti_tool.web.disclosure.launched",
)
