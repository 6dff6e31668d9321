"""The learner's pages: the steps of an activity, in order."""

from flask import Blueprint

blueprint = Blueprint("learner", __name__)
MODULES: tuple[str, ...] = (
    "lti_tool.web.learner.home",
    "lti_tool.web.learner.information",
    "lti_tool.web.learner.assessment",
    "lti_tool.web.learner.content",
    "lti_tool.web.learner.evaluation",
    "lti_tool.web.learner.follow_up",
    "lti_tool.web.learner.follow_up_link",
    "lti_tool.web.learner.claim",
    "lti_tool.web.learner.claim_details",
    "lti_tool.web.learner.certificate",
    "lti_tool.web.learner.certificate_link",
    "lti_tool.web.learner.waiting",
    "lti_tool.web.learner.transcript",
    "lti_tool.web.learner.transcript_link",
    "lti_tool.web.learner.own_data",
    "lti_tool.web.learner.merge",
)
