"""The office: where a provider's staff plan, review, approve and account for what learners are offered."""

from flask import Blueprint

blueprint = Blueprint("office", __name__)
MODULES: tuple[str, ...] = (
    "lti_tool.web.office.entry",
    "lti_tool.web.office.home",
    "lti_tool.web.office.team",
    "lti_tool.web.office.audit",
    "lti_tool.web.office.connections",
    "lti_tool.web.office.connection",
)
