"""All tables, imported here so that the metadata is whole."""

from lti_tool.db.models.activity import Activity, ActivityVersion, Media
from lti_tool.db.models.assessment import Answer, Attempt
from lti_tool.db.models.certificate import Certificate, CertificateCounter
from lti_tool.db.models.course import Course, CourseMember, Placement
from lti_tool.db.models.credit import Award
from lti_tool.db.models.disclosure import Acknowledgement, ShownText
from lti_tool.db.models.evaluation import EvaluationReceipt, EvaluationResponse
from lti_tool.db.models.grade import Delivery
from lti_tool.db.models.launch import AccessToken, Keyset, PendingLogin, ToolKey
from lti_tool.db.models.learner import Learner
from lti_tool.db.models.native import ApiAssertion, ApiRequest, ApiToken, BlockKey
from lti_tool.db.models.platform import Deployment, Platform, Provider
from lti_tool.db.models.record import Participation, Study, StudyView
from lti_tool.db.models.session import WebSession

__all__ = [
    "AccessToken",
    "Acknowledgement",
    "Activity",
    "ActivityVersion",
    "Answer",
    "ApiAssertion",
    "ApiRequest",
    "ApiToken",
    "Attempt",
    "Award",
    "BlockKey",
    "Certificate",
    "CertificateCounter",
    "Course",
    "CourseMember",
    "Delivery",
    "Deployment",
    "EvaluationReceipt",
    "EvaluationResponse",
    "Keyset",
    "Learner",
    "Media",
    "Participation",
    "PendingLogin",
    "Placement",
    "Platform",
    "Provider",
    "ShownText",
    "Study",
    "StudyView",
    "ToolKey",
    "WebSession",
]
