"""All tables, imported here so that the metadata is whole."""

from lti_tool.db.models.abstract import ActivityAbstract
from lti_tool.db.models.accommodation import Accommodation
from lti_tool.db.models.accreditation import AccreditationFinding, AccreditationMilestone, CalendarFeed
from lti_tool.db.models.activity import Activity, ActivityVersion, Media
from lti_tool.db.models.assessment import Answer, Attempt
from lti_tool.db.models.attendance import Attendance
from lti_tool.db.models.audit import AuditEntry
from lti_tool.db.models.certificate import (
    Certificate,
    CertificateCounter,
    CertificateDesign,
    CertificateDivision,
    IssuerKey,
    PageMarkup,
    Picture,
    PrintJob,
    StyleSheet,
)
from lti_tool.db.models.claim import LateClaim, LateClaimPolicy, PendingAward
from lti_tool.db.models.commitment import Commitment, FollowUpLink, FollowUpReminder, LearnerContact
from lti_tool.db.models.company import Company
from lti_tool.db.models.course import Course, CourseMember, Placement
from lti_tool.db.models.credential import Credential
from lti_tool.db.models.credit import CreditEntry
from lti_tool.db.models.disclosure import Acknowledgement, ShownText
from lti_tool.db.models.evaluation import EvaluationReceipt, EvaluationResponse
from lti_tool.db.models.grade import Delivery
from lti_tool.db.models.integrity import (
    ActivityRole,
    CommercialSupport,
    EvidenceFile,
    JointProvider,
    Mitigation,
    RelevanceDecision,
    Standard3Choice,
)
from lti_tool.db.models.launch import AccessToken, Keyset, PendingLogin, ToolKey
from lti_tool.db.models.learner import Learner, LearnerMerge, MergeLink, TranscriptLink
from lti_tool.db.models.mail import Mail
from lti_tool.db.models.native import ApiAssertion, ApiRequest, ApiToken, BlockKey
from lti_tool.db.models.notice import CourseCopy, NoticeService, ReceivedNotice
from lti_tool.db.models.office import OfficeAccount, OfficeGrant, OfficeLink, OfficeSession, RoleMap
from lti_tool.db.models.person import (
    DisclosedRelationship,
    DisclosureForm,
    DisclosureInvitation,
    DisclosureReminder,
    Person,
)
from lti_tool.db.models.plan import ActivityPlan, PlanChange, PlanMedia, PlanRevision
from lti_tool.db.models.platform import ConnectionState, Deployment, Platform, Provider, RegistrationInvitation
from lti_tool.db.models.provider import Accreditation, ProviderImage, ProviderProfile, Signatory, StatementOverride
from lti_tool.db.models.question import (
    KeyCorrection,
    Question,
    QuestionImage,
    QuestionImport,
    QuestionTag,
    QuestionUse,
    QuestionVersion,
)
from lti_tool.db.models.record import Participation, Study, StudyView
from lti_tool.db.models.response import ContentResponse
from lti_tool.db.models.retention import DataRequest, LegalHold, RetentionPeriod
from lti_tool.db.models.session import WebSession
from lti_tool.db.models.vault import VaultDocument, VaultVersion
from lti_tool.db.models.wording import CreditWorking, WordingConfirmation

__all__ = [
    "AccessToken",
    "Accommodation",
    "Accreditation",
    "AccreditationFinding",
    "AccreditationMilestone",
    "Acknowledgement",
    "Activity",
    "ActivityAbstract",
    "ActivityPlan",
    "ActivityRole",
    "ActivityVersion",
    "Answer",
    "ApiAssertion",
    "ApiRequest",
    "ApiToken",
    "Attempt",
    "Attendance",
    "AuditEntry",
    "Award",
    "BlockKey",
    "CalendarFeed",
    "Certificate",
    "CertificateCounter",
    "CertificateDesign",
    "CertificateDivision",
    "CommercialSupport",
    "Commitment",
    "Company",
    "ConnectionState",
    "ContentResponse",
    "Course",
    "CourseCopy",
    "CourseMember",
    "Credential",
    "CreditEntry",
    "CreditWorking",
    "DataRequest",
    "Delivery",
    "Deployment",
    "DisclosedRelationship",
    "DisclosureForm",
    "DisclosureInvitation",
    "DisclosureReminder",
    "EvaluationReceipt",
    "EvaluationResponse",
    "EvidenceFile",
    "FollowUpLink",
    "FollowUpReminder",
    "IssuerKey",
    "JointProvider",
    "KeyCorrection",
    "Keyset",
    "LateClaim",
    "LateClaimPolicy",
    "Learner",
    "LearnerContact",
    "LearnerMerge",
    "LegalHold",
    "Mail",
    "Media",
    "MergeLink",
    "Mitigation",
    "NoticeService",
    "OfficeAccount",
    "OfficeGrant",
    "OfficeLink",
    "OfficeSession",
    "PageMarkup",
    "Participation",
    "PendingAward",
    "PendingLogin",
    "Person",
    "Picture",
    "Placement",
    "PlanChange",
    "PlanMedia",
    "PlanRevision",
    "Platform",
    "PrintJob",
    "Provider",
    "ProviderImage",
    "ProviderProfile",
    "Question",
    "QuestionImage",
    "QuestionImport",
    "QuestionTag",
    "QuestionUse",
    "QuestionVersion",
    "ReceivedNotice",
    "RegistrationInvitation",
    "RelevanceDecision",
    "RetentionPeriod",
    "RoleMap",
    "ShownText",
    "Signatory",
    "Standard3Choice",
    "StatementOverride",
    "Study",
    "StudyView",
    "StyleSheet",
    "ToolKey",
    "TranscriptLink",
    "VaultDocument",
    "VaultVersion",
    "WebSession",
    "WordingConfirmation",
]
