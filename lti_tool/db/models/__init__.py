"""All tables, imported here so that the metadata is whole."""

from lti_tool.db.models.activity import Activity, ActivityVersion, Media
from lti_tool.db.models.assessment import Answer, Attempt
from lti_tool.db.models.audit import AuditEntry
from lti_tool.db.models.certificate import Certificate, CertificateCounter
from lti_tool.db.models.course import Course, CourseMember, Placement
from lti_tool.db.models.credit import Award
from lti_tool.db.models.disclosure import Acknowledgement, ShownText
from lti_tool.db.models.evaluation import EvaluationReceipt, EvaluationResponse
from lti_tool.db.models.grade import Delivery
from lti_tool.db.models.launch import AccessToken, Keyset, PendingLogin, ToolKey
from lti_tool.db.models.learner import Learner
from lti_tool.db.models.mail import Mail
from lti_tool.db.models.office import OfficeAccount, OfficeGrant, OfficeLink, OfficeSession, RoleMap
from lti_tool.db.models.platform import ConnectionState, Deployment, Platform, Provider, RegistrationInvitation
from lti_tool.db.models.record import Participation, Study, StudyView
from lti_tool.db.models.session import WebSession

__all__ = [
    "AccessToken",
    "Acknowledgement",
    "Activity",
    "ActivityVersion",
    "Answer",
    "Attempt",
    "AuditEntry",
    "Award",
    "Certificate",
    "CertificateCounter",
    "ConnectionState",
    "Course",
    "CourseMember",
    "Delivery",
    "Deployment",
    "EvaluationReceipt",
    "EvaluationResponse",
    "Keyset",
    "Learner",
    "Mail",
    "Media",
    "OfficeAccount",
    "OfficeGrant",
    "OfficeLink",
    "OfficeSession",
    "Participation",
    "PendingLogin",
    "Placement",
    "Platform",
    "Provider",
    "RegistrationInvitation",
    "RoleMap",
    "ShownText",
    "Study",
    "StudyView",
    "ToolKey",
    "WebSession",
]
