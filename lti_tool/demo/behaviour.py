"""What may differ from one LMS product to the next: the columns of the table in ``behaviours``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lti_tool.demo.people import CourseRole
from lti_tool.demo.vocabulary import (
    ALL_SCOPES,
    INSTITUTION,
    MEMBERSHIP,
    RegistrationStyle,
    UnfinishedScore,
)

Roles = Mapping[CourseRole, tuple[str, ...]]


class IdStyle(StrEnum):
    """How the LMS writes ids of people, links and courses."""

    INTEGER = "integer"
    UUID = "uuid"
    HEX = "hex"
    USAGE_KEY = "usage-key"


class TimestampRule(StrEnum):
    """When a score is too old, compared with the last one accepted for the person and line item."""

    LATER_WHOLE_SECOND = "later, whole seconds"
    LATER = "later"
    NOT_EARLIER = "not earlier"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Status and reason of a refusal."""

    status: int
    reason: str


def roles_of(learner: tuple[str, ...], instructor: tuple[str, ...], admin: tuple[str, ...]) -> Roles:
    return {CourseRole.LEARNER: learner, CourseRole.INSTRUCTOR: instructor, CourseRole.ADMIN: admin}


COURSE_ROLES = roles_of(
    (MEMBERSHIP + "Learner",),
    (MEMBERSHIP + "Instructor",),
    (MEMBERSHIP + "Administrator", INSTITUTION + "Administrator"),
)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One row. Defaults are the specification's plain reading; a row names only what differs."""

    name: str
    label: str
    source: str
    product_family_code: str
    version: str = "1"
    ids: IdStyle = IdStyle.UUID
    login_method: str = "POST"
    deployment_parameters: tuple[str, ...] = ("lti_deployment_id",)
    hint_is_json: bool = False
    hint_works_once: bool = True
    storage_target: str = ""
    announces_storage: bool = True
    roles: Roles = field(default_factory=lambda: COURSE_ROLES)
    sends_azp: bool = True
    sends_deep_link_data: bool = True
    sends_given_and_family: bool = True
    link_has_title: bool = True
    context_has_uri_type: bool = True
    sends_presentation_details: bool = True
    substitutes: frozenset[str] = frozenset()
    token_audience: str = ""
    token_content_type: str = "application/json"
    remembers_tool_keys: bool = False
    scopes: tuple[str, ...] = ALL_SCOPES
    service_query: str = ""
    page_size: int = 5
    pages_by_default: bool = True
    bad_accept: int = 406
    bad_content_type: int = 415
    refused_token: int = 401
    forbidden_scope: int = 403
    creates_link_item: bool = True
    score_accepted: int = 200
    timestamp_rule: TimestampRule = TimestampRule.LATER
    timestamp_refusal: Refusal = Refusal(409, "The score's timestamp is not later than the recorded one")
    needs_fraction: bool = False
    bad_score: Refusal = Refusal(400, "Incorrect score received")
    not_gradable: Refusal = Refusal(404, "The user is not a learner of this course")
    foreign_link: Refusal = Refusal(404, "Unknown resourceLinkId")
    unfinished_score: UnfinishedScore = UnfinishedScore.KEEPS
    publishes_zero: bool = True
    hides_zero_result: bool = False
    caps_at_maximum: bool = True
    integer_maximum: bool = False
    needs_link_or_resource_id: bool = False
    refuses_result_limit: bool = False
    masks_refusal_of_multiline_body: bool = False
    uncouples_on_put: bool = False
    coupled_delete: Refusal | None = None
    any_delete: Refusal | None = None
    needs_user_agent: bool = False
    registration: RegistrationStyle = RegistrationStyle.TOKEN
    answers_deployment_id: bool = True
    short_member_roles: bool = False
    roster_versions: tuple[str, ...] = ("2.0",)
    sends_lti_1_leftovers: bool = False
