"""Who arrived, from where, to do what: an LTI 1.3 message once it has been checked.

Nothing here knows JWTs or HTTP. ``lti_tool.lti`` produces these values; services consume them.
Sources: 1EdTech LTI Core 1.3, LTI-AGS 2.0, LTI-NRPS 2.0, LTI-DL 2.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MAX_ID = 255
"""Longest ``sub``, deployment, context or resource link id, in characters (LTI Core 1.3, 5.3)."""


class MessageType(StrEnum):
    """The LTI message types that the product serves."""

    RESOURCE_LINK = "LtiResourceLinkRequest"
    DEEP_LINKING = "LtiDeepLinkingRequest"
    SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"
    DATA_PRIVACY = "DataPrivacyLaunchRequest"
    """A person asks what is kept of them. It names no course and no link."""


class LmsFamily(StrEnum):
    """Which LMS product is at the other end, as far as its behaviour differs."""

    MOODLE = "moodle"
    OPEN_EDX = "openedx"
    CANVAS = "canvas"
    BRIGHTSPACE = "brightspace"
    BLACKBOARD = "blackboard"
    SAKAI = "sakai"
    GENERIC = "generic"


class Role(StrEnum):
    """What the *course* says the person is (LTI Core 1.3, A.2). Institution and system roles grant nothing.

    One exception, kept in ``lti_tool.lti.roles``: Open edX once sent institution roles *instead of* course roles.
    """

    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    CONTENT_DEVELOPER = "content_developer"
    TEACHING_ASSISTANT = "teaching_assistant"
    ADMINISTRATOR = "administrator"
    MENTOR = "mentor"


@dataclass(frozen=True, slots=True)
class Platform:
    """One registration: a client id that an LMS gave to this tool. Unique by (issuer, client_id)."""

    id: str
    issuer: str
    client_id: str
    authorization_url: str
    token_url: str
    keyset_url: str
    deployment_ids: frozenset[str]
    token_audience: str | None = None
    """``aud`` of client assertions where it is not the token URL (Brightspace)."""
    family: LmsFamily = LmsFamily.GENERIC
    is_approved: bool = True
    """False: it registered itself and waits for somebody to approve it."""
    takes_deployments: bool = False
    """Deployments that are not known yet belong to whoever connected it."""


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name as the LMS sent it; every part may be empty."""

    full: str = ""
    given: str = ""
    family: str = ""

    @property
    def display(self) -> str:
        """The best single line, ``""`` if the LMS shared no name."""
        return self.full or " ".join(part for part in (self.given, self.family) if part)


@dataclass(frozen=True, slots=True)
class CourseContext:
    """The course the message came from."""

    id: str
    label: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ResourceLink:
    """The placement in the course that was opened."""

    id: str
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class GradebookEndpoint:
    """The AGS claim: where scores go (LTI-AGS 2.0, 3.1)."""

    scopes: frozenset[str]
    lineitems: str | None = None
    lineitem: str | None = None


@dataclass(frozen=True, slots=True)
class RosterEndpoint:
    """The NRPS claim: where the course's members are listed (LTI-NRPS 2.0, 3.6)."""

    url: str


class NoticeType(StrEnum):
    """What a platform may tell between launches, as far as the product listens (LTI Platform Notification Service
    1.0)."""

    HELLO = "LtiHelloWorldNotice"
    """Nothing but that notices arrive."""
    CONTEXT_COPY = "LtiContextCopyNotice"
    """A course, or a part of it, was copied into another."""


@dataclass(frozen=True, slots=True)
class NoticeService:
    """The PNS claim: where a deployment is told which address wants which notices, and those that it can send."""

    url: str
    types: frozenset[NoticeType]


@dataclass(frozen=True, slots=True)
class DeepLinkingSettings:
    """What the LMS will accept back (LTI-DL 2.0, 4.4.1)."""

    return_url: str
    accept_types: tuple[str, ...]
    accept_multiple: bool = False
    accept_lineitem: bool = True
    data: str | None = None
    """Opaque; echoed to the byte if and only if it was sent."""
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Launch:
    """A checked LTI message. ``tenant`` is (issuer, client_id, deployment_id)."""

    message_type: MessageType
    platform: Platform
    deployment_id: str
    subject: str
    roles: frozenset[Role]
    target_link_uri: str
    name: PersonName = PersonName()
    email: str = ""
    locale: str = ""
    context: CourseContext | None = None
    resource_link: ResourceLink | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    gradebook: GradebookEndpoint | None = None
    roster: RosterEndpoint | None = None
    notices: NoticeService | None = None
    deep_linking: DeepLinkingSettings | None = None
    return_url: str | None = None
    document_target: str = ""
    for_user: str | None = None
    """``sub`` of the learner under review (LtiSubmissionReviewRequest), or whose data are asked for."""
    is_test_user: bool = False
    raw_roles: tuple[str, ...] = ()
    link_history: tuple[str, ...] = ()
    """Ids of the links that this one was copied from, the latest first, where the LMS tells."""
    context_history: tuple[str, ...] = ()
    """The same for the course."""
    received: Mapping[str, Any] = field(default_factory=dict)
    """The claims as they came, personal data masked: for whoever connects the LMS."""

    @property
    def tenant(self) -> tuple[str, str, str]:
        return (self.platform.issuer, self.platform.client_id, self.deployment_id)

    @property
    def is_staff(self) -> bool:
        """May see results and place activities in this course."""
        return bool(self.roles & {Role.INSTRUCTOR, Role.ADMINISTRATOR, Role.CONTENT_DEVELOPER, Role.TEACHING_ASSISTANT})
