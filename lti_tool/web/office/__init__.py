"""The office: where a provider's staff plan, review, approve and account for what learners are offered."""

from flask import Blueprint

blueprint = Blueprint("office", __name__)
MODULES: tuple[str, ...] = (
    "lti_tool.web.office.entry",
    "lti_tool.web.office.home",
    "lti_tool.web.office.disclosures",
    "lti_tool.web.office.people",
    "lti_tool.web.office.person",
    "lti_tool.web.office.companies",
    "lti_tool.web.office.roster",
    "lti_tool.web.office.mitigation",
    "lti_tool.web.office.independence",
    "lti_tool.web.office.team",
    "lti_tool.web.office.audit",
    "lti_tool.web.office.questions",
    "lti_tool.web.office.question_edit",
    "lti_tool.web.office.question_files",
    "lti_tool.web.office.key_correction",
    "lti_tool.web.office.provider",
    "lti_tool.web.office.signatory",
    "lti_tool.web.office.statement",
    "lti_tool.web.office.vault",
    "lti_tool.web.office.accreditation",
    "lti_tool.web.office.calendar_feed",
    "lti_tool.web.office.dossier",
    "lti_tool.web.office.plans",
    "lti_tool.web.office.plan",
    "lti_tool.web.office.plan_files",
    "lti_tool.web.office.plan_review",
    "lti_tool.web.office.plan_preview",
    "lti_tool.web.office.credit",
    "lti_tool.web.office.late_claims",
    "lti_tool.web.office.wording",
    "lti_tool.web.office.calculator",
)
