"""The claims of a good launch, as the behaviour in force words them (LTI Core 1.3, 5.3 and 5.4)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from lti_tool.demo.addresses import Addresses, context_id, link_id, subject
from lti_tool.demo.behaviour import Behaviour
from lti_tool.demo.course import MAIN, Course, LineItem, Placement
from lti_tool.demo.people import Person
from lti_tool.demo.store import ToolRegistration
from lti_tool.demo.vocabulary import AGS, NOTICE_HANDLERS

P = "https://purl.imsglobal.org/spec/lti/claim/"
BASIC_OUTCOME = "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome"
AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DL_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
COURSE_TYPE = "http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"
TOKEN_SECONDS = 60
GUID = "demo-lms.example"


class MessageKind(StrEnum):
    RESOURCE_LINK = "LtiResourceLinkRequest"
    DEEP_LINKING = "LtiDeepLinkingRequest"
    SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"


class NoticeKind(StrEnum):
    """What this LMS tells between launches. The last is Canvas's, for another kind of tool."""

    HELLO = "LtiHelloWorldNotice"
    CONTEXT_COPY = "LtiContextCopyNotice"
    ASSET = "LtiAssetProcessorSubmissionNotice"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the claims of one message depend on. ``line_items`` are those bound to the placement."""

    kind: MessageKind
    person: Person
    behaviour: Behaviour
    addresses: Addresses
    tool: ToolRegistration
    deployment_id: str
    nonce: str
    now: datetime
    document_target: str = "iframe"
    placement: Placement | None = None
    line_items: tuple[LineItem, ...] = ()
    for_user: Person | None = None
    shares_names: bool = True
    course: Course = MAIN
    deep_link_ticket: str = ""
    deep_link_data: str = ""

    @property
    def target_link_uri(self) -> str:
        if self.kind is MessageKind.DEEP_LINKING:
            return self.tool.deep_link
        return (self.placement.url if self.placement else "") or self.tool.launch


def launch_claims(facts: Facts) -> dict[str, Any]:
    """The payload of the id_token."""
    claims = _envelope(facts) | _identity(facts) | _course(facts) | _services(facts)
    if facts.placement is not None:
        claims |= _link(facts, facts.placement)
    if facts.kind is MessageKind.DEEP_LINKING:
        claims[DL_SETTINGS] = _deep_linking(facts)
    if facts.for_user is not None:
        claims[P + "for_user"] = {"user_id": subject(facts.for_user, facts.behaviour.ids)}
    return _with_leftovers(claims, facts) if facts.behaviour.sends_lti_1_leftovers else claims


def _envelope(facts: Facts) -> dict[str, Any]:
    issued = int(facts.now.timestamp())
    claims: dict[str, Any] = {
        "iss": facts.addresses.base,
        "aud": facts.tool.client_id,
        "iat": issued,
        "exp": issued + TOKEN_SECONDS,
        "nonce": facts.nonce,
        P + "version": "1.3.0",
        P + "message_type": str(facts.kind),
        P + "deployment_id": facts.deployment_id,
        P + "target_link_uri": facts.target_link_uri,
    }
    return claims | ({"azp": facts.tool.client_id} if facts.behaviour.sends_azp else {})


def _identity(facts: Facts) -> dict[str, Any]:
    claims: dict[str, Any] = {
        "sub": subject(facts.person, facts.behaviour.ids),
        P + "roles": list(facts.behaviour.roles[facts.person.role]),
    }
    if facts.behaviour.sends_presentation_details:
        sourced = {"person_sourcedid": f"S-{facts.person.number}", "course_section_sourcedid": facts.course.label}
        claims[P + "lis"] = sourced
    return claims | shared_names(facts.person, facts.behaviour, facts.shares_names)


def shared_names(person: Person, behaviour: Behaviour, course_shares: bool) -> dict[str, str]:
    """Name and e-mail claims; empty unless the person and the course share them."""
    if not (course_shares and person.shares_name):
        return {}
    names = {"name": person.full, "email": person.email}
    if behaviour.sends_given_and_family:
        names |= {"given_name": person.given, "family_name": person.family}
    return names


def _course(facts: Facts) -> dict[str, Any]:
    behaviour = facts.behaviour
    platform = {"guid": GUID, "name": "Demo LMS"}
    if behaviour.product_family_code:
        platform |= {"product_family_code": behaviour.product_family_code, "version": behaviour.version}
    return {
        P + "context": {
            "id": context_id(behaviour.ids, facts.course.number),
            "label": facts.course.label,
            "title": facts.course.title,
            "type": [COURSE_TYPE] if behaviour.context_has_uri_type else ["CourseSection"],
        },
        P + "tool_platform": platform,
        P + "launch_presentation": _presentation(facts),
    }


def _presentation(facts: Facts) -> dict[str, Any]:
    presentation: dict[str, Any] = {"document_target": facts.document_target}
    if facts.behaviour.sends_presentation_details:
        presentation["locale"] = "en" if facts.person.lang == "en" else facts.person.lang
        if facts.kind is not MessageKind.DEEP_LINKING:
            presentation["return_url"] = f"{facts.addresses.course}?returned=1"
    return presentation


def _link(facts: Facts, placement: Placement) -> dict[str, Any]:
    link = {"id": link_id(placement, facts.behaviour.ids)}
    if facts.behaviour.link_has_title:
        link["title"] = placement.title
        if placement.text:
            link["description"] = placement.text
    parameters = placement.custom | facts.tool.custom
    custom = {name: _substituted(value, facts, placement) for name, value in parameters.items()}
    return {P + "resource_link": link} | ({P + "custom": custom} if custom else {})


def _substituted(value: str, facts: Facts, placement: Placement) -> str:
    """The value of a ``$Variable`` that the family fills; anything else as it stands."""
    name = value.removeprefix("$")
    if name == value or name not in facts.behaviour.substitutes:
        return value
    return _variables(facts, placement).get(name, "")


def _variables(facts: Facts, placement: Placement) -> dict[str, str]:
    behaviour, names = facts.behaviour, shared_names(facts.person, facts.behaviour, facts.shares_names)
    item = facts.line_items[0] if len(facts.line_items) == 1 else None
    return {
        "User.id": subject(facts.person, behaviour.ids),
        "User.username": facts.person.username,
        "Person.name.full": names.get("name", ""),
        "Person.name.given": names.get("given_name", ""),
        "Person.name.family": names.get("family_name", ""),
        "Person.email.primary": names.get("email", ""),
        "Context.id": context_id(behaviour.ids, facts.course.number),
        "Context.title": facts.course.title,
        "ResourceLink.id": link_id(placement, behaviour.ids),
        "ResourceLink.title": placement.title,
        "Membership.role": ",".join(behaviour.roles[facts.person.role]),
        "LineItem.url": facts.addresses.line_item(item.id) if item else "",
        "LineItems.url": facts.addresses.line_items_of(facts.course.number),
        "ToolPlatformInstance.guid": GUID,
    }


def _services(facts: Facts) -> dict[str, Any]:
    scopes = [scope for scope in facts.behaviour.scopes if scope.startswith(AGS)]
    number = facts.course.number
    endpoint: dict[str, Any] = {"scope": scopes, "lineitems": facts.addresses.line_items_of(number)}
    if len(facts.line_items) == 1:
        endpoint["lineitem"] = facts.addresses.line_item(facts.line_items[0].id)
    roster = {
        "context_memberships_url": facts.addresses.members_of(number),
        "service_versions": list(facts.behaviour.roster_versions),
    }
    notices = notice_claim(facts.addresses.notice_handlers(facts.deployment_id), facts.behaviour)
    return {AGS_CLAIM: endpoint, NRPS_CLAIM: roster} | notices


def notice_claim(url: str, behaviour: Behaviour) -> dict[str, Any]:
    """Where handlers of notices are put (LTI Platform Notification Service 1.0); empty for a family without."""
    if NOTICE_HANDLERS not in behaviour.scopes:
        return {}
    offer = {
        "service_versions": ["1.0"],
        "platform_notification_service_url": url,
        "scope": [NOTICE_HANDLERS],
        "notice_types_supported": [str(kind) for kind in NoticeKind],
    }
    return {P + "platformnotificationservice": offer}


def _with_leftovers(claims: dict[str, Any], facts: Facts) -> dict[str, Any]:
    """What Moodle sends besides: of itself, of LTI 1.1, and the address of the members once more."""
    names = shared_names(facts.person, facts.behaviour, facts.shares_names)
    own = {P + "ext": ({"user_username": facts.person.username} if names else {}) | {"lms": "moodle-2"}}
    custom = {"context_memberships_url": facts.addresses.members_of(facts.course.number)}
    if "lineitem" in claims[AGS_CLAIM]:
        own[BASIC_OUTCOME] = {
            "lis_result_sourcedid": json.dumps({"data": {"instanceid": str(claims[P + "resource_link"]["id"])}}),
            "lis_outcome_service_url": f"{facts.addresses.base}/mod/lti/service.php",
        }
    return claims | own | {P + "custom": claims.get(P + "custom", {}) | custom}


def _deep_linking(facts: Facts) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "deep_link_return_url": facts.addresses.deep_link_return(facts.deep_link_ticket),
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe", "window"],
        "accept_multiple": True,
        "auto_create": False,
    }
    return settings | ({"data": facts.deep_link_data} if facts.deep_link_data else {})
