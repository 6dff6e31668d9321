"""Pages for course staff: placing activities, and watching results come in."""

from flask import Blueprint

blueprint = Blueprint("staff", __name__)
MODULES: tuple[str, ...] = (
    "lti_tool.web.staff.deep_link",
    "lti_tool.web.staff.binding",
    "lti_tool.web.staff.home",
    "lti_tool.web.staff.results",
    "lti_tool.web.staff.learner",
    "lti_tool.web.staff.outcomes",
    "lti_tool.web.staff.deliveries",
    "lti_tool.web.staff.export",
    "lti_tool.web.staff.roster",
    "lti_tool.web.staff.trial",
    "lti_tool.web.staff.data_privacy",
    "lti_tool.web.staff.planning",
)
